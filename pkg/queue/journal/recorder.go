package journal

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/einlass/einlass/pkg/queue"
)

// Recorder is a store that writes down what another store answers. Safe for concurrent use if Sink is. Find, which changes
// nothing and proves nothing, passes through.
//
// Events reach Sink in the order in which answers come back. With one caller at a time that is the order in which the
// store worked; with several, sort by At and check with Config.Ordered unset.
type Recorder struct {
	queue.Store
	// Sink takes the events. Required unless Log is set.
	Sink func(Event)
	// Log takes them instead of Sink, call by call, where the process may end in the middle of one.
	Log Log
	// Clock is the store's time, for the verbs that do not answer it. Without it, they are written down at the time of
	// the latest answer.
	Clock func() int64
	// Figures reads a snapshot before every Join and Claim, so that with one caller at a time the figures before each entry are
	// exact. For tests and simulations: a gateway has no time for it.
	Figures bool

	now atomic.Int64 // the latest store time seen

	mu   sync.Mutex
	seen seen
}

// Log is a journal that outlives its process. Safe for concurrent use.
type Log interface {
	// Begin writes down, before it is sent, that a verb may take effect, and answers the number of the call. For
	// Restore and Move the event tells what they are to do; for the other verbs it has only At and Kind.
	Begin(e Event, ids []queue.VisitorID) (call uint64)
	// End writes down what came of a call, before the answer goes to anybody. No events: it had no effect.
	End(call uint64, events []Event)
	// Close ends the journal: nothing follows.
	Close() error
}

// call is one verb on its way.
type call struct {
	r      *Recorder
	number uint64
	events []Event
}

func (r *Recorder) begin(e Event, ids []queue.VisitorID) *call {
	c := &call{r: r}
	if r.Log != nil {
		e.At = r.about()
		c.number = r.Log.Begin(e, ids)
	}
	return c
}

func (c *call) add(events ...Event) {
	if c.r.Log != nil {
		c.events = append(c.events, events...)
		return
	}
	for _, e := range events {
		c.r.Sink(e)
	}
}

func (c *call) end() {
	if c.r.Log != nil {
		c.r.Log.End(c.number, c.events)
	}
}

// Close implements queue.Store and ends the journal.
func (r *Recorder) Close() error {
	err := r.Store.Close()
	if r.Log != nil {
		err = errors.Join(err, r.Log.Close())
	}
	return err
}

func (r *Recorder) at(now int64) int64 {
	r.now.Store(now)
	return now
}

// about is the time of a verb that does not answer it: taken before the verb, so that what follows from it is not
// written down before it.
func (r *Recorder) about() int64 {
	if r.Clock != nil {
		return r.Clock()
	}
	return r.now.Load()
}

// failed writes down the verbs that may have taken effect although there is no answer.
func (c *call) failed(verb Kind, ids []queue.VisitorID, err error) {
	if !errors.Is(err, queue.ErrUnavailable) {
		return
	}
	at := c.r.about()
	for _, id := range ids {
		c.add(Event{At: at, Kind: Uncertain, Verb: verb, Visitor: ID(id)})
	}
}

func idsOf[T any](batch []T, id func(*T) queue.VisitorID) []queue.VisitorID {
	ids := make([]queue.VisitorID, len(batch))
	for i := range batch {
		ids[i] = id(&batch[i])
	}
	return ids
}

// Join implements queue.Store.
func (r *Recorder) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	r.figures(ctx)
	ids := idsOf(arrivals, func(a *queue.Arrival) queue.VisitorID { return a.Visitor })
	c := r.begin(Event{Kind: Join}, ids)
	defer c.end()
	reply, err := r.Store.Join(ctx, arrivals)
	if err != nil {
		c.failed(Join, ids, err)
		return reply, err
	}
	at := r.at(reply.Now)
	for i := range reply.Places {
		j := &reply.Places[i]
		e := Event{At: at, Kind: Join, Visitor: ID(ids[i])}
		if j.State != queue.StateTaken {
			e.setPlace(&j.Place)
			e.Visitor = ID(ids[i])
			e.setStanding(&j.Standing)
		}
		c.add(e)
	}
	return reply, nil
}

// Keep implements queue.Store.
func (r *Recorder) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	ids := idsOf(beats, func(b *queue.Beat) queue.VisitorID { return b.Place.Visitor })
	fill := func(i int, e *Event) {
		e.setPlace(&beats[i].Place)
		e.Away, e.Mapping = beats[i].Away, mapping
	}
	return r.standings(Keep, ids, fill, func() (queue.KeepReply, error) { return r.Store.Keep(ctx, mapping, beats) })
}

// Claim implements queue.Store.
func (r *Recorder) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	r.figures(ctx)
	ids := idsOf(places, func(p *queue.Place) queue.VisitorID { return p.Visitor })
	fill := func(i int, e *Event) {
		e.setPlace(&places[i])
		e.Mapping = mapping
	}
	return r.standings(Claim, ids, fill, func() (queue.KeepReply, error) { return r.Store.Claim(ctx, mapping, places) })
}

// Renew implements queue.Store.
func (r *Recorder) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	ids := idsOf(stays, func(s *queue.Stay) queue.VisitorID { return s.Visitor })
	fill := func(i int, e *Event) { e.Started, e.Told = stays[i].Started, stays[i].At }
	return r.standings(Renew, ids, fill, func() (queue.KeepReply, error) { return r.Store.Renew(ctx, stays) })
}

// standings records a verb that answers where visitors stand. fill writes into an event what was sent.
func (r *Recorder) standings(
	verb Kind, ids []queue.VisitorID, fill func(int, *Event), send func() (queue.KeepReply, error),
) (queue.KeepReply, error) {
	c := r.begin(Event{Kind: verb}, ids)
	defer c.end()
	reply, err := send()
	if err != nil {
		c.failed(verb, ids, err)
		return reply, err
	}
	at := r.at(reply.Now)
	for i := range reply.Standings {
		e := Event{At: at, Kind: verb, Visitor: ID(ids[i])}
		fill(i, &e)
		e.setStanding(&reply.Standings[i])
		c.add(e)
	}
	return reply, nil
}

// Report implements queue.Store.
func (r *Recorder) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (reply queue.Reported, err error) {
	ids := idsOf(outcomes, func(o *queue.Outcome) queue.VisitorID { return o.Visitor })
	events := make([]Event, len(outcomes))
	for i, o := range outcomes {
		events[i] = Event{Kind: Report, Visitor: ID(o.Visitor), Report: &Outcome{OutcomeKind(o.Kind), o.Count, ID(o.Ref)}}
		if o.Kind == queue.Finished {
			events[i] = Event{Kind: Finish, Visitor: ID(o.Visitor)}
		}
	}
	err = r.told(Report, ids, events, func() (err error) {
		reply, err = r.Store.Report(ctx, teller, outcomes)
		return err
	})
	return reply, err
}

// Leave implements queue.Store.
func (r *Recorder) Leave(ctx context.Context, ids []queue.VisitorID) error {
	events := make([]Event, len(ids))
	for i, id := range ids {
		events[i] = Event{Kind: Leave, Visitor: ID(id)}
	}
	return r.told(Leave, ids, events, func() error { return r.Store.Leave(ctx, ids) })
}

// told records a verb that is answered by an error alone.
func (r *Recorder) told(verb Kind, ids []queue.VisitorID, events []Event, send func() error) error {
	at := r.about()
	c := r.begin(Event{Kind: verb}, ids)
	defer c.end()
	if err := send(); err != nil {
		c.failed(verb, ids, err)
		return err
	}
	for i := range events {
		events[i].At = at
	}
	c.add(events...)
	return nil
}

// Move implements queue.Store.
func (r *Recorder) Move(ctx context.Context, m queue.Move) (queue.Moved, error) {
	at := r.about()
	e := Event{At: at, Kind: Moved, Visitor: ID(m.Visitor), Move: &Move{Act(m.Act), ID(m.Ref), ID(m.To)}}
	ids := []queue.VisitorID{m.Visitor}
	if m.Act == queue.ActHand {
		ids = append(ids, m.To)
	}
	c := r.begin(e, ids)
	defer c.end()
	moved, err := r.Store.Move(ctx, m)
	if err != nil {
		c.failed(Moved, ids, err)
		return moved, err
	}
	e.setStanding(&moved.Standing)
	c.add(e)
	return moved, nil
}

// Lost writes down that the store may have lost something.
func (r *Recorder) Lost() {
	c := call{r: r}
	c.add(Event{At: r.about(), Kind: Lose})
	c.end()
}
