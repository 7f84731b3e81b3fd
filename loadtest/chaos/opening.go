package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/visitor"
	"github.com/einlass/einlass/loadtest/chaos/environment"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/plan"
)

const (
	// slots are there in each opening, for more guests than that come to its lobby: the line goes on into the next one.
	slots, early = 3, 4
	// lobbyLasts is how long before its start an opening's lobby begins, at least: its clocks are whole seconds.
	lobbyLasts = 1200 * time.Millisecond
	// tick is how often gateways call.
	tick = 250 * time.Millisecond
	// kept is how many of the openings that have been stay in the schedule.
	kept = 5
	// sellsWithin is within what an opening has to be sold out after its fault.
	sellsWithin = 45 * time.Second
)

// openings are those of one topology, one an act: a lobby, a start, and fewer slots than guests. Each is added to the
// schedule in the gateways' configuration; everything else they do by it.
type openings struct {
	w     *world
	room  *visitor.Room
	began time.Time
	zone  *time.Location
	all   []plan.Opening
	ctx   context.Context // of the guests
	wg    sync.WaitGroup
	watch *watch

	now     *act // nil: none has begun
	last    *act // that is sold out
	figures openingFigures
	in      atomic.Int64 // guests that were let in

	mu     sync.Mutex // of what guests do and the watch reads
	guests []*guest
}

// act is one opening as it is played.
type act struct {
	name   string
	start  time.Time
	before int64 // booked at the portal when its lobby began
	in     int64 // guests that had been let in then
	// deaf: a gateway heard people and could not tell the store.
	deaf bool
	// forgotten is how many were booked when all memory of it was lost, the last time.
	forgotten int64
}

// openingFigures are what came of all of them.
type openingFigures struct {
	Played  int           `json:"played"`
	Slots   int           `json:"slots"`
	Booked  int           `json:"booked"`
	Guests  int           `json:"guests"`
	In      int           `json:"in"`
	Longest time.Duration `json:"longest"` // from the hour until it was sold out
	// Held is how often a guest that was present about the hour was held to the order of the line.
	Held int `json:"held"`
	// Wrong is everything that may not be.
	Wrong []string `json:"wrong"`
}

// firstSchedule is that of a room whose first opening is far: those that are played are added.
func firstSchedule(now time.Time) (*plan.Schedule, *time.Location, error) {
	s := &plan.Schedule{Zone: launch.ZoneAtNoon(now)}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, nil, fmt.Errorf("the schedule of the openings: %w", err)
	}
	later := plan.Opening{Dates: []string{now.In(zone).AddDate(0, 1, 0).Format(time.DateOnly)}, Start: "12:00", Quota: slots}
	s.Openings = []plan.Opening{later}
	return s, zone, nil
}

// newOpenings has none yet. Guests stay until ctx ends.
func newOpenings(ctx context.Context, w *world) (*openings, error) {
	o := &openings{w: w, began: time.Now(), ctx: ctx}
	var err error
	if _, o.zone, err = firstSchedule(o.began); err != nil {
		return nil, err
	}
	if o.room, err = newGuestRoom(); err != nil {
		return nil, err
	}
	o.watch = newWatch(ctx, w.gateways)
	return o, nil
}

// schedule adds an opening to those that have been. All carry their line over.
func (o *openings) schedule(lobby, start time.Time, quota int64) *plan.Schedule {
	next := plan.Opening{
		Dates: []string{start.In(o.zone).Format(time.DateOnly)}, CarryOver: true, Quota: quota,
		Lobby: lobby.In(o.zone).Format(time.TimeOnly), Start: start.In(o.zone).Format(time.TimeOnly),
	}
	if quota > 0 {
		next.Standby = 1000 // what is left of the line, for the next one
	}
	o.all = append(o.all, next)
	recent := o.all[max(0, len(o.all)-kept):]
	return &plan.Schedule{Zone: launch.ZoneAtNoon(o.began), Openings: slices.Clone(recent)}
}

// begin lets the lobby of the next opening begin, and guests come to it. quota 0 bounds nothing.
func (o *openings) begin(ctx context.Context, quota int64) error {
	if o.last != nil {
		o.withinSlots(o.last) // to the end
	}
	lobby := time.Now().Truncate(time.Second)
	start := time.Now().Add(lobbyLasts + time.Second - 1).Truncate(time.Second)
	// The plan leaves seconds out of a name that are none.
	a := &act{name: strings.TrimSuffix(start.In(o.zone).Format(time.DateTime), ":00"), start: start, before: o.w.portal.Booked(), in: o.in.Load()}
	o.watch.expect(a.name, start, quota)
	schedule := o.schedule(lobby, start, quota)
	for _, g := range o.w.gateways {
		if err := g.Plan(schedule); err != nil {
			return err
		}
	}
	if err := o.everywhere(ctx, func(info *operator.RoomInfo) error {
		if p := &info.Opening; p.Name != a.name || p.Phase != "lobby" && p.Phase != "open" {
			return fmt.Errorf("%s of opening %q, want the lobby of %q", p.Phase, p.Name, a.name)
		}
		return nil
	}); err != nil {
		return err
	}
	o.now = a
	o.figures.Played++
	o.figures.Slots += int(quota)
	if quota > 0 {
		o.come(early)
	}
	return nil
}

// everywhere waits until all gateways say of the room what is wanted.
func (o *openings) everywhere(ctx context.Context, ok func(*operator.RoomInfo) error) error {
	ctx, cancel := context.WithTimeout(ctx, sellsWithin)
	defer cancel()
	for _, g := range o.w.gateways {
		if err := launch.Until(ctx, func() error {
			info, err := g.FiguresOf(ctx, environment.OpeningRoom)
			if err != nil {
				return err
			}
			return ok(&info)
		}); err != nil {
			return fmt.Errorf("%s: %w", g.Name, err)
		}
	}
	return nil
}

// moments are when an act's fault begins.
var moments = []struct {
	name string
	wait func(ctx context.Context, o *openings) error
}{
	{"a second before the hour", func(ctx context.Context, o *openings) error {
		return rested(ctx, time.Until(o.now.start.Add(-time.Second)))
	}},
	{"at the hour", func(ctx context.Context, o *openings) error { return rested(ctx, time.Until(o.now.start)) }},
	{"a second after the hour", func(ctx context.Context, o *openings) error {
		return rested(ctx, time.Until(o.now.start.Add(time.Second)))
	}},
	{"while it sells out", func(ctx context.Context, o *openings) error {
		ctx, cancel := context.WithTimeout(ctx, sellsWithin)
		defer cancel()
		return launch.Until(ctx, func() error {
			if o.in.Load() == o.now.in {
				return errors.New("nobody was let in")
			}
			return nil
		})
	}},
}

// rested lets d go by.
func rested(ctx context.Context, d time.Duration) error {
	if !launch.Rest(ctx, d) {
		return ctx.Err()
	}
	return nil
}

// soldOut waits until all slots of the opening are booked and all gateways have it open, and holds the act to what is asked.
func (o *openings) soldOut(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, o.now.patience())
	defer cancel()
	if err := launch.Until(ctx, func() error { return o.sold(ctx) }); err != nil {
		return fmt.Errorf("opening %s: %w", o.now.name, err)
	}
	// A gate that does not know that all is booked has called somebody by then.
	known, called := time.Now().Add(2*tick), int64(0)
	if err := o.everywhere(ctx, func(info *operator.RoomInfo) error {
		if p := &info.Opening; p.Name != o.now.name || p.Phase != "open" || info.AsOf.Before(known) {
			return fmt.Errorf("%s of opening %q at %v, want %q to be open", p.Phase, p.Name, info.AsOf, o.now.name)
		}
		called = max(called, info.Calls)
		return nil
	}); err != nil {
		return err
	}
	o.figures.Longest = max(o.figures.Longest, time.Since(o.now.start))
	o.judge(called)
	o.now, o.last = nil, o.now
	return nil
}

// patience is within what the act has to be sold out after its fault. Where all memory of bookings was lost, the file may have the
// places of those who have booked, as it was before they were called: nobody knows that they are done, and each of them holds the next
// slot until its call or stay runs out.
func (a *act) patience() time.Duration {
	return sellsWithin + time.Duration(a.forgotten)*environment.OpeningIdle
}

// forgets does what leaves nobody who knows all that was booked: the gateway has no file of it, and there is no other. It gives
// those slots of the opening anew, until an operator says how many are booked.
func (o *openings) forgets(ctx context.Context, do func() error) error {
	o.watch.lenient(true)
	defer o.watch.lenient(false)
	if err := do(); err != nil {
		return err
	}
	o.now.forgotten = o.w.portal.Booked() - o.now.before
	if err := o.everywhere(ctx, func(info *operator.RoomInfo) error {
		if info.Opening.Name != o.now.name {
			return fmt.Errorf("opening %q, want %q", info.Opening.Name, o.now.name)
		}
		return nil
	}); err != nil {
		return err
	}
	booked := o.w.portal.Booked() - o.now.before
	_, err := o.w.gateways[0].Operators.Tell(ctx, environment.OpeningRoom, operator.Told{Total: &booked})
	return err
}

// goesOn begins the next opening if the one that is played is sold out: a row of the same fault has as many as it has time for.
func (o *openings) goesOn(ctx context.Context) error {
	if full := o.sold(ctx) == nil; !full {
		return nil
	}
	if err := o.soldOut(ctx); err != nil {
		return err
	}
	return o.begin(ctx, slots)
}

// sold says why the opening is not sold out: nil if it is, by the portal or by what the gate has counted, which counts what it
// heard of late to the opening that it then is.
func (o *openings) sold(ctx context.Context) error {
	booked := o.w.portal.Booked() - o.now.before
	if booked >= slots+o.now.forgotten && o.settled() {
		return nil
	}
	told := int64(0)
	for _, g := range o.w.gateways {
		info, err := g.FiguresOf(ctx, environment.OpeningRoom)
		if err == nil && info.Opening.Name == o.now.name {
			told = max(told, info.Opening.Booked)
		}
	}
	if told >= slots && o.settled() {
		return nil
	}
	return fmt.Errorf("%d of %d slots are booked, the gate knows of %d", booked, slots, told)
}

// ends lets everybody in who waits, and sums up.
func (o *openings) ends(ctx context.Context, over func()) *openingFigures {
	if o.now == nil {
		if err := o.begin(ctx, 0); err != nil {
			o.wrong("%v", err)
		}
	}
	timer := time.AfterFunc(drain, over)
	o.wg.Wait()
	timer.Stop()
	o.watch.end()
	f := &o.figures
	f.Wrong = append(f.Wrong, o.watch.wrong...)
	f.Guests, f.In, f.Booked = len(o.guests), int(o.in.Load()), int(o.w.portal.Booked())
	for _, g := range o.guests {
		f.Wrong = append(f.Wrong, g.wronged()...)
	}
	if f.Booked > f.Guests {
		o.wrong("%d guests have booked %d slots", f.Guests, f.Booked)
	}
	return f
}

func (o *openings) wrong(format string, args ...any) {
	o.figures.Wrong = append(o.figures.Wrong, fmt.Sprintf(format, args...))
}

// judge holds an act that is sold out to its quota and to the order of its line.
func (o *openings) judge(called int64) {
	if o.now.forgotten == 0 && called > 0 {
		o.wrong("opening %s: %d are called although all is booked", o.now.name, called)
	}
	o.withinSlots(o.now)
	o.mu.Lock()
	guests := slices.Clone(o.guests)
	o.mu.Unlock()
	wrong, held := overtaken(o.now, guests)
	o.figures.Wrong = append(o.figures.Wrong, wrong...)
	o.figures.Held += held
}

// withinSlots holds what the portal has booked since the lobby of an opening to its slots.
func (o *openings) withinSlots(a *act) {
	if n := o.w.portal.Booked() - a.before; n > slots+a.forgotten {
		o.wrong("opening %s: %d are booked, %d slots were there and %d of them forgotten", a.name, n, slots, a.forgotten)
	}
}
