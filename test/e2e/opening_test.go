package e2e

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
	"github.com/einlass/einlass/test/e2e/harness"
)

const (
	// lobbyLasts is how long before its start an opening of these tests has its lobby.
	lobbyLasts = 2500 * time.Millisecond
	// slots of each opening, for more people than that: the rest waits for the next one.
	slots, early = 3, 4
)

// day is a number of openings one after the other, with a crash in each of them. Those who got no slot of an opening are first in the
// next one.
type day struct {
	t      *testing.T
	ctx    context.Context
	gates  []*harness.Gate
	crowd  *harness.Crowd
	series *series
	phases *harness.Phases
	names  []string
	start  time.Time
	calm   time.Time
	// forgets: a file is put back that nobody knows better than, so that phases come again.
	forgets bool
	// ahead is how far the store's clock is.
	ahead time.Duration
}

func newDay(t *testing.T, gates ...*harness.Gate) *day {
	t.Helper()
	d := &day{t: t, gates: gates, crowd: harness.NewCrowd(t, gates...), series: newSeries(t), ctx: within(t, 14*time.Minute)}
	d.crowd.Entered = func(ctx context.Context, v *harness.Visitor) {
		if now := time.Now(); now.Before(d.start) {
			t.Errorf("number %d is let in %v before the hour", v.Place.Number, d.start.Sub(now))
		}
		if err := harness.Book(ctx, gates, v); err != nil {
			t.Errorf("the booking of number %d: %v", v.Place.Number, err)
		}
	}
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		for _, g := range gates {
			info, err := g.Figures(context.WithoutCancel(t.Context()), "termine")
			t.Logf("at the end: %d calls, %d inside, %d waiting, %d at the front, %+v, %+v, epoch %d at %v, %v", info.Calls, info.Inside, info.Waiting,
				info.Front, info.Opening, info.Totals, info.Epoch, info.AsOf, err)
		}
	})
	return d
}

// plans begins the next opening, with slots more than all before.
func (d *day) plans(more int64) {
	d.t.Helper()
	now := time.Now().Add(d.ahead)
	o := harness.Opening{Name: fmt.Sprintf("opening %d", len(d.names)+1), Lobby: now, Start: now.Add(lobbyLasts), Slots: -1}
	if more > 0 {
		o.Slots = int64(d.crowd.In()) + more
	}
	if n := len(d.names); n > 0 {
		o.Before, o.Ends = d.names[n-1], now
	}
	d.start = o.Start.Add(-d.ahead)
	harness.Plan(d.t, d.gates, o)
	d.names = append(d.names, o.Name)
	for _, g := range d.gates {
		until(d.t, 20*time.Second, "the lobby", func(ctx context.Context) bool {
			info, err := g.Figures(ctx, "termine")
			return err == nil && info.Opening.Name == o.Name && info.Opening.Phase != "closed"
		})
	}
	if d.phases == nil {
		d.phases = harness.NewPhases(d.t, d.gates...)
	}
}

// moment is when an opening of a day crashes.
type moment struct {
	name string
	wait func(d *day)
}

var moments = []moment{
	{"in the lobby", func(d *day) { let(d.t, time.Until(d.start.Add(-time.Second))) }},
	{"at the hour", func(d *day) { let(d.t, time.Until(d.start)) }},
	{"just after the hour", func(d *day) { let(d.t, time.Until(d.start.Add(time.Second))) }},
	{"while it sells out", func(d *day) {
		before := d.crowd.In()
		until(d.t, 30*time.Second, "somebody is inside", func(context.Context) bool { return d.crowd.In() > before })
	}},
}

// opens plays an opening that crashes, until it is sold out.
func (d *day) opens(when moment, crash func()) {
	d.t.Helper()
	before := d.crowd.In()
	d.plans(slots)
	come := early
	if len(d.crowd.Everybody())-before >= early { // enough are left for the next one
		come = slots
	}
	came := d.crowd.Arrive(come)
	d.series.add(came)
	d.crowd.Stay(d.ctx, came...)
	when.wait(d)
	crash()
	d.calm = time.Now().Add(longestPoll * 6 / 5)
	// A clock that steps back holds the line for half a minute.
	until(d.t, time.Minute, "all slots of "+d.names[len(d.names)-1]+" are booked", func(context.Context) bool {
		return d.crowd.In() >= before+slots
	})
	d.soldOut(before + slots)
}

// soldOut waits for a second of the store in which it is known that all is booked.
func (d *day) soldOut(in int) {
	d.t.Helper()
	g := d.gates[0]
	var known time.Time
	until(d.t, 20*time.Second, "what was booked is known", func(ctx context.Context) bool {
		info, err := g.Figures(ctx, "termine")
		if err != nil || !info.Store.OK || info.Opening.Booked < int64(in) {
			return false
		}
		if known.IsZero() {
			known = info.AsOf
		}
		return info.AsOf.After(known.Add(500 * time.Millisecond))
	})
	if got := g.Room(d.t).Opening.Booked; d.crowd.In() > in || got > int64(in) {
		d.t.Fatalf("%s: %d are in and %d booked, %d slots were there", d.names[len(d.names)-1], d.crowd.In(), got, in)
	}
}

// ends lets everybody in who is left, in an opening without a bound, and holds the day to what was promised.
func (d *day) ends() {
	d.t.Helper()
	d.plans(0)
	d.crowd.Wait()
	all := len(d.crowd.Everybody())
	d.crowd.Check(harness.Expect{In: all, Rate: 6000, Burst: 20, Calm: d.calm, Repeats: true})
	d.soldOut(all)
	if !d.forgets {
		d.phases.Check(d.names)
	}
	d.series.check()
}

// opening is the room of these tests, where the pace bounds nobody.
func opening() harness.Room { return harness.Room{Rate: 6000, Burst: 20, PollMax: longestPoll} }

// opensOnce plays openings that crash at each moment, all moments side by side.
func opensOnce(t *testing.T, which []moment, begin func(t *testing.T) (gates []*harness.Gate, crash func(i int))) {
	t.Helper()
	for _, m := range which {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			gates, crash := begin(t)
			d := newDay(t, gates...)
			for i := range crashes {
				d.opens(m, func() { crash(i) })
			}
			d.ends()
		})
	}
}

func TestAnOpeningHappensOnceHoweverOftenAGatewayIsKilled(t *testing.T) {
	t.Parallel()
	opensOnce(t, soonOr(moments...), func(t *testing.T) ([]*harness.Gate, func(int)) {
		g, _ := one(t, opening())
		return []*harness.Gate{g}, func(int) {
			g.Kill()
			g.Start()
		}
	})
}

func TestAnOpeningHappensOnceHoweverOftenRedisForgetsEverything(t *testing.T) {
	t.Parallel()
	opensOnce(t, soonOr(moments[0], moments[1], moments[3]), func(t *testing.T) ([]*harness.Gate, func(int)) {
		s := harness.NewTrio(t, &program, opening())
		return s.Gates, func(i int) {
			epoch := s.Gates[0].Room(t).Epoch
			if i%2 == 0 {
				s.Flush(t)
			} else {
				s.Redis.Restart(redistest.Empty)
			}
			s.Healthy(t, epoch+1)
		}
	})
}

// soonOr is all of them with `make long`, and else the last one.
func soonOr(all ...moment) []moment {
	if crashes == 1 {
		return slices.Clone(all[len(all)-1:])
	}
	return all
}
