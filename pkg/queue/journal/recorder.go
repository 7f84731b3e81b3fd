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
	// Sink takes the events. Required.
	Sink func(Event)
	// Clock is the store's time, for the verbs that do not answer it. Without it, they are written down at the time of
	// the latest answer.
	Clock func() int64

	now atomic.Int64 // the latest store time seen
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
func (r *Recorder) failed(verb Kind, ids []queue.VisitorID, err error) {
	if !errors.Is(err, queue.ErrUnavailable) {
		return
	}
	for _, id := range ids {
		r.Sink(Event{At: r.about(), Kind: Uncertain, Verb: verb, Visitor: ID(id)})
	}
}

// Join implements queue.Store.
func (r *Recorder) Join(ctx context.Context, ids []queue.VisitorID) (queue.JoinReply, error) {
	reply, err := r.Store.Join(ctx, ids)
	if err != nil {
		r.failed(Join, ids, err)
		return reply, err
	}
	at := r.at(reply.Now)
	for i, j := range reply.Places {
		r.Sink(Event{
			At: at, Kind: Join, Visitor: ID(ids[i]), Epoch: j.Place.Epoch, Number: j.Place.Number,
			State: State(j.State), Until: j.Until,
		})
	}
	return reply, nil
}

// Keep implements queue.Store.
func (r *Recorder) Keep(ctx context.Context, beats []queue.Beat) (queue.KeepReply, error) {
	reply, err := r.Store.Keep(ctx, beats)
	places := make([]queue.Place, len(beats))
	for i, b := range beats {
		places[i] = b.Place
	}
	r.standings(Keep, places, func(i int) bool { return beats[i].Away }, reply, err)
	return reply, err
}

// Claim implements queue.Store.
func (r *Recorder) Claim(ctx context.Context, places []queue.Place) (queue.KeepReply, error) {
	reply, err := r.Store.Claim(ctx, places)
	r.standings(Claim, places, func(int) bool { return false }, reply, err)
	return reply, err
}

// Renew implements queue.Store.
func (r *Recorder) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	reply, err := r.Store.Renew(ctx, stays)
	places := make([]queue.Place, len(stays))
	for i, s := range stays {
		places[i].Visitor = s.Visitor
	}
	r.standings(Renew, places, func(int) bool { return false }, reply, err)
	return reply, err
}

func (r *Recorder) standings(verb Kind, places []queue.Place, away func(int) bool, reply queue.KeepReply, err error) {
	if err != nil {
		ids := make([]queue.VisitorID, len(places))
		for i, p := range places {
			ids[i] = p.Visitor
		}
		r.failed(verb, ids, err)
		return
	}
	at := r.at(reply.Now)
	for i, s := range reply.Standings {
		r.Sink(Event{
			At: at, Kind: verb, Visitor: ID(places[i].Visitor), Epoch: places[i].Epoch, Number: places[i].Number,
			State: State(s.State), Until: s.Until, Away: away(i),
		})
	}
}

// Finish implements queue.Store.
func (r *Recorder) Finish(ctx context.Context, ids []queue.VisitorID) error {
	at := r.about()
	err := r.Store.Finish(ctx, ids)
	r.ended(at, Finish, ids, err)
	return err
}

// Leave implements queue.Store.
func (r *Recorder) Leave(ctx context.Context, ids []queue.VisitorID) error {
	at := r.about()
	err := r.Store.Leave(ctx, ids)
	r.ended(at, Leave, ids, err)
	return err
}

func (r *Recorder) ended(at int64, verb Kind, ids []queue.VisitorID, err error) {
	if err != nil {
		r.failed(verb, ids, err)
		return
	}
	for _, id := range ids {
		r.Sink(Event{At: at, Kind: verb, Visitor: ID(id)})
	}
}

// Advance implements queue.Store.
func (r *Recorder) Advance(ctx context.Context, m queue.Memory) (queue.Frame, error) {
	f, err := r.Store.Advance(ctx, m)
	r.frame(f, err)
	if errors.Is(err, queue.ErrUnavailable) {
		r.Sink(Event{At: r.about(), Kind: Uncertain, Verb: Frame})
	}
	return f, err
}

// Frame implements queue.Store.
func (r *Recorder) Frame(ctx context.Context) (queue.Frame, error) {
	f, err := r.Store.Frame(ctx)
	r.frame(f, err)
	return f, err
}

func (r *Recorder) frame(f queue.Frame, err error) {
	if err == nil {
		r.Sink(Event{At: r.at(f.Now), Kind: Frame, Frame: MarksOf(f)})
	}
}

// Control implements queue.Store.
func (r *Recorder) Control(ctx context.Context, c queue.Control) (queue.Control, error) {
	at := r.about()
	stored, err := r.Store.Control(ctx, c)
	switch {
	case err == nil:
		r.Sink(Event{At: at, Kind: Control, Control: &stored})
	case errors.Is(err, queue.ErrUnavailable):
		c.Version++
		r.Sink(Event{At: at, Kind: Control, Control: &c})
	}
	return stored, err
}

// Restore implements queue.Store.
func (r *Recorder) Restore(ctx context.Context, m queue.Memory) error {
	at := r.about()
	err := r.Store.Restore(ctx, m)
	if err == nil || errors.Is(err, queue.ErrUnavailable) {
		r.Sink(Event{At: at, Kind: Restore, Memory: &m})
	}
	return err
}

// Lost writes down that the store may have lost something.
func (r *Recorder) Lost() { r.Sink(Event{At: r.about(), Kind: Lose}) }
