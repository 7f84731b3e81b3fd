package queue_test

import (
	"errors"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// outage is a line of 30 at two gateways whose store has just gone away.
func outage(t *testing.T, mode queue.FailureMode, pace queue.Pace) (*engine, *queue.Room, []queue.Place) {
	t.Helper()
	pace.Mode, pace.Strict = queue.ModeRun, true
	e := newEngine(t, queue.RoomConfig{
		Gateway: "a", OnFailure: mode, Document: queue.Document{Pace: pace},
	})
	b := e.beside("b", mode)
	places := e.arrive(30)
	e.pass(250 * time.Millisecond)
	b.Tick(t.Context())
	if n := e.room.View().Snapshot.Gateways; n != 2 {
		t.Fatalf("%d gateways", n)
	}
	e.store.gone = true
	e.room.Tick(t.Context())
	b.Tick(t.Context())
	return e, b, places
}

func TestHoldLetsNobodyInWhileTheStoreIsAway(t *testing.T) {
	e, b, places := outage(t, queue.FailHold, queue.Pace{Rate: 600, Burst: 10})
	for range 40 {
		e.pass(500 * time.Millisecond)
		for i, p := range places {
			a := b.Poll(p, -1)
			if !a.Stale || a.State == queue.StateCalled || a.State == queue.StateInside {
				t.Fatalf("place %d is told %+v", p.Number, a)
			}
			if a.State == queue.StateWaiting && a.Ahead > int64(i) {
				t.Fatalf("place %d is told that %d are ahead", p.Number, a.Ahead)
			}
			if s, err := b.Claim(p); err != nil || s.State == queue.StateInside || s.State == queue.StateSpent {
				t.Fatalf("a claim of place %d: %v, %v", p.Number, s.State, err)
			}
		}
		if j, err := b.Arrive(queue.Arrival{}); err == nil {
			t.Fatalf("an arrival got %+v", j)
		}
		if !b.Touch(queue.VisitorID{1}, 0) {
			t.Fatal("somebody inside was sent away")
		}
	}
}

func TestLocalAdmitsEachGatewaysShareInTheOrderOfNumbers(t *testing.T) {
	const perMinute, burst = 60, 2
	e, b, places := outage(t, queue.FailLocal, queue.Pace{Rate: perMinute, Burst: burst})
	began := e.now.Load()
	inside, rooms := 0, []*queue.Room{e.room, b}
	for tick := range 100 {
		e.now.Add(250)
		if _, err := b.Arrive(queue.Arrival{}); err == nil {
			t.Fatal("an arrival overtook a line with numbers")
		}
		for i := 0; i < len(places); i++ {
			room := rooms[(i+tick)%2]
			a := room.Poll(places[i], -1)
			if a.State != queue.StateCalled {
				continue
			}
			s, err := room.Claim(places[i])
			if err != nil {
				t.Fatal(err)
			}
			if s.State != queue.StateInside {
				continue
			}
			inside++
			elapsed := float64(e.now.Load()-began) / 60_000 * perMinute
			if float64(inside) > burst+elapsed {
				t.Fatalf("%d inside after %.1f calls' worth of time", inside, elapsed)
			}
			if ahead := float64(places[i].Number) - 1 - 2; ahead > elapsed { // two were called before the outage
				t.Fatalf("place %d got in when the line would have come to %.1f", places[i].Number, elapsed)
			}
			places = append(places[:i], places[i+1:]...)
			i--
		}
	}
	if inside < 22 { // 25 seconds at one a second, in two halves
		t.Errorf("only %d got in within 25 seconds", inside)
	}
	for _, p := range places[:3] {
		if p.Number < 20 {
			t.Errorf("place %d still waits", p.Number)
		}
	}
}

func TestLocalWithoutALineAdmitsArrivalsAtTheShareOfOneGateway(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{
		Gateway: "a", OnFailure: queue.FailLocal, Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 120, Burst: 4}},
	})
	e.beside("b", queue.FailLocal)
	e.pass(time.Second)
	e.store.gone = true
	e.room.Tick(t.Context())
	in := 0
	for range 40 { // ten seconds
		e.now.Add(250)
		for range 5 {
			if j, err := e.room.Arrive(queue.Arrival{}); err == nil {
				if j.State != queue.StateInside || j.Place.Visitor == (queue.VisitorID{}) || j.Until <= e.room.Now() {
					t.Fatalf("an arrival got %+v", j)
				}
				in++
			}
		}
	}
	if in < 10 || in > 12 {
		t.Errorf("%d of 200 arrivals were let in, want one a second and a burst of at most two", in)
	}
}

func TestLocalKeepsTheBoundOfPeopleInsideAndAPause(t *testing.T) {
	e, b, places := outage(t, queue.FailLocal, queue.Pace{Rate: 6000, Burst: 100, Strict: true, MaxInside: 34})
	// All thirty went straight in: four are left, two for each gateway.
	e.now.Add(60_000)
	in := 0
	for range 50 {
		for _, room := range []*queue.Room{e.room, b} {
			if _, err := room.Arrive(queue.Arrival{}); err == nil {
				in++
			}
		}
	}
	if in > 4 {
		t.Errorf("%d let in, %d were inside and 34 may be", in, len(places))
	}

	e = newEngine(t, queue.RoomConfig{OnFailure: queue.FailLocal, Document: queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 6000, Burst: 100}}})
	waiting := e.arrive(3)
	e.pass(time.Second)
	e.store.gone = true
	e.pass(10 * time.Second)
	if s, err := e.room.Claim(waiting[0]); err != nil || s.State == queue.StateInside {
		t.Errorf("a paused room let somebody in: %v, %v", s.State, err)
	}
}

func TestOpenLetsEverybodyInWhileTheStoreIsAway(t *testing.T) {
	e, b, places := outage(t, queue.FailOpen, queue.Pace{Rate: 0, Burst: 1})
	for _, p := range places {
		if a := e.room.Poll(p, -1); a.State != queue.StateCalled {
			t.Fatalf("place %d is told %+v", p.Number, a)
		}
		if s, err := b.Claim(p); err != nil || s.State != queue.StateInside || s.Until <= e.room.Now() {
			t.Fatalf("place %d: %+v, %v", p.Number, s, err)
		}
	}
	for range 20 {
		if j, err := b.Arrive(queue.Arrival{}); err != nil || j.State != queue.StateInside {
			t.Fatalf("an arrival: %+v, %v", j, err)
		}
	}
	// When the store is back, so is the line; who was let in is told to it.
	e.store.gone = false
	e.pass(250 * time.Millisecond)
	if j, err := e.room.Arrive(queue.Arrival{}); err != nil || j.State != queue.StateWaiting {
		t.Errorf("after the return: %+v, %v", j, err)
	}
	for _, p := range places {
		e.room.Touch(p.Visitor, engineStart)
	}
	e.pass(time.Second)
	if f := e.room.View().Snapshot; f.Live != 30 || f.Waiting != 1 {
		t.Errorf("%d inside and %d waiting, want 30 and 1", f.Live, f.Waiting)
	}
}

func TestWhatCouldNotBeSentDuringAnOutageIsSentAfterIt(t *testing.T) {
	e, _, places := outage(t, queue.FailHold, queue.Pace{Rate: 0, Burst: 1})
	// Nobody's heartbeat arrives for longer than the absence, but all of them poll.
	for range 12 {
		for _, p := range places {
			e.room.Poll(p, -1)
		}
		e.pass(30 * time.Second)
	}
	e.store.gone = false
	e.pass(250 * time.Millisecond)
	for _, p := range places {
		e.room.Poll(p, -1)
	}
	e.pass(250 * time.Millisecond)
	if _, err := e.room.Update(t.Context(), func(c *queue.Document) error {
		c.Pace.Rate, c.Pace.Burst = 6000, 100
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	e.pass(e.timing.Hold + 2*time.Second)
	if f := e.room.View().Snapshot; f.Calls != 30 {
		t.Errorf("%d of 30 were called after the outage: the others count as absent", f.Calls)
	}
}

func TestAGatewayThatNeverSawTheLineLetsNobodyInLocally(t *testing.T) {
	now := engineStart
	e := newEngine(t, queue.RoomConfig{})
	e.store.gone = true
	young, err := queue.NewRoom(e.store, queue.RoomConfig{
		Gateway: "young", Visitors: 1024, OnFailure: queue.FailLocal,
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 6000, Burst: 100, Strict: true, MaxInside: 5}},
		Clock:    func() time.Time { return time.UnixMilli(now) },
	})
	if err != nil {
		t.Fatal(err)
	}
	// It knows neither how many share the pace, nor how many are inside, nor who is in line.
	for range 8 {
		now += 250
		young.Tick(t.Context())
		if j, err := young.Arrive(queue.Arrival{}); err == nil {
			t.Fatalf("an arrival: %+v", j)
		}
		p := queue.Place{Visitor: queue.VisitorID{1}, Epoch: 1, Number: 1_000_000}
		if s, err := young.Claim(p); err != nil || s.State == queue.StateInside {
			t.Fatalf("place %d: %+v, %v", p.Number, s, err)
		}
	}
}

// Without its store a room lets nobody in whom its plan does not, and whom it does from then on.
func TestWithoutAStoreThePlanGoesOn(t *testing.T) {
	for _, mode := range []queue.FailureMode{queue.FailLocal, queue.FailOpen} {
		for _, draws := range []bool{false, true} {
			e := early(t, time.Minute, draws, queue.RoomConfig{OnFailure: mode, Document: runs(600, 10)})
			lobby := e.comeEarly(5)
			e.store.gone = true
			tries := func() (in int) {
				for _, ticket := range lobby {
					p, _ := e.room.Place(ticket)
					if s, err := e.room.Claim(p); err != nil {
						t.Fatal(err)
					} else if s.State == queue.StateInside {
						in++
					}
				}
				return in
			}
			e.until(59 * time.Second)
			if _, err := e.room.Arrive(queue.Arrival{}); err == nil || tries() != 0 {
				t.Errorf("%s, draw %v: somebody got in before the start", mode, draws)
			}
			e.until(65 * time.Second)
			want := 5
			if draws {
				want = 0 // nobody knows who is first
			}
			if in := tries(); in != want {
				t.Errorf("%s, draw %v: %d of 5 got in after the start", mode, draws, in)
			}
		}
	}
}

// A room that needs a newer release is as a store that is away: nobody is served from what is not understood.
func TestARoomOfANewerReleaseIsAsAStoreThatIsAway(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: pauses()})
	p := e.arrive(1)[0]
	e.pass(time.Second)
	newer := func() error { return queue.ErrFormat }
	store := &refusing{Store: e.store.Store}
	store.advance.Store(&newer)
	store.settle.Store(&newer)
	e.store.Store = store
	e.pass(time.Second)
	if a := e.room.Poll(p, 0); !a.Stale || a.State != queue.StateWaiting {
		t.Errorf("a poll: %+v", a)
	}
	if _, err := e.room.Arrive(queue.Arrival{}); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("an arrival: %v", err)
	}
	_, err := e.room.Update(t.Context(), func(*queue.Document) error { return nil })
	if !errors.Is(err, queue.ErrUnavailable) || !errors.Is(err, queue.ErrFormat) {
		t.Errorf("an operator's change: %v", err)
	}
}
