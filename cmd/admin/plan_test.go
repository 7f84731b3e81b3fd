package main

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// morning is a room with a schedule behind the real admin API, on a clock of its own.
type morning struct {
	t    *testing.T
	now  time.Time
	room *queue.Room
	env  map[string]string
}

// speyer is a Tuesday of four contingents.
const speyer = `
zone: Europe/Berlin
openings:
  - days: [tuesday, wednesday]
    lobby: 07:00
    start: 08:00
    end: 18:00
    quota: 625
    more: [{at: 11:00, quota: 625}, {at: 14:00, quota: 625}, {at: 17:00, quota: 625}]
    standby: 800
    carry_over: true
`

func newMorning(t *testing.T, clock string) *morning {
	t.Helper()
	m := &morning{t: t}
	m.at(clock)
	store, err := memstore.New(memstore.Config{Clock: func() int64 { return m.now.UnixMilli() }})
	if err != nil {
		t.Fatal(err)
	}
	m.room, err = queue.NewRoom(store, queue.RoomConfig{
		Clock: func() time.Time { return m.now }, Visitors: 64, FirstStart: true, Planner: plan.Planner{},
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 2}, Timing: queue.DefaultTiming()},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.pass()
	service, err := operator.New(func() []operator.Room {
		return []operator.Room{{ID: "termine", Title: "Termine", Line: m.room, Door: issuer(t), Backends: func() []operator.Backend { return nil }}}
	}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	api, err := adminapi.New(service, adminapi.Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	m.env = environment(server)
	return m
}

// at sets the clock of 1 December 2026 in Berlin, a Tuesday.
func (m *morning) at(clock string) {
	m.t.Helper()
	to, err := time.Parse(time.RFC3339, "2026-12-01T"+clock+"+01:00")
	if err != nil {
		m.t.Fatal(err)
	}
	if m.room == nil {
		m.now = to
		return
	}
	if from := to.Add(-time.Minute); from.After(m.now) {
		m.now = from // nobody was heard for so long: the line is held, and the plan with it
	}
	for m.now.Before(to) {
		m.now = m.now.Add(time.Second)
		m.room.Tick(m.t.Context())
	}
	m.pass()
}

// pass lets two ticks go by, for the plan and for its first steps.
func (m *morning) pass() {
	for range 3 {
		m.room.Tick(m.t.Context())
	}
}

// run runs a command whose waiting lets the room tick.
func (m *morning) run(in string, asks bool, args ...string) (code int, out, err string) {
	m.t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		in: strings.NewReader(in), out: &stdout, err: &stderr, getenv: func(k string) string { return m.env[k] }, readFile: os.ReadFile, asks: asks,
		tick: func(time.Duration) <-chan time.Time {
			m.pass()
			c := make(chan time.Time, 1)
			c <- m.now
			return c
		},
	}
	code = a.run(m.t.Context(), args)
	return code, stdout.String(), stderr.String()
}

// must runs a command that is done, and answers what it prints.
func (m *morning) must(args ...string) (out, err string) {
	m.t.Helper()
	code, out, err := m.run("", false, args...)
	if code != exitOK {
		m.t.Fatalf("admin %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, err)
	}
	return out, err
}

func (m *morning) file(text string) string {
	m.t.Helper()
	name := filepath.Join(m.t.TempDir(), "day.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		m.t.Fatal(err)
	}
	return name
}

func (m *morning) wants(text string, parts ...string) {
	m.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			m.t.Errorf("there is no %q in\n%s", part, text)
		}
	}
}

func TestAClerkReadsThePlanAtAMinuteToEight(t *testing.T) {
	m := newMorning(t, "07:30:00")
	m.must("plan", "set", "termine", m.file(speyer), "--yes")
	m.at("07:59:12")
	for range 3 {
		if _, err := m.room.Arrive(queue.Arrival{}); err != nil {
			t.Fatal(err)
		}
	}
	m.pass()
	out, _ := m.must("plan", "termine")
	const want = `Termine (termine)   Tue 1 Dec 2026  07:59:12, Europe/Berlin

NOW   lobby: 3 have come, nobody is called yet; 0 of 625 booked
      0 wait, 0 are inside

NEXT  08:00           in 48 s       opens, quota 625, everybody may stand by
      11:00           in 3 h 0 min  625 more, quota 1,250
      14:00           in 6 h 0 min  625 more, quota 1,875
      17:00           in 9 h 0 min  625 more, quota 2,500, 800 may stand by
      18:00           in 10 h 0 min ends; who waits keeps the order; no numbers`
	if got := strings.Join(strings.Fields(out), " "); !strings.HasPrefix(got, strings.Join(strings.Fields(want), " ")) {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	m.wants(out, "tomorrow 07:00", "the lobby opens", "more; --all shows them")
	for _, line := range strings.Split(out, "\n") {
		if len([]rune(line)) > screenWidth {
			t.Errorf("%q is wider than a screen", line)
		}
	}
	var p operator.PlanInfo
	text, _ := m.must("plan", "termine", "--json")
	if err := json.Unmarshal([]byte(text), &p); err != nil || p.Next[0].In != 48 || *p.Next[1].Quota != 1250 || p.Zone != "Europe/Berlin" || p.Phase != "lobby" {
		t.Errorf("%v: %s", err, text)
	}
}

func TestTheRestOfTheDayIsChangedByOneWord(t *testing.T) {
	for _, tt := range []struct {
		at, then string
		args     []string
		shows    []string // the preview
		phase    queue.Phase
		quota    int64
	}{
		{"07:59:59", "08:00:01", []string{"change", "termine", "--start", "10:15"}, []string{"10:15 opens, quota 625, everybody may stand by, instead of 08:00"}, queue.PhaseLobby, 625},
		{"07:30:00", "07:30:01", []string{"start", "termine"}, []string{"now opens", "instead of 08:00"}, queue.PhaseOpen, 625},
		{"12:00:00", "12:00:01", []string{"end", "termine"}, []string{"now ends", "instead of 18:00", "14:00 625 more, quota 1,875: gone"}, queue.PhaseClosed, 1250},
		{"12:00:00", "12:31:00", []string{"change", "termine", "--release", "12:30=100"}, []string{"12:30 100 more, quota 1,350: new"}, queue.PhaseOpen, 1350},
		{"07:30:00", "08:30:00", []string{"skip", "termine"}, []string{"now ends", "08:00 opens", "gone"}, queue.PhaseClosed, 625},
		{"12:00:00", "12:00:01", []string{"change", "termine", "--quota", "500", "--standby", "5"}, []string{"now quota 1,125, everybody may stand by: new"}, queue.PhaseOpen, 1125},
	} {
		name := strings.Join(tt.args, " ")
		m := newMorning(t, "06:30:00")
		m.must("plan", "set", "termine", m.file(speyer), "--yes")
		m.at(tt.at)
		code, _, shown := m.run("", false, append([]string{"plan"}, tt.args...)...)
		if code != exitUsage {
			t.Errorf("%s without --yes: exit code %d", name, code)
		}
		m.wants(strings.Join(strings.Fields(shown), " "), tt.shows...)
		out, _ := m.must("plan", "preview", "termine", m.file(speyer))
		m.wants(out, "Nothing that comes would be different.")
		if code, _, text := m.run("y\n", true, append([]string{"plan"}, tt.args...)...); code != exitOK {
			t.Errorf("%s: exit code %d, %s", name, code, text)
		}
		m.at(tt.then)
		if o := m.room.View().Snapshot.Opening; o.Phase != tt.phase || o.Quota != tt.quota {
			t.Errorf("%s: %v, quota %d; want %v, %d", name, o.Phase, o.Quota, tt.phase, tt.quota)
		}
		m.must("plan", "reset", "termine", "--yes", "--opening", "2026-12-01 08:00")
		if s, err := plan.Decode(m.room.View().Snapshot.Document.Schedule()); err != nil || len(s.Changes) != 0 || len(s.Openings[0].Days) != 2 {
			t.Errorf("%s, taken back: %+v, %v", name, s, err)
		}
	}
}

func TestWhatCannotBeChangedSaysWhy(t *testing.T) {
	m := newMorning(t, "07:30:00")
	m.must("plan", "set", "termine", m.file(speyer), "--yes")
	m.at("08:00:00")
	before := m.room.View().Snapshot.Document.Version
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"change", "termine", "--start", "09:00"}, 1, "has begun at 08:00: its start cannot be moved"},
		{[]string{"skip", "termine"}, 1, "is open: it can be ended"},
		{[]string{"change", "termine"}, 2, "nothing to change"},
		{[]string{"change", "termine", "--opening", "2026-12-01 09:00", "--quota", "5"}, 1, `there is no opening "2026-12-01 09:00"; the next ones are 2026-12-01 08:00, 2026-12-02 08:00`},
		{[]string{"change", "termine", "--quota", "viele"}, 2, `"viele": want a whole number`},
		{[]string{"change", "termine", "--release", "12:00"}, 2, "want a clock and how many"},
		{[]string{"change", "termine", "--end", "25:00", "--release", "7:00=4", "--yes"}, 1, `schedule.changes[0].end: "25:00" is no clock; want 00:00 to 23:59, for example 08:00; schedule.changes[0].more[0].at: "7:00" is no clock`},
		{[]string{"reset", "termine"}, 1, "no opening of termine that is to come was changed"},
		{[]string{"set", "termine", m.file("zone: Europe/Berlin\nopenings: [{days: [monday], start: 08:00, quota: viele, begin: 1}]")}, 2, "openings[0].quota: is no whole number; openings[0].begin: is unknown; accepted: days"},
		{[]string{"set", "termine", m.file("zone: Berlin\nopenings: [{days: [monday], start: 08:00}, {days: [monday], start: 8 Uhr}]"), "--yes"}, 1, `schedule.zone: "Berlin" is no zone; want for example Europe/Berlin; schedule.openings[1].start`},
		{[]string{"set", "termine", m.file("zone: Europe/Berlin\nopenings: [{days: [monday], start: 08:00, end: 10:00}, {days: [monday], start: 09:00}]"), "--yes"}, 1, "schedule.openings[1]: on "},
		{[]string{"preview", "termine", m.file("a: &b 1\nc: *b")}, 2, "anchors and aliases are not accepted"},
		{[]string{"preview", "termine", m.file("zone: a\nzone: b")}, 2, "given twice"},
		{[]string{"preview", "termine", m.file("")}, 2, "is empty"},
		{[]string{"preview", "kfz", m.file(speyer)}, 1, "room »kfz« does not exist"},
		{[]string{"kfz"}, 1, "room »kfz« does not exist"},
	} {
		code, _, text := m.run("", false, append([]string{"plan"}, tt.args...)...)
		if code != tt.code {
			t.Errorf("%q: exit code %d, want %d: %s", tt.args, code, tt.code, text)
		}
		m.wants(text, tt.want)
	}
	m.pass()
	if after := m.room.View().Snapshot.Document.Version; after != before {
		t.Errorf("version %d, was %d", after, before)
	}
}

func TestAScheduleIsReadAsYAMLAndAsJSON(t *testing.T) {
	m := newMorning(t, "06:00:00")
	m.must("plan", "set", "termine", m.file("schedule:\n  zone: Europe/Berlin\n  openings: [{dates: [2026-12-01], start: 08:00, carry_over: true}]"), "--yes")
	yaml := m.room.View().Snapshot.Document.Schedule()
	out, _ := m.must("plan", "termine", "--json")
	var p operator.PlanInfo
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatal(err)
	}
	m.must("plan", "clear", "termine", "--yes")
	m.pass()
	if s := m.room.View().Snapshot.Document.Schedule(); s != "" {
		t.Errorf("after clear: %s", s)
	}
	out, _ = m.must("plan", "termine")
	m.wants(out, "There is no schedule: the room is open all the time.")
	code, _, text := m.run(p.Schedule.Encode(), false, "plan", "set", "termine", "-", "--yes", "--reason", "wie immer")
	m.pass()
	if got := m.room.View().Snapshot.Document.Schedule(); code != exitOK || got != yaml {
		t.Errorf("exit code %d, %s\n%s\n%s", code, text, got, yaml)
	}
	_, text = m.must("plan", "set", "termine", m.file(p.Schedule.Encode()), "--yes")
	m.wants(text, "The schedule says that already; nothing was changed.")
}

func TestTheDoorIsClosedAndOpened(t *testing.T) {
	m := newMorning(t, "09:00:00")
	out, _ := m.must("close", "termine")
	m.wants(out, "door of termine: closed (was open)")
	m.pass()
	if j, err := m.room.Arrive(queue.Arrival{}); err != nil || j.Reason != queue.ReasonClosed {
		t.Errorf("%+v, %v", j, err)
	}
	out, _ = m.must("open", "termine")
	m.wants(out, "door of termine: open (was closed)")
	m.pass()
	out, _ = m.must("close", "termine", "--at", "5000")
	m.wants(out, "close at of termine: 5000 places (was never)")
	m.pass()
	if d := m.room.View().Snapshot.Document; d.CloseAt() != 5000 || d.Door.Closed {
		t.Errorf("%+v, %d", d.Door, d.CloseAt())
	}
	if code, _, text := m.run("", false, "close", "termine", "--at", "-1"); code != exitUsage || !strings.Contains(text, "--at -1: want 0 to 1000000000") {
		t.Errorf("exit code %d: %s", code, text)
	}
}
