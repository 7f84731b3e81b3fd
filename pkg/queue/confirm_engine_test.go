package queue_test

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// real is a document with the timing that a room has whose operator sets nothing.
func real(rate, inside int64) queue.Document {
	return queue.Document{
		Pace:   queue.Pace{Mode: queue.ModeRun, Rate: rate, MaxInside: inside, Burst: queue.DefaultBurst(rate)},
		Timing: queue.DefaultTiming(),
	}
}

func TestTheFirstPollAndTheFirstRequestAreToldAtOnce(t *testing.T) {
	d := real(60, 0)
	d.Pace.Mode = queue.ModePause
	e := newEngine(t, queue.RoomConfig{Document: d})
	l := newLedger(e.store.Store, 0)
	e.store.Store = l
	e.pass(3 * time.Second)
	me := e.arrive(1)[0]
	if a := e.room.Peek(me); a.Next <= 0 || a.Next > 3600*time.Millisecond {
		t.Errorf("the first poll is due in %v", a.Next)
	}
	e.pass(time.Second)
	if l.beats[me.Visitor] != 0 {
		t.Error("a place that was only given counts as confirmed")
	}
	count := func(what string, want int, told map[queue.VisitorID]int, ask func()) {
		t.Helper()
		before := told[me.Visitor]
		ask()
		e.pass(100 * time.Millisecond)
		if n := told[me.Visitor] - before; n != want {
			t.Errorf("%s: told %d times, want %d", what, n, want)
		}
	}
	poll := func() { e.room.Poll(me, -1) }
	count("the first poll", 1, l.beats, poll)
	e.pass(100 * time.Second)
	count("a poll within a quarter of Absent", 0, l.beats, poll)
	e.pass(60 * time.Second)
	count("a poll after it", 1, l.beats, poll)

	e.set(func(d *queue.Document) { d.Pace.Mode = queue.ModeRun })
	e.pass(2 * time.Second)
	e.room.Poll(me, -1)
	e.pass(100 * time.Millisecond)
	s, err := e.room.Claim(me)
	if err != nil || s.State != queue.StateInside || s.Started == 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	request := func() { e.room.Touch(me.Visitor, s.Started) }
	count("the first request", 1, l.stays, request)
	e.pass(4 * time.Second)
	count("one within five seconds", 0, l.stays, request)
	e.pass(time.Second)
	count("one after them", 1, l.stays, request)
	count("one whose pass is extended", 1, l.stays, func() { e.room.Prolong(me.Visitor, s.Started) })
}

// What keeps no cookies never fills the room.
func TestArrivalsWithoutCookiesDoNotFillTheRoom(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: real(30, 60)})
	e.pass(3 * time.Second)
	in := 0
	for range 120 { // ten minutes, one each five seconds
		j, err := e.room.Arrive(queue.Arrival{})
		if err != nil {
			t.Fatal(err)
		}
		if j.State == queue.StateInside {
			in++
		}
		e.pass(5 * time.Second)
	}
	if f := e.room.View().Snapshot; f.Counted > 3000 || in < 100 {
		t.Errorf("%d of 120 went in, and %d thousandths count as inside", in, f.Counted)
	}
}

// citizen is somebody who does what the pages say.
type citizen struct {
	place   queue.Place
	came    int64
	next    int64
	entered int64 // 0: not yet
	started int64
}

// act lets a citizen do what is due: ask, claim, and use the site for a minute.
func (c *citizen) act(e *engine) {
	e.t.Helper()
	now := e.now.Load()
	switch {
	case c.next == 0 || now < c.next:
	case c.entered != 0 && now >= c.entered+60_000:
		c.next = 0
		if err := e.room.Finish(e.t.Context(), c.place.Visitor); err != nil {
			e.t.Fatal(err)
		}
	case c.entered != 0:
		e.room.Touch(c.place.Visitor, c.started)
		c.next = now + 10_000
	default:
		a := e.room.Poll(c.place, -1)
		c.next = now + a.Next.Milliseconds()
		switch a.State {
		case queue.StateCalled, queue.StateFull, queue.StateMissed, queue.StateUnknown:
			s, err := e.room.Claim(c.place)
			if err != nil {
				e.t.Fatal(err)
			}
			if s.State == queue.StateFull {
				c.next = now + 4000
			}
			c.goesIn(s, now)
		}
	}
}

func (c *citizen) goesIn(s queue.Standing, now int64) {
	if s.State == queue.StateInside && c.entered == 0 {
		c.entered, c.started, c.next = now, s.Started, now+500
	}
}

func (e *engine) comes() *citizen {
	e.t.Helper()
	j, err := e.room.Arrive(queue.Arrival{})
	if err != nil {
		e.t.Fatal(err)
	}
	now := e.now.Load()
	c := &citizen{place: j.Place, came: now, next: now + e.room.Peek(j.Place).Next.Milliseconds()}
	c.goesIn(j.Standing, now)
	return c
}

func TestCitizensBesideGhostsDoNotWait(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: real(30, 60)})
	e.pass(3 * time.Second)
	var all []*citizen
	for second := range 12 * 60 {
		if second < 600 {
			if _, err := e.room.Arrive(queue.Arrival{}); err != nil { // a ghost
				t.Fatal(err)
			}
			if second%6 == 0 {
				all = append(all, e.comes())
			}
		}
		for range 4 {
			e.pass(250 * time.Millisecond)
			for _, c := range all {
				c.act(e)
			}
		}
	}
	var waited []int64
	for _, c := range all {
		if c.entered == 0 {
			t.Fatalf("number %d never got in", c.place.Number)
		}
		waited = append(waited, c.entered-c.came)
	}
	slices.Sort(waited)
	if p90 := waited[len(waited)*9/10]; p90 > 15_000 || waited[len(waited)/2] > 5000 {
		t.Errorf("nine of ten of %d citizens got in within %d ms", len(waited), p90)
	}
}

// Places that were taken and never heard of stand in nobody's way, and are not called.
func TestPlacesParkedUnheardAreWorthNothing(t *testing.T) {
	d := real(30, 60)
	d.Plan = []queue.Step{ // a line that calls nobody, and then opens
		{At: engineStart + 1000, Opening: "day", Rank: 1, Phase: queue.PhaseLine},
		{At: engineStart + 60_000, Opening: "day", Rank: 2, Phase: queue.PhaseOpen},
	}
	e := newEngine(t, queue.RoomConfig{Document: d})
	e.pass(2 * time.Second)
	parked := e.arrive(2000)
	e.pass(30 * time.Second)
	var all []*citizen
	for range 20 {
		all = append(all, e.comes())
	}
	for e.now.Load() < engineStart+120_000 {
		e.pass(250 * time.Millisecond)
		for _, c := range all {
			c.act(e)
		}
	}
	for i, c := range all {
		if c.entered == 0 || c.entered-engineStart > 60_000+2500*int64(i+1)+15_000 {
			t.Errorf("the citizen behind %d parked places and %d others went in %d ms after the start", len(parked), i, c.entered-engineStart-60_000)
		}
	}
	if f := e.room.View().Snapshot; f.Called > 25 {
		t.Errorf("%d called of whom 20 were there", f.Called)
	}
}

// Whoever finds the room full keeps the turn as long as the page asks, and goes in first come first served.
func TestAFullRoomKeepsTheTurnOfWhoAsks(t *testing.T) {
	e := newEngine(t, queue.RoomConfig{Document: real(600, 1)})
	e.pass(3 * time.Second)
	a := e.comes()
	if a.entered == 0 {
		t.Fatal("the first one waits")
	}
	b, c := e.arrive(1)[0], e.arrive(1)[0]
	// Calls run ahead of seats, so that no seat stands empty.
	for range 5 {
		e.room.Poll(b, -1)
		e.room.Poll(c, -1)
		e.pass(time.Second)
	}
	asks := func(p queue.Place, want queue.State) {
		t.Helper()
		s, err := e.room.Claim(p)
		if err != nil || s.State != want {
			t.Fatalf("number %d: %+v, %v, want %v", p.Number, s, err, want)
		}
	}
	asks(b, queue.StateFull)
	e.pass(time.Second)
	for range 15 {
		asks(b, queue.StateFull)
		e.pass(time.Millisecond) // of two that ask at once the lower id is first
		asks(c, queue.StateFull)
		e.room.Touch(a.place.Visitor, a.started)
		e.pass(time.Second)
		if s := e.room.Poll(b, -1); s.State != queue.StateFull || s.Next < 3*time.Second || s.Next > 5*time.Second {
			t.Fatalf("at the door: %+v", s)
		}
		e.pass(3 * time.Second)
	}
	if err := e.room.Finish(t.Context(), a.place.Visitor); err != nil {
		t.Fatal(err)
	}
	asks(c, queue.StateFull) // behind b
	asks(b, queue.StateInside)
	asks(c, queue.StateFull)
	e.pass(20 * time.Second) // without asking it keeps its call, and not its turn at the door
	e.room.Poll(c, -1)
	e.pass(time.Second)
	if s := e.room.Poll(c, -1); s.State != queue.StateCalled {
		t.Errorf("who stopped asking: %+v", s)
	}
}
