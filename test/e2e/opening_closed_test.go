package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/test/e2e/harness"
)

// An operator closes the line while it sells out, and its gateway is killed: nobody gets a number until the next opening, and those who
// were in line are let in then.
func TestALineThatWasClosedEarlyIsClosedHoweverOftenItsGatewayIsKilled(t *testing.T) {
	t.Parallel()
	g, _ := one(t, opening())
	d := newDay(t, g)
	d.plans(slots)
	came := d.crowd.Arrive(early)
	d.series.add(came)
	d.crowd.Stay(d.ctx, came...)
	until(t, 20*time.Second, "somebody is inside", func(context.Context) bool { return d.crowd.In() > 0 })
	g.Set(t, `{"door": "closed"}`)
	repeat(func(int) {
		g.Kill()
		g.Start()
		d.calm = time.Now().Add(hold)
		b := harness.NewBrowser(g)
		if page := b.Get(t, "/"); page.FromSite() || b.Token().Number != 0 || g.Room(t).Door != "closed" {
			t.Errorf("a newcomer is answered %s, state %q, number %d, the door is %s",
				page.Status, page.Header.Get("Einlass-State"), b.Token().Number, g.Room(t).Door)
		}
	})
	until(t, time.Minute, "all slots are booked", func(context.Context) bool { return d.crowd.In() >= slots })
	d.soldOut(slots)
	d.ends()
}
