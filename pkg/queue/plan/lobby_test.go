package plan

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// A step into a lobby begins one anew, for the store. What is changed while it is open is put in force at its end, and whoever is in it
// stays in it.
func TestWhatIsChangedDuringALobbyLeavesWhoIsInIt(t *testing.T) {
	zone := berlin(t)
	for name, change := range map[string]func(*Schedule){
		"the quota": func(s *Schedule) { s.Openings[0].Quota = 300 },
		"the pace":  func(s *Schedule) { s.Openings[0].Profile[0].Percent = 20 },
		"a share":   func(s *Schedule) { s.Groups[0].Share = 9 },
		"groups":    func(s *Schedule) { s.Groups = append(s.Groups, Group{Name: "staff", Share: 7}) },
	} {
		s := contingents()
		s.Groups = []Group{{Name: "over80", Share: 3}}
		s.Openings[0].Order = Draw
		r := newRoom()
		now := time.Date(2026, 12, 1, 7, 10, 0, 0, zone)
		c := mustParse(t, s)
		r.next(c, now)
		r.tick(now)
		change(s)
		c = mustParse(t, s)
		for now.Before(time.Date(2026, 12, 1, 8, 5, 0, 0, zone)) {
			now = now.Add(time.Minute)
			r.next(c, now)
			was := r.plan
			if r.next(c, now); &was[0] != &r.plan[0] {
				t.Fatalf("%s: at %v the plan is not settled", name, now)
			}
			r.tick(now)
		}
		if r.again != "" {
			t.Errorf("%s: the lobby of %s begins again", name, r.again)
		}
		got, want := stateOf(&r.opening), c.at(now)
		if got.phase != queue.PhaseOpen || got.quota != want.quota || got.share != want.share || got.weights != want.weights {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		if len(r.log) != 3 {
			t.Errorf("%s: %q", name, r.log)
		}
	}
}
