package habits

import (
	"errors"

	"github.com/einlass/einlass/pkg/queue"
)

// habit is what somebody does.
type habit struct {
	// noShow: the page stays open, and nobody presses when the turn comes.
	noShow bool
	// press is how long it takes from the page's call to the press.
	press func(*world) int64
	// visit are the times between the pages that are asked for inside; after the last one somebody goes.
	visit func(*world) []int64
	// finishes: the site says when the visit is over.
	finishes bool
	// cookieless: whatever is given is lost at once.
	cookieless bool
	// deaf: the page is closed before it asks for the first time.
	deaf bool
}

// person is somebody with a browser, or a program without a person.
type person struct {
	w      *world
	habit  habit
	place  queue.Place
	starts int // of a store, when the place was given
	shown  int64

	came    int64
	called  int64 // when the page first said so; 0: never
	asked   int64 // when the door was first found closed; 0: never
	entered int64 // 0: never
	left    int64

	started, last int64 // of the pass, in store time
	visit         []int64
	resumed       []resumed
	lost          string // what the ticket came to instead
}

// resumed is one return after the stay had run out.
type resumed struct{ asked, entered int64 }

// arrive is the first request of a browser.
func (w *world) arrive(h habit) *person {
	w.tb.Helper()
	p := &person{w: w, habit: h, came: w.now, shown: -1}
	w.people = append(w.people, p)
	p.load()
	return p
}

// load asks for a place, and again while the store is away.
func (p *person) load() {
	w, h := p.w, p.habit
	j, err := w.any().Arrive(queue.Arrival{})
	if errors.Is(err, queue.ErrUnavailable) {
		w.in(300, p.load)
		return
	}
	if err != nil {
		w.tb.Fatalf("an arrival got %v", err)
	}
	p.place, p.starts = j.Place, w.starts
	w.given = append(w.given, p)
	switch {
	case j.State == queue.StateInside && h.cookieless:
		// The page that it was given was all.
	case j.State == queue.StateInside:
		p.enter(j.Standing, false)
	case h.cookieless || h.deaf:
		w.any().Peek(p.place)
	default:
		w.in(w.any().Peek(p.place).Next.Milliseconds(), p.poll)
	}
}

// poll is what the page does.
func (p *person) poll() {
	a := p.w.any().Poll(p.place, p.shown)
	if a.Ahead >= 0 {
		p.shown = a.Ahead
	}
	next := a.Next.Milliseconds()
	switch a.State {
	case queue.StateCalled, queue.StateInside, queue.StateFull:
		if p.called == 0 {
			p.called = p.w.now
		}
		if !p.habit.noShow {
			p.w.in(p.habit.press(p.w), p.claim)
			return
		}
		next = max(next, minute) // so rarely do timers of a hidden tab run
	case queue.StateMissed:
		if p.habit.noShow {
			return // nobody presses
		}
		p.w.in(p.habit.press(p.w), p.claim)
		return
	case queue.StateSpent:
		p.lost = "spent"
		return
	}
	p.w.in(next, p.poll)
}

// claim is the press, and what the page of a full room does by itself afterwards.
func (p *person) claim() {
	s, err := p.w.any().Claim(p.place)
	switch {
	case errors.Is(err, queue.ErrUnavailable):
		p.w.in(300, p.claim)
	case err != nil:
		p.w.tb.Fatalf("a claim got %v", err)
	case s.State == queue.StateInside:
		p.enter(s, true)
	case s.State == queue.StateFull:
		if p.asked == 0 {
			p.asked = p.w.now
		}
		p.w.in(p.w.between(3200, 4800), p.claim)
	case s.State == queue.StateSpent:
		p.lost = "spent"
	default:
		p.w.in(p.w.between(1000, 3000), p.poll)
	}
}

// enter begins the visit. A page has pictures, which bring the cookie back at once.
func (p *person) enter(s queue.Standing, claimed bool) {
	w := p.w
	p.entered, p.started, p.last = w.now, s.Started, w.clock()
	if p.called == 0 && !claimed {
		p.called = w.now
	}
	w.entries = append(w.entries, p)
	w.inside++
	w.most.inside = max(w.most.inside, w.inside)
	p.visit = p.habit.visit(w)
	w.in(w.between(100, 900), func() { p.request() })
	p.next()
}

// next waits for the next page that is asked for, or goes.
func (p *person) next() {
	if len(p.visit) == 0 {
		p.left = p.w.now
		p.w.inside--
		if p.habit.finishes {
			if err := p.w.any().Finish(p.w.ctx(), p.place.Visitor); err != nil {
				p.w.tb.Fatal(err)
			}
		}
		return
	}
	gap := p.visit[0]
	p.visit = p.visit[1:]
	p.w.in(gap, func() {
		if p.request() {
			p.next()
			return
		}
		p.resumed = append(p.resumed, resumed{asked: p.w.now})
		p.resume()
	})
}

// request is one with the pass; it reports whether the pass was still good.
func (p *person) request() bool {
	w := p.w
	now := w.clock()
	if now >= min(p.last+w.timing.Idle.Milliseconds(), p.started+w.timing.Max.Milliseconds()) {
		return false
	}
	told := w.any().Touch
	if now-p.last >= 5*second {
		told, p.last = w.any().Prolong, now
	}
	if !told(p.place.Visitor, p.started) {
		w.tb.Errorf("at %d a valid pass was refused", w.now)
	}
	return true
}

// resume asks with a pass that has run out, and again while the room is full.
func (p *person) resume() {
	s, err := p.w.any().Resume(p.place, p.started, p.last)
	switch {
	case err != nil:
		p.w.tb.Fatalf("a return got %v", err)
	case s.State == queue.StateInside:
		p.resumed[len(p.resumed)-1].entered = p.w.now
		p.started, p.last = s.Started, p.w.clock()
		p.next()
	case s.State == queue.StateFull, s.State == queue.StateMissed:
		p.w.in(p.w.between(3200, 4800), p.resume)
	default:
		p.lost = s.State.String()
		p.w.inside--
	}
}
