package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestARenewalThatTheStoreMissedIsToldToItWhenItIsBack(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 600, Burst: 10, Strict: true, MaxInside: 1}}})
	e.pass(time.Second)
	inside := e.arrive(1)[0]
	next := e.arrive(1)[0]
	e.pass(9 * time.Minute)
	// A request, and the store is away for a second: the pass in the browser now lives for another ten minutes.
	e.store.gone = true
	if !e.room.Touch(inside.Visitor, engineStart) {
		t.Fatal("refused")
	}
	clicked := e.now.Load()
	e.pass(time.Second)
	e.store.gone = false
	for e.now.Load() < clicked+(9*time.Minute).Milliseconds() {
		e.room.Poll(next, -1)
		e.pass(20 * time.Second)
		if f := e.room.View().Snapshot; f.Live+f.Calls > 1 || f.Called > 1 {
			t.Fatalf("%d inside and %d called where one may be, %d s after the request of who is inside",
				f.Live, f.Calls, (e.now.Load()-clicked)/1000)
		}
	}
	// Not for longer either: the request counts from when it was, not from when the store heard of it.
	e.pass(time.Minute + time.Second)
	if f := e.room.View().Snapshot; f.Live != 0 || f.Called != 2 {
		t.Errorf("%d inside, %d called after the stay", f.Live, f.Called)
	}
}

func TestWhoIsLetInWithoutTheStoreIsNotCalledAgainWhenItIsBack(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{
		Gateway: "a", OnFailure: queue.FailLocal,
		Document: runs(60, 1),
	})
	places := e.arrive(30)
	e.pass(250 * time.Millisecond)
	e.store.gone = true
	e.pass(10 * time.Second)
	s, err := e.room.Claim(places[0])
	if err != nil || s.State != queue.StateInside {
		t.Fatalf("%+v, %v", s, err)
	}
	e.store.gone = false
	e.pass(5 * time.Second)
	if f := e.room.View().Snapshot; f.Live != 1 || f.Waiting+f.Calls != 29 {
		t.Errorf("%d inside, %d waiting and %d called; one of 30 was let in", f.Live, f.Waiting, f.Calls)
	}
}

func TestHeartbeatsThatTheStoreMissedAreCounted(t *testing.T) {
	dropped := 0
	e := newEngine(t, queue.RoomConfig{
		Document:       pauses(),
		OnBeatsDropped: func(n int) { dropped += n },
	})
	places := e.arrive(3)
	for _, gone := range []bool{false, true, false} {
		e.pass(80 * time.Second)
		for _, p := range places {
			e.room.Poll(p, -1)
		}
		before, want := dropped, 0
		if gone {
			want = 3
		}
		e.store.gone = gone
		e.room.Flush(t.Context())
		e.store.gone = false
		if dropped-before != want {
			t.Errorf("%d of 3 heartbeats were dropped, the store is away: %v", dropped-before, gone)
		}
	}
}

func TestAHeartbeatThatDidNotFitIsSentWithTheNextPoll(t *testing.T) {
	dropped := 0
	e := newEngine(t, queue.RoomConfig{
		Document:       pauses(),
		OnBeatsDropped: func(n int) { dropped += n },
	})
	me := e.arrive(1)[0]
	e.pass(80 * time.Second)
	// The store is slow: more heartbeats are pending than are kept.
	for n := range uint64(100_000) {
		e.room.Away(queue.Place{Visitor: queue.VisitorID{1, byte(n), byte(n >> 8), byte(n >> 16)}, Epoch: me.Epoch, Number: n + 10, Order: me.Order + 10 + queue.Order(n)})
	}
	e.room.Poll(me, -1)
	if dropped != 1 {
		t.Errorf("%d heartbeats were dropped, one did not fit", dropped)
	}
	l := newLedger(e.store.Store, 0)
	e.store.Store = l
	e.pass(time.Second)
	e.room.Poll(me, -1)
	e.pass(time.Second)
	if l.beats[me.Visitor] != 1 {
		t.Errorf("%d heartbeats of one who polled twice while one was due", l.beats[me.Visitor])
	}
}

func TestAfterTheStoresClockSteppedWhoIsCalledIsTold(t *testing.T) {
	for _, step := range []time.Duration{-time.Minute, -time.Hour, time.Minute} {
		e := newEngine(t, queue.RoomConfig{Document: pauses()})
		for range 60 { // ticking all the while
			e.now.Add((2 * time.Minute).Milliseconds())
			e.pass(250 * time.Millisecond)
		}
		e.stepStoreClock(step)
		e.pass(time.Second)
		me := e.arrive(1)[0]
		if _, err := e.room.Update(t.Context(), func(c *queue.Document) error {
			c.Pace.Mode = queue.ModeRun
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var last queue.State
		for range 20 {
			e.pass(time.Second)
			if last = e.room.Poll(me, -1).State; last == queue.StateCalled {
				break
			}
		}
		s, err := e.room.Claim(me)
		if left := s.Until - e.room.Now() - e.timing.Idle.Milliseconds(); err != nil || s.State != queue.StateInside ||
			left < -1000 || left > 1000 {
			t.Errorf("the store's clock went by %v: %+v, %v, which is %d ms more than the stay", step, s, err, left)
		}
		if last != queue.StateCalled {
			t.Errorf("the store's clock went by %v: whose turn it is was told %v for 20 s", step, last)
		}
	}
}

func TestWhoReloadsThePageIsNotTakenForAway(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	me := e.arrive(1)[0]
	e.pass(200 * time.Second)
	e.room.Poll(me, -1)
	e.room.Away(me) // the page goes, and says so on its way
	e.pass(time.Second)
	for range 3 { // and is loaded again
		e.room.Poll(me, -1)
		e.pass(20 * time.Second)
	}
	if _, err := e.room.Update(t.Context(), func(c *queue.Document) error {
		c.Pace.Mode = queue.ModeRun
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	e.pass(5 * time.Second)
	if f := e.room.View().Snapshot; f.Calls != 1 {
		t.Errorf("%d called of one who polls every 20 s", f.Calls)
	}
}
