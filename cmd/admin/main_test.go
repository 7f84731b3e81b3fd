package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	keyring "github.com/einlass/einlass/pkg/token"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "0123456789abcdef"

// unasked is what is not asked for here. It lies deeper than what is.
type unasked struct{ adminapi.Operators }

// gateway is a town with two rooms behind a real admin API.
type gateway struct {
	unasked
	someCodes // codes_test.go has a gateway with codes of its own

	mu    sync.Mutex
	rooms []operator.RoomInfo
	err   error
	// stale is how many answers more show a room as it was a version ago, or not at all.
	stale   int
	unknown bool
	// asked is the last change, act the last act.
	asked operator.Change
	act   operator.DebugAct

	reason string // of what was told

	// records are those of draws, undrawn the openings of which nothing was drawn.
	records, undrawn []string

	// signer signs reports, jwks has its key.
	signer *keyring.Signer
	jwks   []byte
}

func newGateway() *gateway {
	stale := time.Date(2026, 3, 1, 10, 0, 5, 0, time.Local)
	var a, b operator.RoomInfo
	a.SetSnapshot(&queue.Snapshot{
		Waiting: 1200, Front: 34, Calls: 5, Asking: 1, Live: 95, Counted: 71_250, HeadNumbers: [queue.Lanes]uint64{800}, Last: 2034,
		Admitted: 795, Gateways: 2,
		Document: queue.Document{Version: 3, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, MaxInside: 100, Burst: 2}},
	})
	a.ID, a.Store = "termine", operator.Store{OK: true}
	a.Usage = operator.Usage{Possible: 600, Used: 201.4, Words: "the room was full: 34 % of 600 possible entries used in ten minutes"}
	a.Backends = []operator.Backend{{Address: "a", Up: true, State: "ok", Requests: 38, Failed: 1, Slow: 0.128}, {Address: "b", State: "unreachable", Requests: 2, Failed: 2}}
	b.SetSnapshot(&queue.Snapshot{Document: queue.Document{
		Version: 12, Pace: queue.Pace{Mode: queue.ModePause, Burst: 1},
		Settings: queue.Settings{Message: "Störung\nbis 11 Uhr, bitte haben Sie noch etwas Geduld"}.Encode(),
	}})
	b.ID, b.Store = "kfz", operator.Store{StaleSince: &stale}
	return &gateway{rooms: []operator.RoomInfo{a, b}}
}

func (g *gateway) List(context.Context) ([]operator.RoomInfo, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]operator.RoomInfo(nil), g.rooms...), nil
}

func (g *gateway) Get(ctx context.Context, id string) (operator.RoomInfo, error) {
	all, _ := g.List(ctx)
	for _, r := range all {
		if r.ID == id {
			g.mu.Lock()
			defer g.mu.Unlock()
			if g.stale > 0 {
				g.stale--
				r.Version--
				r.Rate = 59
			}
			if g.unknown {
				r.Version, r.Rate = 0, 0
			}
			return r, nil
		}
	}
	return operator.RoomInfo{}, g.unknownRoom(id)
}

func (g *gateway) unknownRoom(id string) error {
	unknown := &operator.UnknownRoomError{ID: id}
	for i := range g.rooms {
		unknown.Rooms = append(unknown.Rooms, g.rooms[i].ID)
	}
	return unknown
}

func (g *gateway) Sites() []operator.SiteInfo { return nil }

func (g *gateway) NoteAccess(*operator.Access) {}

func (g *gateway) Plan(ctx context.Context, id string) (operator.PlanInfo, error) {
	r, err := g.Get(ctx, id)
	p := operator.PlanInfo{ID: id, Version: r.Version, Now: "open", Schedule: r.Schedule, Next: []operator.PlanEvent{}, Warnings: []string{}}
	p.AsOf = time.Date(2026, 12, 1, 7, 59, 0, 0, time.UTC)
	return p, err
}

func (g *gateway) PreviewPlan(ctx context.Context, id string, change operator.Change) (operator.PlanPreview, error) {
	p, err := g.Plan(ctx, id)
	p.Schedule = *change.Schedule
	return operator.PlanPreview{Changes: []string{}, Plan: p}, err
}

func (g *gateway) Refuse(_ context.Context, _ string, _ operator.Change, why error) error { return why }

func (g *gateway) RefuseTyped(_ context.Context, _ string, why error) error { return why }

func (g *gateway) Draws(ctx context.Context, id string) (operator.DrawsInfo, error) {
	if _, err := g.Get(ctx, id); err != nil {
		return operator.DrawsInfo{}, err
	}
	return operator.DrawsInfo{ID: id, Records: g.records, Undrawn: g.undrawn}, nil
}

func (g *gateway) Type(ctx context.Context, id string, typed operator.Typed) (operator.DrawTyped, error) {
	if _, err := g.Get(ctx, id); err != nil {
		return operator.DrawTyped{}, err
	}
	if typed.Opening == "later" {
		return operator.DrawTyped{}, fmt.Errorf("%w: its lobby is still open", operator.ErrNotNow)
	}
	g.reason = typed.Reason
	return operator.DrawTyped{ID: id, Opening: typed.Opening, Line: typed.Line}, nil
}

func (g *gateway) RefuseTold(_ context.Context, _ string, why error) error { return why }

func (g *gateway) Tell(_ context.Context, id string, told operator.Told) (operator.Heard, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range g.rooms {
		if r := &g.rooms[i]; r.ID == id {
			h := operator.Heard{ID: id, Before: r.Opening.Booked, Booked: told.Total, Quota: r.Opening.Quota}
			r.Opening.Booked, g.reason = *told.Total, told.Reason
			return h, nil
		}
	}
	return operator.Heard{}, g.unknownRoom(id)
}

func (g *gateway) RefuseDebug(_ context.Context, _, _ string, why error) error { return why }

func (g *gateway) Debug(_ context.Context, id string, act operator.DebugAct) (any, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if id != "termine" {
		return nil, g.unknownRoom(id)
	}
	g.act = act
	return operator.AnswerTo(act), g.err
}

func (g *gateway) Change(_ context.Context, id string, change operator.Change) (operator.RoomInfo, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = change
	if g.err != nil {
		return operator.RoomInfo{}, g.err
	}
	for i := range g.rooms {
		r := &g.rooms[i]
		if r.ID != id {
			continue
		}
		d := queue.Document{
			Version: r.Version, Settings: queue.Settings{Message: r.Message, Messages: r.Messages}.Encode(),
			Pace: queue.Pace{Mode: r.Mode, Rate: r.Rate, MaxInside: r.MaxInside, Burst: r.Burst, Strict: r.Strict},
		}
		if err := change.Apply(&d); err != nil {
			return *r, err
		}
		d.Version++
		r.SetDocument(&d)
		return *r, nil
	}
	return operator.RoomInfo{}, g.unknownRoom(id)
}

func (g *gateway) handler(t *testing.T) http.Handler {
	t.Helper()
	s, err := adminapi.New(g, adminapi.Config{Token: token, ReportToken: "of-a-site"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (g *gateway) serve(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(g.handler(t))
	t.Cleanup(server.Close)
	return server
}

// command runs admin and gives its exit code and output.
func command(t *testing.T, env map[string]string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		in: strings.NewReader(""), out: &stdout, err: &stderr, getenv: func(k string) string { return env[k] }, readFile: os.ReadFile,
		tick: func(time.Duration) <-chan time.Time { return nil },
	}
	code = a.run(t.Context(), args)
	return code, stdout.String(), stderr.String()
}

func environment(server *httptest.Server) map[string]string {
	return map[string]string{"EINLASS_ADMIN_URL": server.URL, "EINLASS_ADMIN_TOKEN": token}
}

func TestTheRoomsAreJSONForPrograms(t *testing.T) {
	env := environment(newGateway().serve(t))
	code, out, _ := command(t, env, "rooms", "--json")
	var list adminapi.RoomList
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 || len(list.Rooms) != 2 || list.Rooms[1].Version != 12 {
		t.Errorf("exit code %d, %v: %s", code, err, out)
	}
}

func TestEveryControlCanBeChanged(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"rate", "termine", "120"}, "rate of termine: 120 a minute (was 60); version 4\n"},
		{[]string{"max-inside", "termine", "300"}, "max inside of termine: 300 people (was 100); version 5\n"},
		{[]string{"max-inside", "termine", "0", "--yes"}, "max inside of termine: no bound (was 300); version 6\n"},
		{[]string{"burst", "termine", "7"}, "burst of termine: 7 at once (was 2); version 7\n"},
		{[]string{"pause", "termine"}, "state of termine: paused (was running); version 8\n"},
		{[]string{"pause", "termine"}, "state of termine: paused (was paused); version 9\n"},
		{[]string{"resume", "termine"}, "state of termine: running (was paused); version 10\n"},
		{[]string{"strict", "termine", "on"}, "strict of termine: on (was off); version 11\n"},
		{[]string{"strict", "termine", "off"}, "strict of termine: off (was on); version 12\n"},
		{[]string{"message", "termine", "Bitte\twarten"}, "message of termine: »Bitte warten« (was none); version 13\n"},
		{[]string{"message", "termine", "--", "- bitte"}, "message of termine: »- bitte« (was »Bitte warten«); version 14\n"},
		{[]string{"message", "termine", ""}, "message of termine: none (was »- bitte«); version 15\n"},
		{[]string{"message", "kfz", "--lang", "en", "Please wait"}, "message of kfz: »Störung bis 11 Uhr, bitte haben Sie noch etwas Geduld«, en »Please wait« (was »Störung bis 11 Uhr, bitte haben Sie noch etwas Geduld«); version 13\n"},
		{[]string{"message", "kfz", "Bitte warten"}, "message of kfz: »Bitte warten«, en »Please wait« (was »Störung bis 11 Uhr, bitte haben Sie noch etwas Geduld«, en »Please wait«); version 14\n"},
		{[]string{"message", "kfz", "--lang", "en", ""}, "message of kfz: »Bitte warten« (was »Bitte warten«, en »Please wait«); version 15\n"},
		{[]string{"message", "termine", "--lang", "EN", "Please wait"}, "message of termine: en »Please wait« (was none); version 16\n"},
		{[]string{"message", "termine", ""}, "message of termine: none (was en »Please wait«); version 17\n"},
		{[]string{"rate", "termine", "60", "--if-version", "17"}, "rate of termine: 60 a minute (was 120); version 18\n"},
		{[]string{"burst", "termine", "2"}, "burst of termine: 2 at once (was 7); version 19\n"},
		{[]string{"health", "termine", "advise"}, "health of termine: advise (was act); version 20\n"},
		{[]string{"rate", "termine", "300"}, "rate of termine: 300 a minute (was 60); burst: 5 at once (was 2); version 21\n"},
		{[]string{"rate", "termine", "60"}, "rate of termine: 60 a minute (was 300); burst: 2 at once (was 5); version 22\n"},
		{[]string{"rate", "kfz", "6000", "--yes"}, "rate of kfz: 6000 a minute (was 0 a minute); version 16\n"},
		{[]string{"message", "kfz", "Bis elf", "--until", "2999-12-01T11:00:00+01:00"}, "message of kfz: »Bis elf«, until 2999-12-01T10:00:00Z (was »Bitte warten«); version 17\n"},
	}
	g := newGateway()
	env := environment(g.serve(t))
	for _, tt := range tests {
		if code, out, stderr := command(t, env, tt.args...); code != 0 || out != tt.want || stderr != "" {
			t.Errorf("admin %q: exit code %d, %q %q, want %q", tt.args, code, out, stderr, tt.want)
		}
	}
	if r, _ := g.Get(t.Context(), "termine"); r.Rate != 60 || r.Burst != 2 || r.MaxInside != 0 || r.Mode != queue.ModeRun || r.Message != "" {
		t.Errorf("room is %+v", r)
	}
	if g.asked.Reason != "" {
		t.Errorf("a reason that nobody gave: %q", g.asked.Reason)
	}
	if code, _, stderr := command(t, env, "pause", "termine", "--reason", "Störung im Amt"); code != 0 || g.asked.Reason != "Störung im Amt" {
		t.Errorf("exit code %d, %s, reason %q", code, stderr, g.asked.Reason)
	}
	if code, out, _ := command(t, env, "pause", "termine", "--json"); code != 0 || !strings.Contains(out, `"mode": "pause"`) {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestTheTokenComesFromItsFileBeforeTheEnvironment(t *testing.T) {
	env := environment(newGateway().serve(t))
	env["EINLASS_ADMIN_TOKEN"] = "wrong"
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, env, "rooms", "--token-file", file); code != 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestTheFlagForTheAddressWins(t *testing.T) {
	server := newGateway().serve(t)
	env := environment(server)
	env["EINLASS_ADMIN_URL"] = "http://192.0.2.1"
	if code, _, stderr := command(t, env, "rooms", "--url", server.URL); code != 0 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestATokenThatTravelsOpenlyIsWarnedOf(t *testing.T) {
	env := map[string]string{"EINLASS_ADMIN_URL": "http://gate.invalid:8081", "EINLASS_ADMIN_TOKEN": token}
	code, _, stderr := command(t, env, "rooms")
	if code != 3 || !strings.HasPrefix(stderr, "admin: warning: the token travels unencrypted to http://gate.invalid:8081\n") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestHelpListsCommandsAndExitCodes(t *testing.T) {
	for _, args := range [][]string{nil, {"--help"}, {"help"}} {
		code, out, _ := command(t, nil, args...)
		for _, want := range []string{"rooms", "watch", "rate", "max-inside", "burst", "pause", "resume", "strict", "message", "debug", "5 changed by somebody else"} {
			if code != 0 || !strings.Contains(out, want) {
				t.Errorf("admin %q: exit code %d, no %q in %s", args, code, want, out)
			}
		}
	}
}

func TestLongListsOfRoomsAreCut(t *testing.T) {
	ids := make([]string, 25)
	for i := range ids {
		ids[i] = fmt.Sprint("r", i)
	}
	if got := unknownRoom("x", ids); !strings.HasSuffix(got, "r18, r19 and 5 more") {
		t.Error(got)
	}
	if got := unknownRoom("x", nil); got != "room »x« does not exist" {
		t.Error(got)
	}
}

// screen is where watch writes; each write is handed on.
type screen chan string

func (s screen) Write(p []byte) (int, error) { s <- string(p); return len(p), nil }

func TestWatchShowsTheRoomsAgainAndSurvivesAnOutage(t *testing.T) {
	g := newGateway()
	s, err := adminapi.New(g, adminapi.Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var handler http.Handler = s
	swap := func(h http.Handler) { mu.Lock(); handler = h; mu.Unlock() }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handler
		mu.Unlock()
		h.ServeHTTP(w, r)
	}))
	defer server.Close()

	out, ticks := make(screen), make(chan time.Time)
	var stderr bytes.Buffer
	env := environment(server)
	a := &app{
		out: out, err: &stderr, getenv: func(k string) string { return env[k] }, terminal: true,
		tick: func(d time.Duration) <-chan time.Time {
			if d != 2*time.Second {
				t.Errorf("the interval is %v", d)
			}
			return ticks
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	code := make(chan int, 1)
	go func() { code <- a.run(ctx, []string{"watch", "--interval", "2s"}) }()

	if got := <-out; !strings.HasPrefix(got, clearScreen+"ROOM ") || !strings.Contains(got, "1234") {
		t.Errorf("first view: %q", got)
	}
	g.mu.Lock()
	g.rooms[0].Waiting = 4000
	g.mu.Unlock()
	ticks <- time.Time{}
	if got := <-out; !strings.Contains(got, "4034") {
		t.Errorf("second view: %q", got)
	}
	swap(http.NotFoundHandler())
	ticks <- time.Time{}
	if got := <-out; !strings.Contains(got, "not the gate's admin API") {
		t.Errorf("view of an outage: %q", got)
	}
	swap(s)
	ticks <- time.Time{}
	if got := <-out; !strings.Contains(got, "4034") {
		t.Errorf("view after the outage: %q", got)
	}
	cancel()
	if got := <-code; got != 0 || stderr.Len() > 0 {
		t.Errorf("exit code %d, %s", got, stderr.String())
	}
}

func TestWatchEndsWhenTheTokenIsNotAccepted(t *testing.T) {
	env := environment(newGateway().serve(t))
	env["EINLASS_ADMIN_TOKEN"] = "wrong"
	if code, _, stderr := command(t, env, "watch"); code != 4 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// full is an output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAnOutputThatTakesNothingIsAnError(t *testing.T) {
	env := environment(newGateway().serve(t))
	for _, args := range [][]string{{"rooms"}, {"rooms", "--json"}, {"watch"}, {"watch", "--json"}, {"pause", "termine"}} {
		var stderr bytes.Buffer
		a := &app{out: full{}, err: &stderr, getenv: func(k string) string { return env[k] }, tick: time.Tick}
		if code := a.run(t.Context(), args); code != 1 || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("admin %q: exit code %d, %s", args, code, stderr.String())
		}
	}
}

func TestErrorsOfFilesAreTold(t *testing.T) {
	a := &app{tokenFile: "/nowhere/token", getenv: func(string) string { return "" }}
	if _, err := a.client(); !errors.Is(err, fs.ErrNotExist) || codeOf(err) != exitRefused {
		t.Errorf("error is %v", err)
	}
}
