package e2e

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/test/e2e/harness"
)

// drawn is an opening whose lobby is drawn, on real gateways with a chain of drand of the test's own.
type drawn struct {
	t       *testing.T
	gates   []*harness.Gate
	journal string // their directory
	opening string
	ahead   time.Duration // of the start, when the opening is planned; 0: six seconds
	start   time.Time
	lobby   []*harness.Browser
}

// drawnRoom is a room whose people come one after the other.
func drawnRoom(beacon string) harness.Room {
	return harness.Room{Rate: 1200, Burst: 1, Beacon: beacon, PollMin: 200 * time.Millisecond, PollMax: time.Second}
}

// begins plans an opening, and lets people into its lobby.
func (d *drawn) begins(opening string, people int) {
	d.t.Helper()
	d.opening, d.start, d.lobby = opening, time.Now().Add(cmp.Or(d.ahead, 6*time.Second)), nil
	harness.PlanDraw(d.t, d.gates, opening, d.start)
	for _, g := range d.gates {
		until(d.t, 5*time.Second, "the commitment", func(ctx context.Context) bool {
			_, v := g.Record(ctx, opening)
			return v != nil && v.Freeze == nil
		})
		until(d.t, 5*time.Second, "the lobby", func(ctx context.Context) bool {
			info, err := g.Figures(ctx, "termine")
			return err == nil && info.Opening.Name == opening && info.Opening.Phase == "lobby"
		})
	}
	d.come(people)
}

func (d *drawn) come(people int) {
	d.t.Helper()
	for i := range people {
		b := harness.NewBrowser(d.gates[i%len(d.gates)])
		b.Get(d.t, "/")
		if s := b.Status(d.t); s.State != "lots" || s.Number != 0 {
			d.t.Fatalf("in the lobby: %+v", s)
		}
		d.lobby = append(d.lobby, b)
	}
}

// result waits for the record, which all gateways publish alike, before anybody was called.
func (d *drawn) result() ([]byte, *draw.Verified) {
	d.t.Helper()
	var text []byte
	var v *draw.Verified
	until(d.t, 40*time.Second, "the result", func(ctx context.Context) bool {
		text, v = d.gates[0].Record(ctx, d.opening)
		return v != nil && v.Result != nil
	})
	for _, g := range d.gates[1:] {
		until(d.t, 10*time.Second, "the same record at each gateway", func(ctx context.Context) bool {
			other, _ := g.Record(ctx, d.opening)
			return bytes.Equal(text, other)
		})
	}
	return text, v
}

// seated holds every ticket of the lobby to the place that the record gives.
func (d *drawn) seated(v *draw.Verified) {
	d.t.Helper()
	p, err := draw.New(v.Result.Seed, v.Freeze.N)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, b := range d.lobby {
		token, before, found := b.Token(), uint64(0), false
		for _, s := range v.Freeze.Segments {
			if found = s.Epoch == token.Epoch && token.Number >= s.First && token.Number <= s.Last; found {
				before += token.Number - s.First
				break
			}
			before += s.Last - s.First + 1
		}
		if !found {
			d.t.Fatalf("%+v is in none of %+v", token, v.Freeze.Segments)
		}
		place, err := p.Place(before)
		if err != nil {
			d.t.Fatal(err)
		}
		until(d.t, 20*time.Second, "the drawn number", func(ctx context.Context) bool {
			s, err := b.Poll(ctx)
			return err == nil && (s.Number == v.Freeze.First+place || s.State == "called" || s.State == "inside")
		})
	}
}

// goIn lets everybody go in who is called, until all are inside.
func (d *drawn) goIn(people ...*harness.Browser) {
	d.t.Helper()
	for _, b := range people {
		until(d.t, 60*time.Second, "everybody is inside", func(ctx context.Context) bool {
			for _, other := range people {
				if s, err := other.Poll(ctx); err == nil && s.Turn() {
					_, _ = other.Load(ctx, "GET", "/")
				}
			}
			return b.Credential().Pass
		})
	}
}

// admin is the operators' program.
func admin(t *testing.T) string {
	t.Helper()
	if built := launchtest.Programs(); built != "" {
		return filepath.Join(built, "admin")
	}
	program := filepath.Join(t.TempDir(), "admin")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-pgo=off", "-o", program, "../../cmd/admin").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// verified runs admin draw verify on a record with the journals and the published keys; then on the record with a byte changed.
func (d *drawn) verified(text []byte) {
	d.t.Helper()
	program, dir := admin(d.t), d.t.TempDir()
	keys := filepath.Join(dir, "jwks.json")
	a, err := http.Get(d.gates[0].URL() + "/.einlass/jwks.json?room=termine")
	if err != nil {
		d.t.Fatal(err)
	}
	defer a.Body.Close()
	set, err := io.ReadAll(a.Body)
	if err != nil || os.WriteFile(keys, set, 0o600) != nil {
		d.t.Fatal(err)
	}
	journals, err := filepath.Glob(filepath.Join(d.journal, "*"))
	if err != nil || len(journals) == 0 {
		d.t.Fatal(journals, err)
	}
	args := []string{"draw", "verify", "--keys", keys}
	for _, file := range journals {
		args = append(args, "--journal", file)
	}
	run := func(text []byte) (string, error) {
		record := filepath.Join(dir, "record.json")
		if err := os.WriteFile(record, text, 0o600); err != nil {
			d.t.Fatal(err)
		}
		out, err := exec.CommandContext(d.t.Context(), program, append(args, record)...).CombinedOutput()
		return string(out), err
	}
	if out, err := run(text); err != nil || !strings.Contains(out, "the journals fit") {
		d.t.Errorf("admin draw verify: %v\n%s\n%s", err, out, text)
	}
	changed := bytes.Clone(text)
	changed[len(changed)/2] ^= 1
	if out, err := run(changed); err == nil || !strings.Contains(out, "does not fit") {
		d.t.Errorf("a record with a byte changed: %v\n%s", err, out)
	}
}

// An embedded store: the gateway dies in the lobby, while it is drawn and after.
func TestALobbyIsDrawnByAGatewayThatDies(t *testing.T) {
	t.Parallel()
	room, d := drawnRoom("drand"), &drawn{t: t, journal: t.TempDir(), ahead: 20 * time.Second} // within it a gateway starts
	room.Site = harness.NewSite(t)
	g := harness.NewGate(t, &program, harness.Settings{Rooms: []harness.Room{room}, Journal: d.journal, Draws: harness.NewDrand(t)})
	d.gates = []*harness.Gate{g}
	d.begins("eight", 12)
	dies := func() {
		g.Kill()
		g.Start()
	}
	dies()
	d.come(2)
	until(t, time.Minute, "the freeze", func(ctx context.Context) bool {
		_, v := g.Record(ctx, "eight")
		return v != nil && v.Freeze != nil
	})
	late := harness.NewBrowser(g)
	late.Get(t, "/")
	dies()
	_, v := d.result()
	if v.Result.Beacon != draw.Drand || v.Freeze.N < 14 {
		t.Errorf("%+v, %+v", v.Freeze, v.Result)
	}
	d.seated(v)
	dies()
	text, _ := d.result()
	d.goIn(append(d.lobby, late)...)
	d.verified(text)
}
