package queue_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// beside is a second gateway over the engine's store.
func (e *engine) beside(name string, mode queue.FailureMode) *queue.Room {
	e.t.Helper()
	other, err := queue.NewRoom(e.store, queue.RoomConfig{
		Gateway: name, Visitors: 4096, OnFailure: mode,
		Document: e.room.View().Snapshot.Document,
		Clock:    func() time.Time { return time.UnixMilli(e.now.Load()) },
	})
	if err != nil {
		e.t.Fatal(err)
	}
	other.Tick(e.t.Context())
	return other
}

// arriveAt lets n visitors come to the rooms in turns.
func arriveAt(t *testing.T, n int, rooms ...*queue.Room) []queue.Place {
	t.Helper()
	var places []queue.Place
	for i := range n {
		j, err := rooms[i%len(rooms)].Arrive(queue.Arrival{})
		if err != nil || j.State != queue.StateWaiting {
			t.Fatalf("arrival %d: %+v, %v", i, j, err)
		}
		places = append(places, j.Place)
	}
	return places
}

// visit lets everybody poll once, in any order and at any of the rooms, and claim when told that it may be their turn.
// It answers who got in, by the order of the store.
func visit(t *testing.T, r *rand.Rand, places []queue.Place, rooms ...*queue.Room) (in []queue.Place) {
	t.Helper()
	for _, i := range r.Perm(len(places)) {
		room := rooms[r.IntN(len(rooms))]
		if room.Poll(places[i], -1).State == queue.StateWaiting {
			continue
		}
		s, err := room.Claim(places[i])
		if err != nil {
			t.Fatal(err)
		}
		if s.State == queue.StateInside {
			in = append(in, places[i])
		}
	}
	slices.SortFunc(in, func(a, b queue.Place) int { return int(int64(a.Order) - int64(b.Order)) })
	return in
}

func without(places, gone []queue.Place) []queue.Place {
	return slices.DeleteFunc(slices.Clone(places), func(p queue.Place) bool { return slices.Contains(gone, p) })
}

func TestALineThatWasLostComesBackInTheOldOrderFromTwoGateways(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Gateway: "a", Document: runs(60, 1)})
	b, r := e.beside("b", queue.FailHold), rand.New(rand.NewPCG(5, 6))
	both := []*queue.Room{e.room, b}
	step := func(d time.Duration) {
		for range d / (250 * time.Millisecond) {
			e.pass(250 * time.Millisecond)
			b.Flush(t.Context())
			b.Tick(t.Context())
		}
	}
	e.pass(250 * time.Millisecond)
	waiting := arriveAt(t, 60, both...)
	var entered []queue.Place
	for range 10 {
		step(time.Second)
		in := visit(t, r, waiting, both...)
		entered, waiting = append(entered, in...), without(waiting, in)
	}
	if len(entered) < 9 || len(entered) > 11 {
		t.Fatalf("%d got in during ten seconds at one a second", len(entered))
	}

	e.store.lose(t)
	step(250 * time.Millisecond)
	began := e.now.Load()
	fresh := arriveAt(t, 10, both...)
	for _, p := range fresh {
		if p.Number <= 60 || p.Order <= waiting[len(waiting)-1].Order {
			t.Fatalf("%+v was given after the loss, behind %+v", p, waiting[len(waiting)-1])
		}
	}
	// Somebody sleeps through it all.
	sleeper := waiting[20]
	waiting = append(without(waiting, []queue.Place{sleeper}), fresh...)
	for e.now.Load()-began < e.timing.Hold.Milliseconds()-1000 {
		if in := visit(t, r, waiting, both...); len(in) > 0 {
			t.Fatalf("%+v got in while the line was coming back", in)
		}
		step(time.Second)
	}
	resumed := e.now.Load()
	for len(waiting) > 0 && e.now.Load()-resumed < 90_000 {
		step(time.Second)
		in := visit(t, r, waiting, both...)
		entered, waiting = append(entered, in...), without(waiting, in)
	}
	if len(waiting) > 0 {
		t.Fatalf("%d who stayed never got in: %+v", len(waiting), waiting)
	}
	if !slices.IsSortedFunc(entered, func(a, b queue.Place) int { return int(int64(a.Order) - int64(b.Order)) }) {
		t.Errorf("the order of entry is %+v", entered)
	}
	if took := (e.now.Load() - resumed) / 1000; took < int64(len(entered))-10-12 { // a full bucket, of ten seconds and the burst
		t.Errorf("%d got in within %d seconds at one a second", len(entered)-10, took)
	}
	// The sleeper wakes up: not in the store, but the ticket says where it belongs.
	b.Poll(sleeper, -1)
	step(2 * time.Second)
	if in := visit(t, r, []queue.Place{sleeper}, both...); len(in) != 1 {
		t.Errorf("who slept through the loss did not go to the front: %+v", b.Poll(sleeper, -1))
	}
}

func TestEveryoneInsideStaysInsideWhenTheStoreIsLost(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 10, Strict: true, MaxInside: 3}}})
	e.pass(time.Second)
	inside := e.arrive(3)
	next := e.arrive(1)[0]
	e.store.lose(t)
	e.pass(250 * time.Millisecond)
	for _, p := range inside {
		if !e.room.Touch(p.Visitor, engineStart) {
			t.Error("a pass was refused after the loss")
		}
	}
	e.room.Poll(next, -1)
	e.pass(25 * time.Second)
	if f := e.room.View().Snapshot; f.Live != 3 || f.Calls != 0 || f.Waiting != 1 {
		t.Errorf("%d inside, %d called, %d waiting; want 3, 0, 1", f.Live, f.Calls, f.Waiting)
	}
}

func TestNumbersThatAGatewayNeverSawAreNotGivenAgain(t *testing.T) {
	for _, lot := range []int{240, 1250, 4000} { // a tick, so about 1,000, 5,000 and 16,000 a second
		e := newEngine(t, queue.RoomConfig{Document: pauses()})
		b := e.beside("b", queue.FailHold)
		var last queue.Place
		for range 12 {
			last = arriveAt(t, lot, b)[lot-1]
			e.pass(250 * time.Millisecond)
		}
		// What b gives now, nobody else hears of; then b and the store die together.
		unseen := arriveAt(t, lot, b)
		e.store.lose(t)
		fresh := arriveAt(t, 1, e.room)[0]
		if got := unseen[lot-1]; fresh.Number <= got.Number || fresh.Order <= got.Order {
			t.Errorf("at %d a tick: number %d was given again after %d (seen: %d)", lot, fresh.Number, got.Number, last.Number)
		}
	}
}

func TestAGatewayThatDiesBetweenTheLossAndTheRebuildLeavesTheRestToTheOthers(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	places := e.arrive(40)
	e.pass(time.Second)
	e.store.lose(t)
	// A gateway that has just been started knows nothing, and it is the first to find the store empty.
	young := e.beside("young", queue.FailHold)
	wrong, err := young.Arrive(queue.Arrival{})
	if err != nil {
		t.Fatal(err)
	}
	e.pass(time.Second)
	fresh := arriveAt(t, 1, young)[0]
	if fresh.Number <= places[39].Number || fresh.Order <= places[39].Order || fresh.Order <= wrong.Place.Order {
		t.Errorf("%+v after %+v and %+v", fresh, places[39], wrong.Place)
	}
	for _, p := range places {
		young.Poll(p, -1)
	}
	young.Flush(t.Context())
	e.pass(25 * time.Second)
	if got := e.room.View().Snapshot.Waiting; got != 42 {
		t.Errorf("%d are waiting, want all 40 and two newcomers", got)
	}
	if a := e.room.Poll(places[39], -1); a.Ahead != 39 {
		t.Errorf("the last of the old line has %d ahead", a.Ahead)
	}
}

func TestAStoreThatIsLostTwiceBeforeASnapshotGivesNoNumberTwice(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	e.arrive(40)
	e.pass(time.Second)
	given := map[uint64]queue.Place{}
	for range 3 {
		e.store.lose(t)
		for _, p := range e.arrive(10) {
			if other, twice := given[p.Number]; twice {
				t.Fatalf("%+v and %+v", other, p)
			}
			given[p.Number] = p
		}
	}
}

// forgetful is a store that loses the room at every arrival.
type forgetful struct {
	queue.Store
	restored int
}

func (s *forgetful) Join(context.Context, []queue.Arrival) (queue.JoinReply, error) {
	return queue.JoinReply{}, queue.ErrLost
}

func (s *forgetful) Restore(ctx context.Context, m queue.Watermark) error {
	s.restored++
	return s.Store.Restore(ctx, m)
}

// A store that loses the room again whenever it has been rebuilt is as one that is away, and nobody rebuilds it for ever.
func TestAStoreThatIsLostAgainAndAgainIsAsOneThatIsAway(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	e.pass(time.Second)
	store := &forgetful{Store: e.store.Store}
	e.store.Store = store
	if _, err := e.room.Arrive(queue.Arrival{}); !errors.Is(err, queue.ErrUnavailable) || store.restored > 3 {
		t.Errorf("%v, restored %d times", err, store.restored)
	}
}

// gathering is a store that answers the first calls of Report when all have come, and that counts how often it is restored.
type gathering struct {
	queue.Store
	wanted, came, restored atomic.Int64
	all                    chan struct{}
}

func (s *gathering) Report(ctx context.Context, teller queue.Tally, o []queue.Outcome) (queue.Reported, error) {
	if s.came.Add(1) == s.wanted.Load() {
		close(s.all)
	}
	<-s.all
	return s.Store.Report(ctx, teller, o)
}

func (s *gathering) Restore(ctx context.Context, m queue.Watermark) error {
	s.restored.Add(1)
	return s.Store.Restore(ctx, m)
}

// Of many calls that find the room lost at the same time, one rebuilds it.
func TestALossIsRebuiltOnceWhoeverFindsIt(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	e.store.lose(t)
	store := &gathering{Store: e.store.Store, all: make(chan struct{})}
	store.wanted.Store(20)
	e.store.Store = store
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := e.room.Report(t.Context(), queue.Outcome{Kind: queue.Total, Count: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := store.restored.Load(); n != 1 {
		t.Errorf("restored %d times", n)
	}
}
