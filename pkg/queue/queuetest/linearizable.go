package queuetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/einlass/einlass/pkg/queue"
)

const (
	linearRounds   = 25
	linearClients  = 4
	linearVerbs    = 7 // of each client in a round
	linearVisitors = 4 // that wait before the round begins
	linearPatience = 20 * time.Second
)

// Linearizable lets a few clients use a store at once, on the same few visitors, and checks that there is an order of their
// calls in which the model gives the same answers.
func Linearizable(t *testing.T, factory Factory) {
	for round := range uint64(linearRounds) {
		l := open(t, factory)
		twin, err := NewModel(suiteTiming(), l.clock)
		l.must("model", err)
		p := prepare(l, twin)
		ops := playRound(l, p, round)
		if why := explain(twin.room, l.clock, ops); why != "" {
			for _, op := range ops {
				l.Logf("client %d, %d to %d: %v: %v", op.ClientId, op.Call, op.Return, op.Input, op.Output)
			}
			l.Fatal(why)
		}
	}
}

// prepare brings the store and its twin into the same state: a few places that wait, and less calls than places.
func prepare(l *line, twin *Model) (places []queue.Place) {
	l.Helper()
	store, now := l.store, l.clock.Now()
	l.clock.Set(startMS)
	l.must("restore the twin", twin.Restore(l.Context(), queue.Watermark{Control: suiteControl()}))
	l.clock.Set(now)
	for _, s := range []Subject{{Store: twin}, store} {
		l.clock.Set(now)
		l.store = s
		places = l.wait(0, linearVisitors)
		l.fill(linearVisitors - 1)
	}
	return places
}

// step is a verb that a client has played, or is about to.
type step struct {
	verb  string
	place queue.Place // its visitor, for join and leave
}

func (s step) String() string { return fmt.Sprintf("%s %d", s.verb, s.place.Number) }

// drawStep draws a verb for one of the waiting visitors or of two new ones.
func drawStep(r *rand.Rand, places []queue.Place) step {
	s := step{place: places[r.IntN(len(places))]}
	switch r.IntN(7) {
	case 0, 1:
		s.verb, s.place = "join", queue.Place{Visitor: Visitor(100 + r.IntN(2))}
	case 2, 3:
		s.verb = "claim"
	case 4:
		s.verb = "leave"
	default:
		s.verb = "advance"
	}
	return s
}

// play plays a step against a store and answers what it said.
func (s step) play(ctx context.Context, store queue.Store) string {
	var reply any
	var err error
	switch s.verb {
	case "join":
		reply, err = store.Join(ctx, []queue.VisitorID{s.place.Visitor})
	case "claim":
		reply, err = store.Claim(ctx, []queue.Place{s.place})
	case "leave":
		err = store.Leave(ctx, []queue.VisitorID{s.place.Visitor})
	case "advance":
		var f queue.Snapshot
		f, err = store.Advance(ctx, queue.Watermark{})
		if len(f.Sketch.First) == 0 {
			f.Sketch.First = nil
		}
		f.Sketch.Samples = nil // of short lines there are none
		reply = f
	}
	if err != nil {
		return errClass(err).Error()
	}
	return fmt.Sprintf("%+v", reply)
}

// playRound lets the clients loose. The times of the operations are counted, not measured: what is called after
// another has returned has a later one.
func playRound(l *line, places []queue.Place, seed uint64) []porcupine.Operation {
	var (
		mu   sync.Mutex
		ops  []porcupine.Operation
		tick atomic.Int64
		wg   sync.WaitGroup
	)
	for client := range linearClients {
		r := rand.New(rand.NewPCG(seed, uint64(client)))
		wg.Go(func() {
			for range linearVerbs {
				op := porcupine.Operation{ClientId: client, Input: drawStep(r, places), Call: tick.Add(1)}
				op.Output = op.Input.(step).play(l.Context(), l.store)
				op.Return = tick.Add(1)
				mu.Lock()
				ops = append(ops, op)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return ops
}

// explain looks for an order in which the model gives the same answers, and says what is wrong if it finds none.
func explain(initial *room, clock *Clock, ops []porcupine.Operation) (wrong string) {
	spec := porcupine.Model{
		Init: func() any { return initial },
		Step: func(state, input, output any) (bool, any) {
			next := &Model{timing: initial.timing, clock: clock, room: state.(*room).clone()}
			return input.(step).play(context.Background(), next) == output, next.room
		},
		Equal: reflect.DeepEqual,
	}
	switch porcupine.CheckOperationsTimeout(spec, ops, linearPatience) {
	case porcupine.Illegal:
		return "no order of these verbs explains the answers"
	case porcupine.Unknown:
		return fmt.Sprintf("no verdict within %v", linearPatience)
	}
	return ""
}
