package journal

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/einlass/einlass/pkg/queue"
)

// Recorder is a store that writes down what another store answers. Safe for concurrent use if Sink is.
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

	now atomic.Int64 // the latest store time seen
}

// Log is a journal that outlives its process. Safe for concurrent use.
type Log interface {
	// Begin writes down, before it is sent, that a verb may take effect, and answers the number of the call. For
	// Control and Restore the event tells what they are to do; for the other verbs it has only At and Kind.
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

func (c *call) add(e Event) {
	if c.r.Log == nil {
		c.r.Sink(e)
		return
	}
	c.events = append(c.events, e)
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

// Join implements queue.Store.
func (r *Recorder) Join(ctx context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	c := r.begin(Event{Kind: Join}, ids)
	defer c.end()
	reply, err := r.Store.Join(ctx, ids)
	if err != nil {
		c.failed(Join, ids, err)
		return reply, err
	}
	at := r.at(reply.Now)
	for i, j := range reply.Places {
		e := Event{At: at, Kind: Join, Visitor: ID(ids[i])}
		if j.State != queue.StateTaken {
			e.Epoch, e.Number, e.State, e.Until = j.Place.Epoch, j.Place.Number, State(j.State), j.Until
		}
		c.add(e)
	}
	return reply, nil
}

// Keep implements queue.Store.
func (r *Recorder) Keep(ctx context.Context, beats []queue.Beat) (queue.KeepReply, error) {
	places := make([]queue.Place, len(beats))
	for i, b := range beats {
		places[i] = b.Place
	}
	return r.standings(Keep, places, func(i int) bool { return beats[i].Away }, func() (queue.KeepReply, error) {
		return r.Store.Keep(ctx, beats)
	})
}

// Claim implements queue.Store.
func (r *Recorder) Claim(ctx context.Context, places []queue.Place) (queue.KeepReply, error) {
	return r.standings(Claim, places, func(int) bool { return false }, func() (queue.KeepReply, error) {
		return r.Store.Claim(ctx, places)
	})
}

// Renew implements queue.Store.
func (r *Recorder) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	places := make([]queue.Place, len(stays))
	for i, s := range stays {
		places[i].Visitor = s.Visitor
	}
	return r.standings(Renew, places, func(int) bool { return false }, func() (queue.KeepReply, error) {
		return r.Store.Renew(ctx, stays)
	})
}

func (r *Recorder) standings(
	verb Kind, places []queue.Place, away func(int) bool, send func() (queue.KeepReply, error),
) (queue.KeepReply, error) {
	ids := make([]queue.VisitorID, len(places))
	for i, p := range places {
		ids[i] = p.Visitor
	}
	c := r.begin(Event{Kind: verb}, ids)
	defer c.end()
	reply, err := send()
	if err != nil {
		c.failed(verb, ids, err)
		return reply, err
	}
	at := r.at(reply.Now)
	for i, s := range reply.Standings {
		c.add(Event{
			At: at, Kind: verb, Visitor: ID(places[i].Visitor), Epoch: places[i].Epoch, Number: places[i].Number,
			State: State(s.State), Until: s.Until, Away: away(i),
		})
	}
	return reply, nil
}

// Finish implements queue.Store.
func (r *Recorder) Finish(ctx context.Context, ids []queue.VisitorID) error {
	return r.ended(Finish, ids, func() error { return r.Store.Finish(ctx, ids) })
}

// Leave implements queue.Store.
func (r *Recorder) Leave(ctx context.Context, ids []queue.VisitorID) error {
	return r.ended(Leave, ids, func() error { return r.Store.Leave(ctx, ids) })
}

func (r *Recorder) ended(verb Kind, ids []queue.VisitorID, send func() error) error {
	at := r.about()
	c := r.begin(Event{Kind: verb}, ids)
	defer c.end()
	if err := send(); err != nil {
		c.failed(verb, ids, err)
		return err
	}
	for _, id := range ids {
		c.add(Event{At: at, Kind: verb, Visitor: ID(id)})
	}
	return nil
}

// Advance implements queue.Store.
func (r *Recorder) Advance(ctx context.Context, m queue.Watermark) (queue.Snapshot, error) {
	c := r.begin(Event{Kind: Snapshot}, nil)
	defer c.end()
	f, err := r.Store.Advance(ctx, m)
	switch {
	case err == nil:
		c.add(Event{At: r.at(f.Now), Kind: Snapshot, Snapshot: MarksOf(f)})
	case errors.Is(err, queue.ErrUnavailable):
		c.add(Event{At: r.about(), Kind: Uncertain, Verb: Snapshot})
	}
	return f, err
}

// Snapshot implements queue.Store. It changes nothing, so that only the answer is written down.
func (r *Recorder) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	f, err := r.Store.Snapshot(ctx)
	if err == nil {
		c := call{r: r}
		c.add(Event{At: r.at(f.Now), Kind: Snapshot, Snapshot: MarksOf(f)})
		c.end()
	}
	return f, err
}

// Control implements queue.Store.
func (r *Recorder) Control(ctx context.Context, next queue.Control) (queue.Control, error) {
	at := r.about()
	wanted := next
	wanted.Version++
	c := r.begin(Event{Kind: Control, Control: &wanted}, nil)
	defer c.end()
	stored, err := r.Store.Control(ctx, next)
	switch {
	case err == nil:
		c.add(Event{At: at, Kind: Control, Control: &stored})
	case errors.Is(err, queue.ErrUnavailable):
		c.add(Event{At: at, Kind: Control, Control: &wanted})
	}
	return stored, err
}

// Restore implements queue.Store.
func (r *Recorder) Restore(ctx context.Context, m queue.Watermark) error {
	at := r.about()
	c := r.begin(Event{Kind: Restore, Watermark: &m}, nil)
	defer c.end()
	err := r.Store.Restore(ctx, m)
	if err == nil || errors.Is(err, queue.ErrUnavailable) {
		c.add(Event{At: at, Kind: Restore, Watermark: &m})
	}
	return err
}

// Lost writes down that the store may have lost something.
func (r *Recorder) Lost() {
	c := call{r: r}
	c.add(Event{At: r.about(), Kind: Lose})
	c.end()
}
