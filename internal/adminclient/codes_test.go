package adminclient

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	keyring "github.com/einlass/einlass/pkg/token"
)

// doors is a gateway with one room whose schedule has a group.
type doors struct {
	*operator.Service
	room *queue.Room
	now  atomic.Int64
}

func newDoors(t *testing.T) *doors {
	t.Helper()
	d := &doors{}
	d.now.Store(1_800_000_000_000)
	store, err := memstore.New(memstore.Config{Clock: d.now.Load})
	if err != nil {
		t.Fatal(err)
	}
	document := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 2}, Timing: queue.DefaultTiming()}
	document.SetSchedule(`{"groups":[{"name":"residents"}]}`)
	d.room, err = queue.NewRoom(store, queue.RoomConfig{
		Clock: func() time.Time { return time.UnixMilli(d.now.Load()) }, Visitors: 16, FirstStart: true, Document: document,
	})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keyring.LoadEnv("k1:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))))
	if err != nil {
		t.Fatal(err)
	}
	source, err := keyring.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	issuer, err := door.NewIssuer(source, "termine")
	if err != nil {
		t.Fatal(err)
	}
	d.Service, err = operator.New(func() []operator.Room {
		return []operator.Room{{ID: "termine", Line: d.room, Door: issuer, Backends: func() []operator.Backend { return nil }}}
	}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	d.tick(t)
	return d
}

func (d *doors) tick(t *testing.T) {
	t.Helper()
	d.now.Add(250)
	d.room.Tick(t.Context())
}

// all reads a stream to its end.
func all(t *testing.T, s *CodesStream) (lines []adminapi.CodeLine) {
	t.Helper()
	defer s.Close()
	for {
		line, err := s.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
}

func TestCodesCome(t *testing.T) {
	d := newDoors(t)
	c := start(t, api(t, d), token)
	s, err := c.MakeCodes(t.Context(), "termine", operator.CodesAsked{Group: "residents", Count: 20_000, Uses: 2})
	if err != nil {
		t.Fatal(err)
	}
	lines := all(t, s)
	if len(lines) != 20_000 || s.Came() != 20_000 || s.Head.Batch.Batch != 1 || s.Head.Batch.Uses != 2 {
		t.Errorf("%d codes, %+v", len(lines), s.Head)
	}
	d.tick(t)
	again, err := c.PrintCodes(t.Context(), "termine", operator.CodesAgain{Batch: 1, First: 19_990})
	if err != nil {
		t.Fatal(err)
	}
	if rest := all(t, again); len(rest) != 10 || rest[9] != lines[19_999] {
		t.Errorf("again: %v", rest)
	}
	if info, err := c.Codes(t.Context(), "termine"); err != nil || len(info.Batches) != 1 || info.Batches[0].State != operator.BatchInForce {
		t.Errorf("%+v, %v", info, err)
	}
	if info, err := revokes(t, c, operator.CodesRevoked{Codes: []string{lines[7].Code}}); err != nil || len(info.Batches) != 1 || info.Batches[0].Revoked[0] != 7 {
		t.Errorf("%+v, %v", info, err)
	}
	if err := c.RemoveCodes(t.Context(), "termine", operator.CodesRemoved{Batch: 1}); !errors.Is(err, ErrRefused) {
		t.Errorf("removed in force: %v", err)
	}
	if _, err := revokes(t, c, operator.CodesRevoked{Batch: 1}); err != nil {
		t.Error(err)
	}
	if err := c.RemoveCodes(t.Context(), "termine", operator.CodesRemoved{Batch: 1, Because: operator.Because{Reason: "over & out"}}); err != nil {
		t.Error(err)
	}
	invited, err := c.Invite(t.Context(), "termine", operator.InviteAsked{Group: "residents", Until: time.UnixMilli(d.now.Load()).Add(time.Hour)})
	if err != nil || !strings.HasPrefix(invited.Invitation, "eyJ") {
		t.Errorf("%+v, %v", invited, err)
	}
	for _, err := range []error{
		func() error { _, err := c.Codes(t.Context(), "kfz"); return err }(),
		func() error { _, err := c.MakeCodes(t.Context(), "kfz", operator.CodesAsked{}); return err }(),
		func() error { _, err := c.Invite(t.Context(), "kfz", operator.InviteAsked{}); return err }(),
	} {
		if !errors.Is(err, ErrUnknownRoom) {
			t.Error(err)
		}
	}
	if _, err := c.MakeCodes(t.Context(), "termine", operator.CodesAsked{Group: "cats", Count: 1}); !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "it has residents") {
		t.Error(err)
	}
}

// answers is a server that answers with a text, and then breaks off.
func answers(t *testing.T, kind, text string, breaks bool) *Client {
	t.Helper()
	return start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(adminapi.MarkField, adminapi.Mark)
		w.Header().Set(adminapi.RoomField, "termine")
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, text)
		if breaks {
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			panic(http.ErrAbortHandler)
		}
	}), token)
}

const head = `{"id":"termine","first":0,"batch":{"batch":3,"group":"residents","count":2,"uses":1,"made":1,"key":"k1","revoked":[],"state":"in force"}}` + "\n"

func TestAStreamThatIsNotWholeHasNoEnd(t *testing.T) {
	const one, two = `{"serial":0,"code":"A"}` + "\n", `{"serial":1,"code":"B"}` + "\n"
	for _, c := range []struct {
		name, text string
		breaks     bool
		came       uint32
		want       error
	}{
		{"cut off", head + one, true, 1, ErrUnreachable},
		{"no end", head + one + two, false, 2, ErrNotAPI},
		{"an early end", head + one + `{"codes":1}` + "\n", false, 1, ErrNotAPI},
		{"another count", head + one + two + `{"codes":3}` + "\n", false, 2, ErrNotAPI},
		{"more behind the end", head + one + two + `{"codes":2}` + "\n{}", false, 2, ErrNotAPI},
		{"a gap", head + two, false, 0, ErrNotAPI},
		{"too many", head + one + two + `{"serial":2,"code":"C"}` + "\n", false, 2, ErrNotAPI},
		{"half a line", head + one + `{"serial":1,"co`, false, 1, ErrNotAPI},
		{"no JSON", head + "{\n", false, 0, ErrNotAPI},
		{"a long line", head + strings.Repeat("x", 100<<10), false, 0, ErrNotAPI},
	} {
		s, err := answers(t, adminapi.LinesType, c.text, c.breaks).MakeCodes(t.Context(), "termine", operator.CodesAsked{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for err == nil {
			_, err = s.Next()
		}
		if !errors.Is(err, c.want) || errors.Is(err, io.EOF) || s.Came() != c.came {
			t.Errorf("%s: %v after %d, want %v after %d", c.name, err, s.Came(), c.want, c.came)
		}
		s.Close()
	}
}

func TestWhatIsNoStreamOfCodesIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ kind, text string }{
		"another type": {"application/json", `{}`},
		"nothing":      {adminapi.LinesType, ""},
		"no head":      {adminapi.LinesType, "{}\n"},
		"another room": {adminapi.LinesType, strings.Replace(head, "termine", "kfz", 1)},
	} {
		if s, err := answers(t, c.kind, c.text, false).MakeCodes(t.Context(), "termine", operator.CodesAsked{}); !errors.Is(err, ErrNotAPI) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	if s, err := answers(t, adminapi.LinesType, head, false).PrintCodes(t.Context(), "termine", operator.CodesAgain{Batch: 4}); !errors.Is(err, ErrNotAPI) {
		t.Errorf("another batch: %+v, %v", s, err)
	}
}

func TestAStreamThatStopsIsGivenUp(t *testing.T) {
	stop := make(chan struct{})
	c := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(adminapi.MarkField, adminapi.Mark)
		w.Header().Set(adminapi.RoomField, "termine")
		w.Header().Set("Content-Type", adminapi.LinesType)
		fmt.Fprint(w, head)
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	}), token)
	defer close(stop)
	c.http.Timeout = 50 * time.Millisecond
	s, err := c.MakeCodes(t.Context(), "termine", operator.CodesAsked{})
	if err == nil {
		_, err = s.Next()
		s.Close()
	}
	if !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "nothing came") {
		t.Error(err)
	}
}

// revokes confirms what the gateway asks.
func revokes(t *testing.T, c *Client, asked operator.CodesRevoked) (operator.CodesInfo, error) {
	t.Helper()
	_, err := c.RevokeCodes(t.Context(), "termine", asked)
	var asks *Error
	if !errors.As(err, &asks) || asks.EffectKind != operator.EffectCodesRevoked {
		t.Fatalf("%v", err)
	}
	asked.Confirm = asks.Confirm
	return c.RevokeCodes(t.Context(), "termine", asked)
}
