package drive

import "testing"

func TestWhoReadsThatTheLineHasEndedGoesHome(t *testing.T) {
	for state, vain := range map[string]bool{"ended": true, "soldout": true, "booked": true, "waiting": false, "standby": false, "full": false} {
		c := &citizen{d: &Drive{cfg: Config{Crowd: Crowd{HomeOn: true}}}}
		if c.vain(state) != vain {
			t.Errorf("%s: %v", state, !vain)
		}
		c.d.cfg.Crowd.HomeOn = false
		if c.vain(state) {
			t.Errorf("%s: goes home, and nobody said so", state)
		}
	}
}
