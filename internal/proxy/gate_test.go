package proxy

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/admission"
)

// rooms are limiters of rooms with one site, which may work on most requests. Each room has so many places.
func rooms(most int, places ...int) (*gate, []*limiter) {
	g := newGate()
	g.most = func() int { return most }
	var all []*limiter
	for _, n := range places {
		t := &limiter{gate: g, limit: func() int { return n }, ceiling: n, length: 100}
		g.add(t)
		all = append(all, t)
	}
	return g, all
}

func TestRoomsWithOneSiteHaveItsBoundTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, r := rooms(6, 100, 3)
		order := make(chan string, 10)
		for range 4 {
			in(t, r[0], entry{turn: turnPage})
		}
		b := in(t, r[1], entry{turn: turnPage})
		in(t, r[1], entry{turn: turnPage})
		queueUp(r[0], turnPage, "a", order)
		queueUp(r[1], turnPage, "b", order)
		if inside, waiting := r[1].counts(); inside != 2 || waiting != 1 || g.working.n != 6 {
			t.Errorf("%d of the other room inside, %d waiting, %d at work", inside, waiting, g.working.n)
		}
		r[1].leave(b)
		if got := <-order; got != "a" {
			t.Errorf("%s came first", got)
		}
		for _, room := range r {
			room.stop()
		}
	})
}

func TestFormsOfOneRoomGoBeforeTheOpenPathsOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r := rooms(4, 100, 100)
		order := make(chan string, 10)
		var places []place
		for range 4 {
			places = append(places, in(t, r[1], entry{turn: turnPart}))
		}
		queueUp(r[1], turnOpen, "open b", order)
		queueUp(r[0], turnOpen, "open a", order)
		queueUp(r[1], turnPart, "part b", order)
		queueUp(r[0], turnPart, "part a", order)
		queueUp(r[1], turnPage, "page b", order)
		queueUp(r[0], turnForm, "form a", order)
		for i, want := range []string{"form a", "page b", "part b", "part a"} {
			r[1].leave(places[i])
			if got := <-order; got != want {
				t.Errorf("%s came before %s", got, want)
			}
		}
		for _, room := range r {
			room.stop()
		}
	})
}

// A room that is full must not keep the places of the site from another one.
func TestARoomThatIsFullHoldsNobodyElseUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r := rooms(10, 1, 100)
		order := make(chan string, 10)
		full := in(t, r[0], entry{turn: turnForm})
		queueUp(r[0], turnForm, "form", order)
		for range 9 {
			in(t, r[1], entry{turn: turnPart})
		}
		queueUp(r[1], turnPart, "part", order)
		r[0].leave(full)
		if got := <-order; got != "form" {
			t.Error(got)
		}
		for _, room := range r {
			room.stop()
		}
	})
}

// Strangers leave a quarter of the site's limit to people inside, whichever rooms they come to.
func TestOpenPathsDoNotTakeTheWholeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r := rooms(8, 100, 100)
		order := make(chan string, 1)
		var last place
		for n := range 6 {
			last = in(t, r[n%2], entry{turn: turnOpen})
		}
		queueUp(r[0], turnOpen, "open", order)
		in(t, r[0], entry{turn: turnPart})
		in(t, r[1], entry{turn: turnPart})
		if len(order) != 0 {
			t.Error("a seventh stranger got in")
		}
		r[1].leave(last)
		if got := <-order; got != "open" {
			t.Error(got)
		}
	})
}

// A room whose health is off, or only watched, neither waits for the site's bound nor takes its places.
func TestOnlyRoomsThatActHaveTheBound(t *testing.T) {
	g, r := rooms(2, 100, 100, 100)
	r[1].health = func() Health { return HealthWatch }
	r[2].health = func() Health { return HealthOff }
	for range 10 {
		in(t, r[1], entry{turn: turnPart})
		in(t, r[2], entry{turn: turnPart})
	}
	a, b := in(t, r[0], entry{turn: turnPart}), in(t, r[0], entry{turn: turnPart})
	if g.working.n != 12 || g.bounded != 2 {
		t.Errorf("%d at work, %d bounded", g.working.n, g.bounded)
	}
	r[0].leave(a)
	r[0].leave(b)
	in(t, r[0], entry{turn: turnPart})
}

func TestTheBoundOfASiteIsAtMostTheSumOfItsRooms(t *testing.T) {
	g := newGate()
	a, b := &limiter{gate: g, ceiling: 3}, &limiter{gate: g, ceiling: 300}
	g.add(a)
	if got := g.now(); got != 3 {
		t.Errorf("%d with one room of 3", got)
	}
	g.add(b)
	if got := g.now(); got != admission.StartLimit {
		t.Errorf("%d with another one of 300", got)
	}
	g.remove(b)
	if got := g.now(); got != 3 {
		t.Errorf("%d when that is gone", got)
	}
	g.remove(a)
	g.remove(a)
	if got := g.now(); got != 3 {
		t.Errorf("%d when all are gone", got)
	}
}

// One visitor must not be able to keep the site from everybody else, with requests that hang.
func TestOneVisitorHasAPartOfTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, r := rooms(24, 100)
		order := make(chan string, 100)
		var places []place
		for range 6 {
			places = append(places, in(t, r[0], entry{turn: turnPage, of: 7}))
		}
		for range 26 {
			queueUpAs(r[0], entry{turn: turnPart, of: 7}, "more", order)
		}
		for range 18 {
			in(t, r[0], entry{turn: turnPart, of: 9 + holder(g.working.n)}) // all others go in as if nobody waited
		}
		queueUpAs(r[0], entry{turn: turnPart, of: 5}, "other", order)
		r[0].leave(places[0])
		// The visitor has room in its part again. But somebody else was there before.
		if got := <-order; got != "other" {
			t.Errorf("%s came first", got)
		}
		r[0].leave(places[1])
		if got := <-order; got != "more" {
			t.Errorf("%s came second", got)
		}
		synctest.Wait()
		if g.held[7] != 5 || len(order) != 0 {
			t.Errorf("the visitor has %d places", g.held[7])
		}
		r[0].stop()
	})
}

// Those set aside go in by themselves when what their visitor had counts no more, and nobody else is there.
func TestWhoWasSetAsideIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, r := rooms(20, 100)
		order := make(chan string, 100)
		begun := time.Now()
		for range 6 {
			in(t, r[0], entry{turn: turnPage, of: 7})
		}
		for range 3 {
			go func() {
				_, _, err := r[0].enter(entry{turn: turnPart, of: 7}, &watch{until: time.Now().Add(time.Minute)})
				if err != nil {
					order <- err.Error()
					return
				}
				order <- "in"
			}()
		}
		for range 3 {
			if got := <-order; got != "in" {
				t.Error(got)
			}
		}
		if d := time.Since(begun); d < admission.Patience || d > admission.Patience+2*tick {
			t.Errorf("after %v", d)
		}
		if g.held[7] != 3 || g.aside[7] != 0 || g.ready != 0 {
			t.Errorf("%d held, %d aside, %d ready", g.held[7], g.aside[7], g.ready)
		}
	})
}

func TestWhoWasSetAsideGoesInAtOnceWhenAnotherOfTheVisitorEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r := rooms(20, 100)
		order := make(chan string, 1)
		begun := time.Now()
		var places []place
		for range 6 {
			places = append(places, in(t, r[0], entry{turn: turnPage, of: 7}))
		}
		queueUpAs(r[0], entry{turn: turnPart, of: 7}, "in", order)
		r[0].leave(places[0])
		if got, after := <-order, time.Since(begun); got != "in" || after != 0 {
			t.Errorf("%s after %v", got, after)
		}
	})
}

// The one that was taken back into the line may give up there; the next of the visitor must not wait for nothing.
func TestWhoGivesUpInTheLineLeavesItToTheNextOfTheVisitor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, r := rooms(2, 100)
		order := make(chan string, 4)
		mine, other := in(t, r[0], entry{turn: turnPage, of: 7}), in(t, r[0], entry{turn: turnPage, of: 8})
		wait := func(name string, d time.Duration) {
			go func() {
				if _, _, err := r[0].enter(entry{turn: turnPart, of: 7}, &watch{until: time.Now().Add(d)}); err != nil {
					name += " gave up"
				}
				order <- name
			}()
			synctest.Wait()
		}
		wait("first", time.Second)
		wait("second", time.Minute)
		queueUpAs(r[0], entry{turn: turnForm, of: 9}, "form", order)
		r[0].leave(mine)
		for _, want := range []string{"form", "first gave up"} {
			if got := <-order; got != want {
				t.Errorf("%s, not %s", got, want)
			}
		}
		r[0].leave(other)
		begun := time.Now()
		if got := <-order; got != "second" || time.Since(begun) > tick {
			t.Errorf("%s after %v", got, time.Since(begun))
		}
		if g.aside[7] != 0 || g.held[7] != 1 {
			t.Errorf("%d aside, %d held", g.aside[7], g.held[7])
		}
	})
}

// What visitors over their part have queued gives way to whoever has less.
func TestTheQueueIsNotFilledByAFewVisitors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, r := rooms(12, 100)
		r[0].length = 4
		order := make(chan string, 100)
		for range 6 {
			in(t, r[0], entry{turn: turnPage, of: 7})
		}
		for range 4 {
			queueUpAs(r[0], entry{turn: turnForm, of: 7}, "more", order)
		}
		queueUpAs(r[0], entry{turn: turnForm, of: 7}, "too many", order)
		if got := <-order; got != "too many: "+ErrQueueFull.Error() {
			t.Error(got)
		}
		for n := range 6 {
			in(t, r[0], entry{turn: turnPart, of: 8 + holder(n)})
		}
		queueUpAs(r[0], entry{turn: turnPart, of: 5}, "other", order)
		if got := <-order; got != "more: "+ErrQueueFull.Error() {
			t.Error(got)
		}
		if _, waiting := r[0].counts(); waiting != 4 {
			t.Errorf("%d wait", waiting)
		}
		r[0].stop()
	})
}

func TestAVisitorsPart(t *testing.T) {
	for most, want := range map[int]int{1: 1, 2: 1, 4: 2, 8: 4, 12: 6, 20: 6, 24: 6, 28: 7, 200: 50} {
		if got := share(most); got != want {
			t.Errorf("%d of %d", got, most)
		}
	}
}

// Sixty storms of requests that come, wait, give up, hang and go: in the end nobody holds anything.
func TestAStormLeavesNothingHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for storm := range 60 {
			var most atomic.Int32
			most.Store(8)
			g, r := rooms(0, 20, 5, 60)
			g.most = func() int { return int(most.Load()) }
			for i, room := range r {
				room.length = 10 * (i + 1)
			}
			var health atomic.Uint32
			health.Store(uint32(HealthLimit))
			r[2].health = func() Health { return Health(health.Load()) }
			var all sync.WaitGroup
			var worst atomic.Int32
			for n := range 200 {
				all.Go(func() {
					dice := rand.New(rand.NewPCG(uint64(storm), uint64(n)))
					time.Sleep(time.Duration(dice.IntN(3000)) * time.Millisecond)
					room := r[dice.IntN(3)]
					e := entry{turn: turn(dice.IntN(int(turns))), idles: dice.IntN(10) == 0, of: holder(dice.IntN(12))}
					p, _, err := room.enter(e, &watch{until: time.Now().Add(time.Duration(dice.IntN(2000)) * time.Millisecond)})
					if err != nil {
						return
					}
					g.mu.Lock()
					worst.Store(max(worst.Load(), int32(g.bounded)))
					g.mu.Unlock()
					time.Sleep(time.Duration(dice.IntN(300)) * time.Millisecond)
					switch dice.IntN(20) {
					case 0:
						time.Sleep(2 * admission.Patience)
					case 1:
						room.idle(p)
						time.Sleep(time.Second)
					case 2:
						health.Store(uint32(dice.IntN(3)))
					}
					room.leave(p)
				})
			}
			time.Sleep(time.Second)
			r[1].stop()
			g.remove(r[1])
			all.Wait()
			if worst.Load() > 8 {
				t.Errorf("%d were at work", worst.Load())
			}
			for i, room := range r {
				if inside, waiting := room.counts(); inside != 0 || waiting != 0 || room.outside != 0 {
					t.Errorf("room %d: %d inside, %d from outside, %d wait", i, inside, room.outside, waiting)
				}
			}
			if g.working.n != 0 || g.bounded != 0 || g.outside != 0 || g.ready != 0 || g.held != ([holders + 1]int32{}) || g.aside != ([holders + 1]int32{}) {
				t.Errorf("%d at work, %d bounded, %d outside, %d ready", g.working.n, g.bounded, g.outside, g.ready)
			}
		}
	})
}
