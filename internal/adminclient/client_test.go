package adminclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef"

// unasked is what is not asked for here. It lies deeper than what is.
type unasked struct{ adminapi.Operators }

// room is one room behind a real admin API.
type room struct {
	unasked

	adminapi.CodesOperators // none; codes_test.go has a room with codes

	mu   sync.Mutex
	info operator.RoomInfo
	d    queue.Document
	err  error
	// asked is the last change, act the last act.
	ending operator.StaysEnd
	asked  operator.Change
	act    operator.DebugAct
	past   operator.HistoryAsked
	// changed is closed when something has.
	changed chan struct{}
}

func (r *room) List(context.Context) ([]operator.RoomInfo, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.info.SetDocument(&r.d)
	return []operator.RoomInfo{r.info}, nil
}

func (r *room) Get(ctx context.Context, id string) (operator.RoomInfo, error) {
	if id != "termine" {
		return operator.RoomInfo{}, unknownRoom(id)
	}
	all, err := r.List(ctx)
	return all[0], err
}

func unknownRoom(id string) error {
	return &operator.UnknownRoomError{ID: id, Rooms: []string{"termine"}}
}

func (r *room) Sites() []operator.SiteInfo { return nil }

func (r *room) NoteAccess(*operator.Access) {}

func (r *room) Refuse(_ context.Context, _ string, _ operator.Change, why error) error { return why }

func (r *room) Draws(_ context.Context, id string) (operator.DrawsInfo, error) {
	return operator.DrawsInfo{ID: id, Records: []string{"a record"}}, r.err
}

func (r *room) Type(_ context.Context, id string, typed operator.Typed) (operator.DrawTyped, error) {
	return operator.DrawTyped{ID: id, Opening: typed.Opening, Line: typed.Line}, r.err
}

func (r *room) RefuseTyped(_ context.Context, _ string, why error) error { return why }

func (r *room) SetMode(ctx context.Context, id string, act operator.ModeAct) (operator.ModeInfo, error) {
	if act.Mode == operator.WordOpen && act.Confirm == "" {
		return operator.ModeInfo{}, &operator.ConfirmError{Kind: operator.EffectOpenAll, Count: 3, Effect: "everybody gets in", Code: "3-abc"}
	}
	m := queue.ModeOpen
	info, err := r.Change(ctx, id, operator.Change{Mode: &m, Reason: act.Reason, Confirm: act.Confirm, IfVersion: act.Version()})
	return operator.ModeInfo{RoomInfo: info, ToServe: 7}, err
}

func (r *room) EndStays(_ context.Context, id string, asked operator.StaysEnd) (operator.StaysEnded, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ending = asked
	return operator.StaysEnded{ID: id, Ended: 3}, r.err
}

func (r *room) RefuseStays(_ context.Context, _ string, why error) error { return why }

func (r *room) RefuseTold(_ context.Context, _ string, why error) error { return why }

func (r *room) Tell(_ context.Context, id string, told operator.Told) (operator.Heard, error) {
	return operator.Heard{ID: id, Before: 3, Booked: told.Total, Quota: ptr(int64(10))}, r.err
}

func (r *room) RefuseDebug(_ context.Context, _, _ string, why error) error { return why }

func (r *room) Debug(_ context.Context, id string, act operator.DebugAct) (any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != "termine" {
		return nil, unknownRoom(id)
	}
	r.act = act
	return operator.AnswerTo(act), r.err
}

func (r *room) Plan(_ context.Context, id string) (operator.PlanInfo, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != "termine" {
		return operator.PlanInfo{}, unknownRoom(id)
	}
	s, err := plan.Decode(r.d.Schedule())
	return operator.PlanInfo{ID: id, Version: r.d.Version, Now: "open", Next: []operator.PlanEvent{}, Schedule: s, Warnings: []string{}}, err
}

func (r *room) PreviewPlan(ctx context.Context, id string, change operator.Change) (operator.PlanPreview, error) {
	p, err := r.Plan(ctx, id)
	if err == nil {
		p.Schedule = *change.Schedule
	}
	return operator.PlanPreview{Changes: []string{"11:00 625 more: gone"}, Plan: p}, err
}

func (r *room) Change(_ context.Context, id string, change operator.Change) (operator.RoomInfo, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != "termine" {
		return r.info, unknownRoom(id)
	}
	if r.err != nil {
		return r.info, r.err
	}
	r.asked = change
	if err := change.Apply(&r.d); err != nil {
		return r.info, err
	}
	r.d.Version++
	r.info.SetDocument(&r.d)
	return r.info, nil
}

func newRoom() *room {
	return &room{
		info: operator.RoomInfo{ID: "termine", Store: operator.Store{OK: true}},
		d:    queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 1}},
	}
}

func start(t *testing.T, h http.Handler, token string) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c, err := New(Config{URL: server.URL, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func api(t *testing.T, r adminapi.Operators) http.Handler {
	t.Helper()
	s, err := adminapi.New(r, adminapi.Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ptr[T any](v T) *T { return &v }

func TestRoomsAreReadAndChanged(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	rooms, err := c.Rooms(t.Context())
	if err != nil || len(rooms) != 1 || rooms[0].Rate != 60 || !rooms[0].Store.OK {
		t.Fatalf("rooms are %+v, %v", rooms, err)
	}
	got, err := c.Update(t.Context(), "termine", operator.Change{Rate: ptr[int64](1), Message: ptr("Pause"), Mode: ptr(queue.ModePause), Reason: "Störung im Amt", IfVersion: 1})
	if err != nil || got.Rate != 1 || got.Message != "Pause" || got.Mode != queue.ModePause || got.Version != 2 {
		t.Fatalf("room is %+v, %v", got, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked.Reason != "Störung im Amt" || r.asked.IfVersion != 1 {
		t.Errorf("asked for %+v", r.asked)
	}
}

// Every act arrives as it was asked for, with its condition.
func TestActsOfTrialsArrive(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	again := &operator.DebugPlan{Because: operator.Because{Reason: "Probe"}}
	again.On(3)
	kind, act := journal.OutcomeKind(queue.Freed), journal.Act(queue.ActHand)
	for _, act := range []operator.DebugAct{
		operator.DebugSnapshot{},
		&operator.DebugFind{Epoch: 7, Number: 8}, again, &operator.DebugReveal{Opening: "o", Seed: "00"},
		&operator.DebugJoin{Lane: 3, Code: journal.ID{1}, Uses: 2}, &operator.DebugMove{Act: &act, Visitor: journal.ID{1}, To: journal.ID{2}},
		&operator.DebugReport{Outcomes: []operator.Outcome{{Kind: &kind, Count: 2, Ref: journal.ID{3}}}},
		&operator.DebugPlan{Steps: []operator.Step{{Opening: "o", Rank: 1, Quota: ptr[int64](5)}}},
	} {
		answer, err := c.Debug(t.Context(), "termine", act)
		if err != nil || answer[0] != '{' || !reflect.DeepEqual(r.act, act) {
			t.Errorf("%s: %s, %v, arrived %+v", act.Name(), answer, err, r.act)
		}
	}
	if _, err := c.Debug(t.Context(), "kfz", operator.DebugSnapshot{}); !errors.Is(err, ErrUnknownRoom) {
		t.Errorf("another room: %v", err)
	}
	for kind, err := range map[error]error{ErrRefused: queue.ErrUnknown, ErrUnavailable: queue.ErrFormat} {
		r.err = err
		if _, got := c.Debug(t.Context(), "termine", operator.DebugSnapshot{}); !errors.Is(got, kind) {
			t.Errorf("%v became %v", err, got)
		}
	}
}

func TestOneRoomIsRead(t *testing.T) {
	c := start(t, api(t, newRoom()), token)
	if got, err := c.Room(t.Context(), "termine"); err != nil || got.Rate != 60 || got.Version != 1 {
		t.Errorf("room is %+v, %v", got, err)
	}
}

func TestEveryAnswerOfTheAPIHasItsError(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	stranger := start(t, api(t, r), token+"x")
	change := operator.Change{Rate: ptr[int64](1)}
	update := func(c *Client, id string, change operator.Change, err error) error {
		r.mu.Lock()
		r.err = err
		r.mu.Unlock()
		_, got := c.Update(t.Context(), id, change)
		return got
	}
	tests := []struct {
		name   string
		err    error
		kind   error
		words  string
		detail func(*Error) bool
	}{
		{"a wrong token", update(stranger, "termine", change, nil), ErrUnauthorized, "change room: the token is missing or wrong", nil},
		{"an unknown room", update(c, "termin", change, nil), ErrUnknownRoom, `"termin"`, func(e *Error) bool { return slices.Equal(e.Rooms, []string{"termine"}) }},
		{"a room whose name is a path", update(c, "../rooms", change, nil), ErrUnknownRoom, "", nil},
		{"wrong values", update(c, "termine", operator.Change{Rate: ptr[int64](-1)}, nil), ErrRefused, "rate: -1: want 0 to", func(e *Error) bool { return len(e.Errors) == 1 }},
		{"an old version", update(c, "termine", operator.Change{Rate: ptr[int64](1), IfVersion: 9}, nil), ErrConflict, "they are of version 1, not 9", nil},
		{"a race", update(c, "termine", change, queue.ErrConflict), ErrConflict, "", nil},
		{"a store that is away", update(c, "termine", change, queue.ErrUnavailable), ErrUnavailable, "the store is unavailable", nil},
		{"a gateway that stops", update(c, "termine", change, queue.ErrClosed), ErrUnavailable, "", nil},
		{"a bug", update(c, "termine", change, errors.New("x")), ErrUnavailable, "Internal error (status 500)", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e *Error
			if !errors.Is(tt.err, tt.kind) || !errors.As(tt.err, &e) || !strings.Contains(tt.err.Error(), tt.words) {
				t.Errorf("error is %v, want %v", tt.err, tt.kind)
			} else if tt.detail != nil && !tt.detail(e) {
				t.Errorf("error is %+v", e)
			}
		})
	}
}

func TestWhatIsNoAdminAPIIsNotBelieved(t *testing.T) {
	answers := map[string]http.HandlerFunc{
		"a page":               func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"a page with an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadGateway) },
		"JSON that is something else": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "[]")
		},
		"JSON with another status": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusAccepted)
		},
		"a problem with another status": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", adminapi.ProblemType)
			fmt.Fprint(w, `{"status":401,"code":"unauthorized"}`)
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		},
		"an endless answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for range maxAnswer/(1<<20) + 1 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		},
		"an answer that breaks off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "{")
		},
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			c := start(t, answer, token)
			want := ErrNotAPI
			if name == "an answer that breaks off" {
				want = ErrUnreachable
			}
			if _, err := c.Rooms(t.Context()); !errors.Is(err, want) || errors.Is(err, ErrUnauthorized) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestNobodyThereIsToldWithoutTheRequest(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{URL: address + "/", Token: token})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Room(t.Context(), "termine"); !errors.Is(err, ErrUnreachable) || strings.Contains(err.Error(), "/v1/") || c.Address() != address {
		t.Errorf("error is %v, address is %s", err, c.Address())
	}
}

func TestWrongConfigurationsAreRefused(t *testing.T) {
	for _, address := range []string{"127.0.0.1:8081", "ftp://a", "http://", "http://a/path", "http://a?x", "http://u@a", "http://a#f", ":"} {
		if _, err := New(Config{URL: address, Token: token}); err == nil || !strings.Contains(err.Error(), "the address must be") {
			t.Errorf("%q: %v", address, err)
		}
	}
	for tok, want := range map[string]string{"": "there is no token", "a\nb": "not visible ASCII", "ä": "not visible ASCII"} {
		if _, err := New(Config{Token: tok}); err == nil || !strings.Contains(err.Error(), want) || tok != "" && strings.Contains(err.Error(), tok) {
			t.Errorf("%q: %v", tok, err)
		}
	}
	if _, err := New(Config{Token: token, Timeout: -1}); err == nil {
		t.Error("a negative timeout is accepted")
	}
}

func TestATokenThatTravelsOpenlyIsNoticed(t *testing.T) {
	for address, want := range map[string]bool{
		"": false, "http://localhost:1": false, "http://[::1]:1": false, "http://127.0.0.9": false, "https://gate.example": false,
		"http://gate.example": true, "http://10.0.0.1:8081": true, "http://127.0.0.1.example": true,
	} {
		c, err := New(Config{URL: address, Token: token})
		if err != nil {
			t.Fatal(err)
		}
		if c.Plain() != want {
			t.Errorf("%q is plain: %v", address, c.Plain())
		}
	}
}

func TestDrawsAndLines(t *testing.T) {
	r := newRoom()
	c := start(t, api(t, r), token)
	info, err := c.Draws(t.Context(), "termine")
	if err != nil || info.ID != "termine" || len(info.Records) != 1 {
		t.Errorf("%+v, %v", info, err)
	}
	done, err := c.Type(t.Context(), "termine", operator.Typed{Opening: "eight", Line: "1 2"})
	if err != nil || done.Opening != "eight" || done.Line != "1 2" {
		t.Errorf("%+v, %v", done, err)
	}
	r.err = operator.ErrNotNow
	if _, err := c.Type(t.Context(), "termine", operator.Typed{Opening: "eight", Line: "1 2"}); err == nil {
		t.Error("a refusal is no error")
	}
}
