package main

import (
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue/plan"
)

const grouped = `
zone: Europe/Berlin
groups:
  - {name: over80, title: 80 und älter, ask: "Fragen: 06232 14-0", share: 3}
  - name: residents
everybody: {share: 2}
openings:
  - {days: [tuesday], start: 08:00, end: 12:00, who: [over80], carry_over: true}
  - {days: [tuesday], lobby: 13:30, start: 14:00, end: 18:00}
`

func TestAPlanSaysWhoMayComeAndOneOpeningCanBeForOthers(t *testing.T) {
	m := newMorning(t, "07:30:00")
	m.must("plan", "set", "termine", m.file(grouped), "--yes")
	m.at("08:00:01")
	m.pass()
	out, _ := m.must("plan", "termine")
	words := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{
		"NOW open; who: over80 (share 3)", "13:30 in 5 h 29 min the lobby opens, who: everybody (share 2), over80 (share 3), residents (share 1)",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	_, said := m.must("plan", "change", "termine", "--who", "over80,residents", "--yes")
	m.wants(strings.Join(strings.Fields(said), " "), "now who: over80 (share 3), residents (share 1), instead of who: over80 (share 3)")
	m.pass()
	s, err := plan.Decode(m.room.View().Snapshot.Document.Schedule())
	if err != nil || len(s.Changes) != 1 || strings.Join(s.Changes[0].Who, " ") != "over80 residents" || s.Groups[0].Ask != "Fragen: 06232 14-0" {
		t.Errorf("%+v, %v", s, err)
	}
	if code, _, bad := m.run("", false, "plan", "change", "termine", "--who", "nobody", "--yes"); code == 0 || !strings.Contains(bad, "want everybody, over80, residents") {
		t.Errorf("exit %d: %s", code, bad)
	}
}
