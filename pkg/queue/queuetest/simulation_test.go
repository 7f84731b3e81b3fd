package queuetest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/queuetest"
)

// simulation is many visitors and a few gateways over one store, in virtual time. Their events reach the checker as a load
// test's do: sorted by time, in any order within a millisecond, and with answers lost on the way.
type simulation struct {
	*testing.T
	r       *rand.Rand
	clock   *queuetest.Clock
	subject queuetest.Subject
	store   *journal.Recorder
	batch   []journal.Event
	rules   *journal.Invariants

	gateways [3]queue.Watermark
	people   []*visitor
	next     int
}

// visitor is one visitor's browser.
type visitor struct {
	place queue.Place
	state queue.State
	end   int64 // of the stay, as the pass carries it
}

var simulationTiming = queue.Timing{
	Absent: 3 * time.Second, ClaimWindow: 2 * time.Second, Idle: 4 * time.Second, TicketLife: 2 * time.Minute,
	Hold: time.Second, Grace: 500 * time.Millisecond,
}

// flaky loses some answers after the store has done its work.
type flaky struct {
	queue.Store
	r *rand.Rand
}

func (f flaky) lose(err error) error {
	if err == nil && f.r.IntN(50) == 0 {
		return fmt.Errorf("answer lost: %w", queue.ErrUnavailable)
	}
	return err
}

func (f flaky) Join(ctx context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	reply, err := f.Store.Join(ctx, ids)
	return reply, f.lose(err)
}

func (f flaky) Keep(ctx context.Context, beats []queue.Beat) (queue.KeepReply, error) {
	reply, err := f.Store.Keep(ctx, beats)
	return reply, f.lose(err)
}

func (f flaky) Claim(ctx context.Context, places []queue.Place) (queue.KeepReply, error) {
	reply, err := f.Store.Claim(ctx, places)
	return reply, f.lose(err)
}

func (f flaky) Leave(ctx context.Context, ids []queue.VisitorID) error {
	return f.lose(f.Store.Leave(ctx, ids))
}

func (f flaky) Advance(ctx context.Context, m queue.Watermark) (queue.Snapshot, error) {
	snapshot, err := f.Store.Advance(ctx, m)
	return snapshot, f.lose(err)
}

func TestAJournalOfManyGatewaysWithLostAnswersAndLossesBreaksNoRule(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { newSimulation(t, seed).live(20_000, seed%2 == 1) })
	}
}

func newSimulation(t *testing.T, seed uint64) *simulation {
	w := &simulation{T: t, r: rand.New(rand.NewPCG(seed, 9)), clock: queuetest.NewClock(1_800_000_000_000)}
	w.subject = queuetest.ModelFactory(t, simulationTiming, w.clock)
	w.store = &journal.Recorder{
		Store: flaky{w.subject.Store, w.r}, Sink: func(e journal.Event) { w.batch = append(w.batch, e) }, Clock: w.clock.Now,
	}
	rules, err := journal.New(journal.Config{Timing: simulationTiming, Report: func(v journal.Violation) { t.Error(v) }})
	if err != nil {
		t.Fatal(err)
	}
	w.rules = rules
	for i := range w.gateways {
		w.gateways[i].Gateway = fmt.Sprint("g", i)
		w.gateways[i].Control = queue.Control{
			Version: 1, Mode: queue.ModeRun, Pace: queue.Pace{Rate: 1200, Burst: 8, MaxInside: 60},
		}
	}
	return w
}

func (w *simulation) live(ms int64, losses bool) {
	start := w.clock.Now()
	w.restore(0)
	for now := start; now < start+ms; now = w.clock.Now() {
		w.clock.Step(1 + w.r.Int64N(20))
		w.arrive()
		for range min(5, len(w.people)) {
			if len(w.people) > 0 {
				w.act(w.r.IntN(len(w.people)))
			}
		}
		if w.r.IntN(4) == 0 {
			w.tick(w.r.IntN(len(w.gateways)))
		}
		if losses && w.r.IntN(800) == 0 {
			w.flush()
			w.subject.Lose()
			w.store.Lost()
		}
		w.flush()
	}
	sum := w.rules.Close()
	w.Logf("%+v", sum)
	if sum.Numbers < 500 || sum.Stays < 100 || losses != (sum.Losses > 0) {
		w.Errorf("too little has happened: %+v", sum)
	}
}

// flush hands the events of a millisecond over in any order.
func (w *simulation) flush() {
	w.r.Shuffle(len(w.batch), func(i, j int) { w.batch[i], w.batch[j] = w.batch[j], w.batch[i] })
	for _, e := range w.batch {
		w.rules.Observe(e)
	}
	w.batch = w.batch[:0]
}

// try plays a verb as a gateway does: what is lost is restored and tried again.
func (w *simulation) try(verb func(context.Context) error) bool {
	err := verb(w.Context())
	if errors.Is(err, queue.ErrLost) {
		w.flush()
		w.restore(w.r.IntN(len(w.gateways)))
		err = verb(w.Context())
	}
	if err != nil && !errors.Is(err, queue.ErrUnavailable) {
		w.Fatal(err)
	}
	return err == nil
}

func (w *simulation) restore(gateway int) {
	m := w.gateways[gateway]
	m.Ceiling = uint64(w.next) // nobody was given a higher number
	if err := w.store.Restore(w.Context(), m); err != nil {
		w.Fatal(err)
	}
	w.flush()
}

func (w *simulation) arrive() {
	if len(w.people) > 5 && w.r.IntN(4) > 0 {
		return
	}
	ids := make([]queue.VisitorID, 1+w.r.IntN(2))
	for i := range ids {
		ids[i] = queuetest.Visitor(w.next)
		w.next++
	}
	w.try(func(ctx context.Context) error {
		reply, err := w.store.Join(ctx, ids)
		if err != nil {
			return err
		}
		for _, j := range reply.Places {
			if j.State != queue.StateTaken {
				w.people = append(w.people, &visitor{place: j.Place, state: j.State, end: j.Until})
			}
		}
		return nil
	})
}

func (w *simulation) act(i int) {
	c, now := w.people[i], w.clock.Now()
	switch {
	case c.state == queue.StateSpent && len(w.people) > 1:
		w.people[i] = w.people[len(w.people)-1]
		w.people = w.people[:len(w.people)-1]
	case c.state == queue.StateInside && now < c.end:
		w.renewOrFinish(c)
	case w.r.IntN(100) == 0:
		if w.try(func(ctx context.Context) error { return w.store.Leave(ctx, []queue.VisitorID{c.place.Visitor}) }) {
			c.state = queue.StateSpent
		}
	case c.state == queue.StateCalled, c.state == queue.StateMissed:
		w.answer(c, func(ctx context.Context) (queue.KeepReply, error) {
			return w.store.Claim(ctx, []queue.Place{c.place})
		})
	default:
		w.answer(c, func(ctx context.Context) (queue.KeepReply, error) {
			return w.store.Keep(ctx, []queue.Beat{{Place: c.place, Away: w.r.IntN(20) == 0}})
		})
	}
}

func (w *simulation) renewOrFinish(c *visitor) {
	if w.r.IntN(3) == 0 {
		if w.try(func(ctx context.Context) error { return w.store.Finish(ctx, []queue.VisitorID{c.place.Visitor}) }) {
			c.state = queue.StateSpent
		}
		return
	}
	w.answer(c, func(ctx context.Context) (queue.KeepReply, error) {
		return w.store.Renew(ctx, []queue.Stay{{Visitor: c.place.Visitor}})
	})
}

func (w *simulation) answer(c *visitor, verb func(context.Context) (queue.KeepReply, error)) {
	w.try(func(ctx context.Context) error {
		reply, err := verb(ctx)
		if err == nil {
			c.state, c.end = reply.Standings[0].State, reply.Standings[0].Until
		}
		return err
	})
}

func (w *simulation) tick(gateway int) {
	w.try(func(ctx context.Context) error {
		m := w.gateways[gateway]
		f, err := w.store.Advance(ctx, m)
		if err != nil {
			return err
		}
		w.gateways[gateway] = queue.Watermark{
			Gateway: m.Gateway, Epoch: f.Epoch, Last: f.Last, Head: f.Head, HeadNumber: f.HeadNum, Control: f.Control,
		}
		for range 10 {
			c := w.people[w.r.IntN(len(w.people))]
			ahead, exact := f.Sketch.Ahead(c.place.Order())
			if !exact {
				continue // an estimate may rise by a little; Room shows the lower
			}
			w.batch = append(w.batch, journal.Event{
				At: f.Now, Kind: journal.Shown, Visitor: journal.ID(c.place.Visitor), Epoch: c.place.Epoch,
				Number: c.place.Number, Ahead: ahead,
			})
		}
		return nil
	})
}
