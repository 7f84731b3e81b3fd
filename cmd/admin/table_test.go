package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

func TestTheRoomsAreATableAndWhatIsUnusual(t *testing.T) {
	g := newGateway()
	g.rooms[0].Backends[1].Detail = "connection refused"
	env := environment(g.serve(t))
	code, out, stderr := command(t, env, "rooms")
	want := "" +
		"ROOM     STATE    WAITING  ASKING  INSIDE  COUNTED  MAX  PER MIN  USED  BACKEND\n" +
		"termine  running     1234       1      95     71.2  100       60   34%  1 of 2\n" +
		"kfz      paused         0       0       0      0.0    -        0     -  -\n" +
		"\n" +
		"termine: unreachable: connection refused (backend b)\n" +
		"termine: the room was full: 34 % of 600 possible entries used in ten minutes\n" +
		"kfz: the store is away since 10:00:05: nobody is called\n" +
		"kfz: message »Störung bis 11 Uhr, bitte haben Sie noch etwas Geduld«\n"
	if code != 0 || out != want || stderr != "" {
		t.Errorf("exit code %d, %s\n%s", code, stderr, out)
	}
	_, wide, _ := command(t, env, "rooms", "--wide")
	for _, want := range []string{
		"CALLED  HEAD  LAST  ADMITTED  GATEWAYS  STORE                 FAILED  ANSWERS IN  VERSION\n",
		" 800  2034       795         2  ok                   3 of 40     < 128ms        3\n",
		"away since 10:00:05   0 of 0           -       12\n",
	} {
		if !strings.Contains(wide, want) {
			t.Errorf("no %q in\n%s", want, wide)
		}
	}
}

// A room that its plan keeps closed is not running, whatever operators have set.
func TestTheTableSaysWhatThePlanMakesOfARoom(t *testing.T) {
	for phase, want := range map[queue.Phase]string{queue.PhaseClosed: "closed", queue.PhaseLobby: "lobby", queue.PhaseOpen: "running"} {
		g := newGateway()
		g.rooms[0].Opening.Phase = phase.String()
		g.rooms[1].Opening.Phase = phase.String() // paused: the plan has nothing to say
		_, out, _ := command(t, environment(g.serve(t)), "rooms")
		if rows := strings.Split(out, "\n"); !strings.HasPrefix(rows[1], "termine  "+want+" ") || !strings.HasPrefix(rows[2], "kfz      paused ") {
			t.Errorf("%v:\n%s", phase, out)
		}
	}
}

func TestASiteThatAnswersNothingWellIsFailing(t *testing.T) {
	g := newGateway()
	g.rooms[0].Backends = []operator.Backend{{Address: "a", State: "failing", Detail: "9 of 9 requests in the last minute failed"}}
	_, out, _ := command(t, environment(g.serve(t)), "rooms")
	for _, want := range []string{"60   34%  FAILING\n", "termine: failing: 9 of 9 requests in the last minute failed (backend a)\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestWhatOperatorsHaveSwitchedIsSaid(t *testing.T) {
	for _, c := range []struct {
		room operator.RoomInfo
		want string
	}{
		{operator.RoomInfo{Health: queue.HealthOff}, "kfz: health off: the pace does not follow the site\n"},
		{operator.RoomInfo{Health: queue.HealthAdvise}, "kfz: health advise: the pace does not follow the site, it is only said\n"},
		{operator.RoomInfo{Health: queue.HealthAct, Strict: true}, "kfz: strict on: everybody inside counts in full until the stay ends\n"},
		{operator.RoomInfo{Health: queue.HealthAct}, ""},
	} {
		c.room.ID, c.room.Store.OK = "kfz", true
		if got := notes([]operator.RoomInfo{c.room}); strings.TrimPrefix(got, "\n") != c.want {
			t.Errorf("health %q, strict %v: said %q, want %q", c.room.Health, c.room.Strict, got, c.want)
		}
	}
}

func wantNarrow(t *testing.T, what, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		if n := utf8.RuneCountInString(line); n > screenWidth {
			t.Errorf("%s has a line of %d columns: %s", what, n, line)
		}
	}
}

// A large town with long names still fits.
func TestTheTableFitsAScreen(t *testing.T) {
	rooms := []operator.RoomInfo{{
		ID: strings.Repeat("k", 32), Waiting: 1_000_000, Asking: 10_000, Inside: 100_000, Counted: 99_999.9, MaxInside: 100_000, Rate: 1_000_000,
		Usage:    operator.Usage{Possible: 10_000_000, Used: 10_000_000, Words: strings.Repeat("w", 90)},
		Backends: []operator.Backend{{Address: "http://" + strings.Repeat("b", 60), Detail: strings.Repeat("d", 60)}},
		Message:  strings.Repeat("ä", 900), Store: operator.Store{OK: true},
	}, {ID: "kfz"}}
	out := overview(rooms, false)
	wantNarrow(t, "the table", out)
	for _, want := range []string{"\n" + rooms[0].ID + "\n", "\nkfz\n", "1000000", "99999.9"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// Every help text, with an example for what takes arguments, and every usage text of a mistake.
func TestHelpFitsAScreen(t *testing.T) {
	root := (&app{}).root()
	root.InitDefaultHelpFlag()
	root.InitDefaultVersionFlag()
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Name() == "completion" { // cobra's own
			return
		}
		_, out, _ := command(t, nil, append(strings.Fields(strings.TrimPrefix(c.CommandPath(), "admin")), "--help")...)
		wantNarrow(t, c.CommandPath(), out)
		if !strings.Contains(out, "Examples:") && c.Name() != "help" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}
