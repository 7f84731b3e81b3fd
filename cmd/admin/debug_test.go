package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func ptr[T any](v T) *T { return &v }

func TestEveryActOfATrialIsACommand(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	file := filepath.Join(t.TempDir(), "plan.json")
	plan := `{"steps": [{"at": "2030-01-01T08:00:00Z", "opening": "o", "rank": 1, "phase": "lobby", "quota": 3}]}`
	if err := os.WriteFile(file, []byte(plan), 0o600); err != nil {
		t.Fatal(err)
	}
	step := operator.Step{
		At: time.Date(2030, 1, 1, 8, 0, 0, 0, time.UTC), Opening: "o", Rank: 1, Phase: ptr(journal.Phase(queue.PhaseLobby)), Quota: ptr[int64](3),
	}
	again := &operator.DebugPlan{Steps: []operator.Step{step}, Because: operator.Because{Reason: "Probe"}}
	again.On(3)
	const id = "AQAAAAAAAAAAAAAAAAAAAA"
	one := journal.ID{1}
	for _, c := range []struct {
		args []string
		want operator.DebugAct
	}{
		{[]string{"plan", "termine", file}, &operator.DebugPlan{Steps: []operator.Step{step}}},
		{[]string{"plan", "termine", file, "--reason", "Probe", "--if-version", "3"}, again},
		{[]string{"reveal", "termine", "o", strings.Repeat("0", 64)}, &operator.DebugReveal{Opening: "o", Seed: strings.Repeat("0", 64)}},
		{
			[]string{"report", "termine", "booked", "--visitor", id, "--count", "2", "--ref", id},
			&operator.DebugReport{Outcomes: []operator.Outcome{{Kind: ptr(journal.OutcomeKind(queue.Booked)), Visitor: one, Count: 2, Ref: one}}},
		},
		{[]string{"find", "termine", "77", "--epoch", "5"}, &operator.DebugFind{Epoch: 5, Number: 77}},
		{
			[]string{"move", "termine", "hand", "--visitor", id, "--to", id, "--ref", id},
			&operator.DebugMove{Act: ptr(journal.Act(queue.ActHand)), Visitor: one, To: one, Ref: one},
		},
		{[]string{"join", "termine", "--lane", "2", "--code", id, "--uses", "4"}, &operator.DebugJoin{Lane: 2, Code: one, Uses: 4}},
		{[]string{"snapshot", "termine"}, operator.DebugSnapshot{}},
	} {
		code, out, stderr := command(t, env, append([]string{"debug"}, c.args...)...)
		if code != 0 || !strings.HasPrefix(out, "{\n  \"") || stderr != "" || !reflect.DeepEqual(g.act, c.want) {
			t.Errorf("%q: exit code %d, %s%s, arrived %+v", c.args, code, out, stderr, g.act)
		}
	}
}

func TestActsThatCannotBeHaveTheirExitCodes(t *testing.T) {
	g := newGateway()
	env := environment(g.serve(t))
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"find", "termine", "x"}, 2, `"x" is not a whole number`},
		{[]string{"plan", "termine", "/nowhere/plan"}, 1, "/nowhere/plan"},
		{[]string{"plan", "termine", "plan.json", "--if-version", "0"}, 2, "version 0"},
		{[]string{"snapshot", "termin"}, 1, "room »termin« does not exist"},
		{[]string{"move", "termine", "push"}, 2, `"push"`},
		{[]string{"report", "termine", "lost"}, 2, `"lost"`},
		{[]string{"join", "termine", "--code", "x"}, 2, "id of 1 characters, want 22"},
		{[]string{"reveal", "termine", "o"}, 2, "SEED is missing"},
		{[]string{"push"}, 2, "there is no command \"debug push\""},
	} {
		code, out, stderr := command(t, env, append([]string{"debug"}, c.args...)...)
		if code != c.code || out != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: exit code %d, %s%s, want %d and %s", c.args, code, out, stderr, c.code, c.want)
		}
	}
	if g.act != nil {
		t.Errorf("a refused command arrived: %+v", g.act)
	}
	g.err = queue.ErrUnknown
	if code, _, stderr := command(t, env, "debug", "find", "termine", "1"); code != 1 || !strings.Contains(stderr, "unknown place or opening") {
		t.Errorf("nobody found: %d %s", code, stderr)
	}
}
