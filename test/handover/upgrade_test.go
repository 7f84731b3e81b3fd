package handover

import "testing"

func TestUpgradesInARowUnderACrowdLoseNothing(t *testing.T) {
	for name, secure := range map[string]bool{"without TLS": false, "by TLS": true} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t, newSite(t), secure, "")
			g.start()
			c := usual(t, g)
			before := g.first.Process.Pid
			for range inARow {
				pid, said := g.upgrade()
				if pid == 0 {
					t.Fatal(said)
				}
				c.settled(2)
				g.gone(before)
				before = pid
			}
			c.end()
			g.rules()
		})
	}
}
