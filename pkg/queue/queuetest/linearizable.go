package queuetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/queuetest/model"
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
		twin := model.New(l.clock.Now)
		p := prepare(l, twin)
		ops := playRound(l, p, round)
		if why := explain(twin, ops); why != "" {
			for _, op := range ops {
				l.Logf("client %d, %d to %d: %v: %v", op.ClientId, op.Call, op.Return, op.Input, op.Output)
			}
			l.Fatal(why)
		}
	}
}

// prepare brings the store and its twin into the same state: a few places that wait, and less calls and seats than places.
func prepare(l *line, twin *model.Model) (places []queue.Place) {
	l.Helper()
	store, now := l.store, l.clock.Now()
	l.clock.Set(startMS)
	l.must("restore the twin", twin.Restore(l.Context(), queue.Watermark{Document: suiteDocument()}))
	for _, s := range []Subject{{Store: twin}, store} {
		l.clock.Set(now)
		l.store = s
		places = l.wait(0, linearVisitors)
		l.fill(linearVisitors - 1)
		l.setPace(func(p *queue.Pace) { p.Rate, p.MaxInside = 1, 2 })
	}
	return places
}

// step is a verb that a client has played, or is about to.
type step struct {
	verb  string
	place queue.Place // its visitor, for join and others
}

func (s step) String() string { return fmt.Sprintf("%s %d", s.verb, s.place.Number) }

// drawStep draws a verb for one of the waiting visitors or of two new ones.
func drawStep(r *rand.Rand, places []queue.Place) step {
	verbs := []string{"join", "join", "claim", "claim", "claim", "leave", "renew", "booked", "finish", "front", "hand", "advance", "advance", "advance"}
	s := step{place: places[r.IntN(len(places))], verb: verbs[r.IntN(len(verbs))]}
	if s.verb == "join" {
		s.place = queue.Place{Visitor: Visitor(100 + r.IntN(2))}
	}
	return s
}

// play plays a step against a store and answers what it said. Snapshots are compared but for their sketches, which may be older.
func (s step) play(ctx context.Context, store queue.Store) string {
	var reply any
	var err error
	id := s.place.Visitor
	switch s.verb {
	case "join":
		reply, err = store.Join(ctx, []queue.Arrival{{Visitor: id}})
	case "claim":
		reply, err = store.Claim(ctx, 0, []queue.Place{s.place})
	case "leave":
		err = store.Leave(ctx, []queue.VisitorID{id})
	case "renew":
		reply, err = store.Renew(ctx, []queue.Stay{{Visitor: id, Started: startMS, At: startMS + 900}})
	case "booked":
		_, err = store.Report(ctx, queue.Tally{}, []queue.Outcome{{Kind: queue.Booked, Visitor: id, Count: 1, Ref: queue.Code(id)}})
	case "finish":
		_, err = store.Report(ctx, queue.Tally{}, []queue.Outcome{{Kind: queue.Finished, Visitor: id}})
	case "front":
		reply, err = store.Move(ctx, queue.Move{Act: queue.ActFront, Visitor: id, Ref: queue.Code{1, byte(s.place.Number)}})
	case "hand":
		to := id
		to[0] ^= 0xff
		reply, err = store.Move(ctx, queue.Move{Act: queue.ActHand, Visitor: id, To: to, Ref: queue.Code{2, byte(s.place.Number)}})
	case "advance":
		var f queue.Snapshot
		f, err = store.Advance(ctx, queue.Watermark{}, queue.Sample{}, queue.Verdict{})
		f.Sketches = [queue.Lanes]queue.Sketch{}
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
func explain(initial *model.Model, ops []porcupine.Operation) (wrong string) {
	spec := porcupine.Model{
		Init: func() any { return initial },
		Step: func(state, input, output any) (bool, any) {
			next := state.(*model.Model).Clone()
			return input.(step).play(context.Background(), next) == output, next
		},
		Equal: func(a, b any) bool { return a.(*model.Model).Equal(b.(*model.Model)) },
	}
	switch porcupine.CheckOperationsTimeout(spec, ops, linearPatience) {
	case porcupine.Illegal:
		return "no order of these verbs explains the answers"
	case porcupine.Unknown:
		return fmt.Sprintf("no verdict within %v", linearPatience)
	}
	return ""
}
