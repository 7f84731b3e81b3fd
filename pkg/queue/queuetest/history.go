package queuetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// history is a sequence of calls that two stores are given alike, and what its caller remembers.
type history struct {
	rt     *rapid.T // of the action that is played
	a, b   Subject
	clock  *Clock
	timing queue.Timing
	rules  *journal.Invariants
	ties   bool // two tickets may have one order, and the rules of the line do not hold

	tickets    map[queue.VisitorID]queue.Place // the one each visitor holds
	holders    []queue.VisitorID               // of tickets, in the order they came
	fresh      int                             // ids drawn so far
	orders     map[queue.Order]bool            // of all tickets there ever were
	times      []deadline                      // at which something ends
	watermarks []queue.Watermark               // of gateways, old ones too
	control    queue.Control                   // last seen
	ceiling    uint64                          // nobody was given a higher number
	mixed      bool                            // numbers reach into the next epochs: orders and arrivals differ, and figures may rise
	epoch      uint64                          // latest seen
	lost       bool
}

var nobody queue.VisitorID

// deadline is a time at which something ends, of one visitor if there is one.
type deadline struct {
	at    int64
	whose queue.VisitorID
}

// historyTimings are short, so that deadlines meet.
var historyTimings = []queue.Timing{
	{Absent: 40, ClaimWindow: 30, Idle: 60, TicketLife: 150, Hold: 20, Grace: 5},
	{Absent: 10, ClaimWindow: 50, Idle: 25, TicketLife: 25, Hold: 0, Grace: 0},
	{Absent: 1, ClaimWindow: 1, Idle: 1, TicketLife: 2, Hold: 3, Grace: 9},
	{Absent: 6_000, ClaimWindow: 4_000, Idle: 5_000, TicketLife: 20_000, Hold: 1_000, Grace: 200},
}

func newHistory(t testing.TB, rt *rapid.T, a, b Factory) *history {
	timing := rapid.SampledFrom(historyTimings).Draw(rt, "timing in ns for ms")
	for _, d := range []*time.Duration{
		&timing.Absent, &timing.ClaimWindow, &timing.Idle, &timing.TicketLife, &timing.Hold, &timing.Grace,
	} {
		*d *= time.Millisecond
	}
	clock := NewClock(startMS)
	d := &history{
		rt: rt, a: a(t, timing, clock), b: b(t, timing, clock), clock: clock, timing: timing,
		tickets: map[queue.VisitorID]queue.Place{}, orders: map[queue.Order]bool{}, lost: true,
		ties: rapid.IntRange(0, 7).Draw(rt, "ties") == 7,
	}
	rules, err := journal.New(journal.Config{Timing: timing, Ordered: true, Report: func(v journal.Violation) {
		d.rt.Fatalf("%v", v)
	}})
	if err != nil {
		rt.Fatal(err)
	}
	d.rules = rules
	d.a.Store = &journal.Recorder{Store: d.a.Store, Sink: d.observe, Clock: clock.Now}
	d.control = queue.Control{Version: 1, Mode: queue.ModeRun, Pace: queue.Pace{Rate: queue.Units, Burst: 5}}
	crowd := rapid.IntRange(0, 24).Draw(rt, "crowd") == 24
	if crowd { // no arrival goes straight in before all have come
		d.control.Mode, d.control.Pace = queue.ModePause, queue.Pace{Rate: queue.MaxRate, Burst: queue.MaxBurst}
	}
	d.restore(queue.Watermark{Control: d.control})
	if crowd {
		d.crowd()
	}
	return d
}

func (d *history) observe(e journal.Event) {
	if !d.ties {
		d.rules.Observe(e)
	}
}

// crowd makes the line long enough for the bounds of one call.
func (d *history) crowd() {
	for range (queue.MaxScan + queue.MaxCalls + 200) / queue.MaxBatch {
		d.join(d.freshIDs(queue.MaxBatch))
	}
	c := d.control
	c.Mode = queue.ModeRun
	d.setControl(c)
}

func (d *history) close(rt *rapid.T) {
	d.rt = rt
	for _, s := range []Subject{d.a, d.b} {
		if err := s.Close(); err != nil {
			rt.Errorf("close: %v", err)
		}
	}
}

// errClass is the domain's error that err is.
func errClass(err error) error {
	for _, class := range []error{queue.ErrInvalid, queue.ErrLost, queue.ErrConflict, queue.ErrClosed, queue.ErrUnavailable} {
		if errors.Is(err, class) {
			return class
		}
	}
	return err
}

// both plays a verb against both stores, compares what they answer, and answers it.
func both[T any](d *history, verb string, call func(queue.Store) (T, error), diff func(a, b T) string) (T, error) {
	a, errA := call(d.a)
	b, errB := call(d.b)
	classA, classB := errClass(errA), errClass(errB)
	if !errors.Is(classA, classB) {
		d.rt.Fatalf("%s: errors differ:\n  %v\n  %v", verb, errA, errB)
	}
	if classA == nil || errors.Is(classA, queue.ErrConflict) { // only then does a reply mean something
		if text := diff(a, b); text != "" {
			d.rt.Fatalf("%s: %s", verb, text)
		}
	}
	if errors.Is(classA, queue.ErrUnavailable) || errors.Is(classA, queue.ErrClosed) ||
		errors.Is(classA, queue.ErrLost) && !d.lost && verb != "advance" {
		d.rt.Fatalf("%s: %v", verb, errA)
	}
	return a, classA
}

func differ[T any](a, b T) string {
	if x, y := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b); x != y {
		return "replies differ:\n  " + x + "\n  " + y
	}
	return ""
}

func only(err error) (struct{}, error) { return struct{}{}, err }

func (d *history) join(ids []queue.VisitorID) {
	reply, err := both(d, "join", func(s queue.Store) (queue.JoinReply, error) {
		return s.Join(context.Background(), ids)
	}, differ)
	if err != nil {
		return
	}
	for _, j := range reply.Places {
		if j.State == queue.StateTaken {
			continue
		}
		d.ceiling = max(d.ceiling, j.Place.Number)
		d.hold(j.Place)
		d.standing(j.Place.Visitor, j.Standing)
	}
}

// hold notes a visitor's ticket.
func (d *history) hold(p queue.Place) {
	if _, ok := d.tickets[p.Visitor]; !ok {
		d.holders = append(d.holders, p.Visitor)
	}
	d.tickets[p.Visitor], d.orders[p.Order()] = p, true
}

// standing notes when something of a visitor will end.
func (d *history) standing(id queue.VisitorID, s queue.Standing) {
	now := d.clock.Now()
	switch s.State {
	case queue.StateWaiting, queue.StateFront:
		d.ends(id, now+d.timing.Absent.Milliseconds())
	case queue.StateCalled:
		d.ends(id, s.Until)
	case queue.StateInside:
		d.ends(id, s.Until)
		d.ends(id, now+d.timing.TicketLife.Milliseconds())
	case queue.StateMissed, queue.StateSpent:
		d.ends(id, now+d.timing.TicketLife.Milliseconds())
	}
}

// ends notes a time at which something ends, and forgets the oldest of many.
func (d *history) ends(whose queue.VisitorID, at int64) {
	end := deadline{at, whose}
	if at <= 0 || slices.Contains(d.times, end) {
		return
	}
	if len(d.times) == 24 {
		d.times = d.times[1:]
	}
	d.times = append(d.times, end)
}

func (d *history) standings(verb string, ids []queue.VisitorID, call func(queue.Store) (queue.KeepReply, error)) {
	reply, err := both(d, verb, call, differ)
	if err != nil {
		return
	}
	for i, s := range reply.Standings {
		d.standing(ids[i], s)
	}
}

// snapshot notes what a gateway learns from a snapshot.
func (d *history) snapshot(f queue.Snapshot) {
	d.control, d.epoch = f.Control, max(d.epoch, f.Epoch)
	d.ceiling = max(d.ceiling, f.Last)
	d.ends(nobody, f.Hold)
	for id, p := range d.tickets {
		if len(d.tickets) > 100 || d.mixed {
			return
		}
		if p.Epoch > f.Epoch {
			continue // a gateway that remembers an older epoch has restored the room: until this ticket comes, arrivals stand before it
		}
		ahead, _ := f.Sketch.Ahead(p.Order())
		d.observe(journal.Event{
			At: f.Now, Kind: journal.Shown, Visitor: journal.ID(id), Epoch: p.Epoch, Number: p.Number, Ahead: ahead,
		})
	}
}

func (d *history) remember(gateway string, f queue.Snapshot) {
	m := watermark(f)
	m.Gateway = gateway
	if len(d.watermarks) == 12 {
		d.watermarks = d.watermarks[1:]
	}
	d.watermarks = append(d.watermarks, m)
}

func (d *history) restore(m queue.Watermark) {
	_, err := both(d, "restore", func(s queue.Store) (struct{}, error) {
		return only(s.Restore(context.Background(), m))
	}, differ)
	if err != nil {
		d.rt.Fatalf("restore %+v: %v", m, err)
	}
	d.lost = false
}

// settled compares the snapshots after every step.
func (d *history) settled(rt *rapid.T) {
	d.rt = rt
	f, err := both(d, "snapshot", func(s queue.Store) (queue.Snapshot, error) { return s.Snapshot(context.Background()) }, snapshotDiff)
	if err == nil {
		d.snapshot(f)
	}
}
