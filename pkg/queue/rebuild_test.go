package queue_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// counting is a memory store that can be lost, taken away, and that counts calls.
type counting struct {
	queue.Store
	now        *atomic.Int64
	mu         sync.Mutex
	calls      map[string]int
	gone       bool
	late       int64        // ms that the next snapshot takes
	unreported int          // so many reports fail
	ahead      atomic.Int64 // ms by which the store's clock is ahead of the gateway's
}

func (c *counting) clock() int64 { return c.now.Load() + c.ahead.Load() }

func (c *counting) lose(t *testing.T) {
	t.Helper()
	c.Store = newStore(t, c.clock)
}

// newStore is a store without a room.
func newStore(t *testing.T, clock func() int64) queue.Store {
	t.Helper()
	s, err := memstore.New(memstore.Config{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (c *counting) call(verb string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[verb]++
	if c.gone {
		return queue.ErrUnavailable
	}
	return nil
}

func (c *counting) Join(ctx context.Context, a []queue.Arrival) (queue.JoinReply, error) {
	if err := c.call("join"); err != nil {
		return queue.JoinReply{}, err
	}
	return c.Store.Join(ctx, a)
}

func (c *counting) Keep(ctx context.Context, mapping uint64, b []queue.Beat) (queue.KeepReply, error) {
	if err := c.call("keep"); err != nil {
		return queue.KeepReply{}, err
	}
	return c.Store.Keep(ctx, mapping, b)
}

func (c *counting) Claim(ctx context.Context, mapping uint64, p []queue.Place) (queue.KeepReply, error) {
	if err := c.call("claim"); err != nil {
		return queue.KeepReply{}, err
	}
	return c.Store.Claim(ctx, mapping, p)
}

func (c *counting) Renew(ctx context.Context, s []queue.Stay) (queue.KeepReply, error) {
	if err := c.call("renew"); err != nil {
		return queue.KeepReply{}, err
	}
	return c.Store.Renew(ctx, s)
}

func (c *counting) Report(ctx context.Context, teller queue.Tally, o []queue.Outcome) (queue.Reported, error) {
	if err := c.call("report"); err != nil {
		return queue.Reported{}, err
	}
	if c.unreported > 0 {
		c.unreported--
		return queue.Reported{}, queue.ErrUnavailable
	}
	return c.Store.Report(ctx, teller, o)
}

func (c *counting) Leave(ctx context.Context, ids []queue.VisitorID) error {
	if err := c.call("leave"); err != nil {
		return err
	}
	return c.Store.Leave(ctx, ids)
}

func (c *counting) Advance(ctx context.Context, m queue.Watermark, s queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	if err := c.call("advance"); err != nil {
		return queue.Snapshot{}, err
	}
	f, err := c.Store.Advance(ctx, m, s, v)
	if err == nil && c.late > 0 {
		c.now.Add(c.late)
		c.late = 0
		f, err = c.Store.Advance(ctx, m, s, v)
	}
	return f, err
}

func (c *counting) Restore(ctx context.Context, m queue.Watermark) error {
	if err := c.call("restore"); err != nil {
		return err
	}
	return c.Store.Restore(ctx, m)
}

func (c *counting) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	if err := c.call("snapshot"); err != nil {
		return queue.Snapshot{}, err
	}
	return c.Store.Snapshot(ctx)
}

// engine is a room over a counting store, on a clock that only the test moves.
type engine struct {
	t     *testing.T
	room  *queue.Room
	store *counting
	now   *atomic.Int64

	timing queue.Timing // of the configuration
}

const engineStart = int64(1_800_000_000_000)

// simple is a timing in which nothing is confirmed and no call runs ahead, for tests of what that does not concern.
func simple() queue.Timing {
	return queue.Timing{
		Absent: 5 * time.Minute, Confirm: 5*time.Minute - time.Millisecond, Window: time.Minute, Active: 10 * time.Minute,
		Page: 10 * time.Minute, Idle: 10 * time.Minute, Max: 24 * time.Hour, Resume: time.Minute, Life: 24 * time.Hour,
		Hold: 20 * time.Second,
	}
}

// runs is a document that lets so many in a minute, and so many at once.
func runs(rate, burst int64) queue.Document {
	return queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: rate, Burst: burst}}
}

// pauses is a document that calls nobody.
func pauses() queue.Document {
	return queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 60, Burst: 1}}
}

func newEngine(t *testing.T, cfg queue.RoomConfig) *engine {
	t.Helper()
	now := &atomic.Int64{}
	now.Store(engineStart)
	if cfg.Document.Timing == (queue.Timing{}) {
		cfg.Document.Timing = simple()
	}
	e := &engine{t: t, now: now, store: &counting{now: now, calls: map[string]int{}}, timing: cfg.Document.Timing}
	e.store.lose(t)
	cfg.Visitors, cfg.FirstStart = max(cfg.Visitors, 4096), true
	cfg.Clock = func() time.Time { return time.UnixMilli(now.Load()) }
	if cfg.Document.Pace.Mode == "" {
		cfg.Document.Pace = runs(60, 1).Pace
	}
	var err error
	if e.room, err = queue.NewRoom(e.store, cfg); err != nil {
		t.Fatal(err)
	}
	e.room.Tick(t.Context())
	return e
}

// stepStoreClock moves the store's clock and not the gateway's.
func (e *engine) stepStoreClock(by time.Duration) { e.store.ahead.Add(by.Milliseconds()) }

// pass lets time go by in steps of a tick.
func (e *engine) pass(d time.Duration) {
	for d > 0 {
		step := min(d, 250*time.Millisecond)
		e.now.Add(step.Milliseconds())
		e.room.Flush(e.t.Context())
		e.room.Tick(e.t.Context())
		d -= step
	}
}

func (e *engine) arrive(n int) []queue.Place {
	e.t.Helper()
	var places []queue.Place
	for range n {
		j, err := e.room.Arrive(queue.Arrival{})
		if err != nil {
			e.t.Fatal(err)
		}
		places = append(places, j.Place)
	}
	return places
}

func TestAPollAndARequestWithAPassCostNoStoreCall(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 60, Burst: 1}}})
	places := e.arrive(1000)
	e.pass(250 * time.Millisecond)
	before := map[string]int{}
	for verb, n := range e.store.calls {
		before[verb] = n
	}
	for range 10 {
		for _, p := range places {
			e.room.Poll(p, -1)
			e.room.Touch(p.Visitor, engineStart)
		}
	}
	for verb, n := range e.store.calls {
		if n != before[verb] {
			t.Errorf("%d calls of %s", n-before[verb], verb)
		}
	}
	// And the heartbeats they stand for travel in batches, once each.
	e.room.Flush(t.Context())
	if n := e.store.calls["keep"] + e.store.calls["renew"]; n > 4 {
		t.Errorf("%d calls for the heartbeats of 1,000 visitors", n)
	}
}

func TestWhileALostLineComesBackNobodyIsShownAnotherFigure(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{})
	places := e.arrive(300)
	e.pass(time.Second)
	last := places[len(places)-1]
	before := e.room.Poll(last, -1).Ahead
	e.store.lose(t)
	e.pass(time.Second)
	if v := e.room.View(); !v.Rebuilding || v.Snapshot.Waiting > 1 {
		t.Fatalf("rebuilding %v with %d waiting", v.Rebuilding, v.Snapshot.Waiting)
	}
	if got := e.room.Poll(last, -1).Ahead; got != before {
		t.Errorf("%d ahead after the loss, %d before", got, before)
	}
	newcomer := e.arrive(1)[0]
	if got := e.room.Poll(newcomer, -1).Ahead; got < before || got > before+10 {
		t.Errorf("a newcomer is shown %d ahead, behind %d old places", got, before)
	}
	// Everybody polls; the order is the old one, and the newcomer is behind.
	for i := range places {
		e.room.Poll(places[len(places)-1-i], -1)
	}
	e.pass(21 * time.Second)
	v := e.room.View()
	if v.Rebuilding || v.Snapshot.Waiting < 285 {
		t.Fatalf("rebuilding %v, %d waiting", v.Rebuilding, v.Snapshot.Waiting)
	}
	if got := e.room.Poll(newcomer, -1).Ahead; got < 285 || got > before+1 {
		t.Errorf("a newcomer is shown %d ahead", got)
	}
	for i, p := range places[2:50] {
		if ahead := e.room.Poll(p, -1).Ahead; ahead > int64(i+2) {
			t.Errorf("place %d is shown %d ahead", p.Number, ahead)
		}
	}
}

func TestAStoreThatIsAwayIsNotAskedByEveryArrival(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{})
	places := e.arrive(3)
	e.pass(time.Second)
	e.store.gone = true
	e.pass(500 * time.Millisecond)
	before := e.store.calls["join"]
	for range 100 {
		if _, err := e.room.Arrive(queue.Arrival{}); err == nil {
			t.Fatal("a place without a store")
		}
	}
	if e.store.calls["join"] != before {
		t.Errorf("%d calls while the store is known to be away", e.store.calls["join"]-before)
	}
	if a := e.room.Poll(places[2], -1); !a.Stale || a.State != queue.StateWaiting {
		t.Errorf("a poll is answered %+v", a)
	}
	e.store.gone = false
	e.pass(250 * time.Millisecond)
	if _, err := e.room.Arrive(queue.Arrival{}); err != nil {
		t.Errorf("after the store is back: %v", err)
	}
	if a := e.room.Poll(places[2], -1); a.Stale {
		t.Error("still stale")
	}
}

func TestAStoreClockThatJumpsEndsNobodysPass(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{})
	before := e.room.Now()
	e.now.Add(250)
	e.room.Tick(t.Context())
	if now := e.room.Now(); now-before != 250 {
		t.Errorf("the room's time went on by %d ms", now-before)
	}
}

func TestShownFiguresNeverRise(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 10}}})
	places := e.arrive(400)
	me := places[300]
	shown := int64(-1)
	for range 60 {
		e.pass(500 * time.Millisecond)
		for i, p := range places {
			if i%3 != 0 || p == me { // a third never polls again
				e.room.Poll(p, -1)
			}
		}
		a := e.room.Poll(me, -1)
		if a.State != queue.StateWaiting {
			break
		}
		if shown >= 0 && a.Ahead > shown {
			t.Fatalf("%d ahead after %d", a.Ahead, shown)
		}
		shown = a.Ahead
	}
	if shown > 60 || shown < 0 {
		t.Errorf("still %d ahead after half a minute at ten a second", shown)
	}
}

func TestAGatewayWhoseClockIsWrongAgreesWithTheOthers(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{})
	for _, wrong := range []time.Duration{5 * time.Minute, -5 * time.Minute} {
		other, err := queue.NewRoom(e.store, queue.RoomConfig{
			Visitors: 1024, Gateway: "wrong",
			Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 1}},
			Clock:    func() time.Time { return time.UnixMilli(e.now.Load()).Add(wrong) },
		})
		if err != nil {
			t.Fatal(err)
		}
		other.Tick(t.Context())
		if off := other.Now() - e.room.Now(); off < -1 || off > 1 {
			t.Errorf("with a clock that is %v off, its time is %d ms off", wrong, off)
		}
		j, err := other.Arrive(queue.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		e.pass(time.Second)
		other.Tick(t.Context())
		if a, b := e.room.Poll(j.Place, -1), other.Poll(j.Place, -1); a.State != b.State || a.Ahead != b.Ahead {
			t.Errorf("one says %v with %d ahead, the other %v with %d", a.State, a.Ahead, b.State, b.Ahead)
		}
	}
	// Neither has called more than the pace allows.
	began := e.room.View().Snapshot.Called
	e.pass(10 * time.Second)
	if called := e.room.View().Snapshot.Called - began; called > 11 {
		t.Errorf("%d called in ten seconds at one a second", called)
	}
}
