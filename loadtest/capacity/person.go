package capacity

import (
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// Person is somebody with a browser, or a program without a person.
type Person struct {
	w     *World
	habit Habit
	Place queue.Place
	// Start says of which store the place is: of the first, the second …
	Start int
	shown int64
	quit  bool // the page is closed for good
	away  bool // the page is closed, and will be opened again

	Came    int64
	Called  int64 // when the page first said so; 0: never
	Asked   int64 // when the door was first found closed; 0: never
	Entered int64 // 0: never
	Left    int64
	// Stay is how long the visit takes that the person has in mind.
	Stay int64

	started, last int64 // of the pass, in store time
	visit         []int64
	Resumed       []Resumed
	Lost          string // what the ticket came to instead
}

// Resumed is one return after the stay had run out. Entered is 0 until it succeeds.
type Resumed struct{ Asked, Entered int64 }

// Arrive is the first request of a browser.
func (w *World) Arrive(h Habit) *Person {
	p := &Person{w: w, habit: h, Came: w.now, shown: -1}
	w.People = append(w.People, p)
	p.load()
	return p
}

// load asks for a place, and again while the store is away.
func (p *Person) load() {
	w, h := p.w, p.habit
	j, err := w.any().Arrive(queue.Arrival{})
	if errors.Is(err, queue.ErrUnavailable) {
		w.In(300, p.load)
		return
	}
	if err != nil {
		w.fail(wrong("an arrival", err))
		return
	}
	p.Place, p.Start = j.Place, w.Starts
	w.Given = append(w.Given, p)
	switch {
	case j.State == queue.StateInside && h.Cookieless:
		// The page that it was given was all.
	case j.State == queue.StateInside:
		p.enter(j.Standing, false)
	case h.Cookieless || h.Deaf:
		w.any().Peek(p.Place)
	default:
		w.In(w.any().Peek(p.Place).Next.Milliseconds(), p.poll)
		p.plan()
	}
}

// plan plans what somebody does in the line besides waiting.
func (p *Person) plan() {
	w, h := p.w, p.habit
	if h.Quits != nil {
		w.In(h.Quits(w.Dice), func() {
			if p.Called == 0 {
				p.quit = true
				p.close()
			}
		})
	}
	if h.Returns != nil {
		after, span := h.Returns(w.Dice)
		w.In(after, func() {
			if p.Called != 0 {
				return
			}
			p.away = true
			p.close()
			w.In(span, func() {
				p.away = false
				p.poll()
			})
		})
	}
}

// close is the end of a page in the line.
func (p *Person) close() {
	if p.habit.Beacon {
		p.w.any().Away(p.Place)
	}
}

// poll is what the page does.
func (p *Person) poll() {
	if p.quit || p.away {
		return
	}
	a := p.w.any().Poll(p.Place, p.shown)
	if a.Ahead >= 0 {
		p.shown = a.Ahead
	}
	next := a.Next.Milliseconds()
	if p.habit.Hidden {
		next = max(next, hiddenTimer)
	}
	switch a.State {
	case queue.StateCalled, queue.StateInside, queue.StateFull:
		if p.Called == 0 {
			p.Called = p.w.now
		}
		if !p.habit.NoShow {
			p.w.In(p.habit.Press(p.w.Dice), p.claim)
			return
		}
		next = max(next, hiddenTimer)
	case queue.StateMissed:
		if p.habit.NoShow {
			return // nobody presses
		}
		p.w.In(p.habit.Press(p.w.Dice), p.claim)
		return
	case queue.StateSpent:
		p.Lost = "spent"
		return
	}
	p.w.In(next, p.poll)
}

// claim is the press, and what the page of a full room does by itself afterwards.
func (p *Person) claim() {
	s, err := p.w.any().Claim(p.Place)
	switch {
	case errors.Is(err, queue.ErrUnavailable):
		p.w.In(300, p.claim)
	case err != nil:
		p.w.fail(wrong("a claim", err))
	case s.State == queue.StateInside:
		p.enter(s, true)
	case s.State == queue.StateFull:
		if p.Asked == 0 {
			p.Asked = p.w.now
		}
		p.w.In(p.w.Between(3200, 4800), p.claim)
	case s.State == queue.StateSpent:
		p.Lost = "spent"
	default:
		p.w.In(p.w.Between(1000, 3000), p.poll)
	}
}

// enter begins the visit.
func (p *Person) enter(s queue.Standing, claimed bool) {
	w := p.w
	p.Entered, p.started, p.last = w.now, s.Started, w.time()
	if p.Called == 0 && !claimed {
		p.Called = w.now
	}
	w.Entries = append(w.Entries, p)
	w.Inside++
	w.Most.Inside = max(w.Most.Inside, w.Inside)
	p.visit = p.habit.Visit(w.Dice)
	for _, gap := range p.visit {
		p.Stay += gap
	}
	p.parts()
	p.next()
}

// parts are asked for by the page that is shown now.
func (p *Person) parts() {
	p.w.In(PartsAfter(p.w.Dice), func() {
		if p.Left == 0 {
			p.request()
		}
	})
}

// next waits for the next page that is asked for, or goes.
func (p *Person) next() {
	if len(p.visit) == 0 {
		p.Left = p.w.now
		p.w.Inside--
		if p.habit.Finishes && !p.w.settings.Silent {
			if err := p.w.any().Finish(p.w.ctx, p.Place.Visitor); err != nil {
				p.w.fail(fmt.Errorf("a visit that was over: %w", err))
			}
		}
		return
	}
	gap := p.visit[0]
	p.visit = p.visit[1:]
	p.w.In(gap, func() {
		if p.request() {
			p.parts()
			p.next()
			return
		}
		p.Resumed = append(p.Resumed, Resumed{Asked: p.w.now})
		p.resume()
	})
}

// request is one with the pass; it reports whether the pass was still good.
func (p *Person) request() bool {
	w := p.w
	now := w.time()
	if now >= min(p.last+w.Timing.Idle.Milliseconds(), p.started+w.Timing.Max.Milliseconds()) {
		return false
	}
	told := w.any().Touch
	if now-p.last >= 5*Second {
		told, p.last = w.any().Prolong, now
	}
	if !told(p.Place.Visitor, p.started) {
		w.settings.Report(fmt.Errorf("at %d a valid pass was refused: %w", w.now, ErrRule))
	}
	return true
}

// resume asks with a pass that has run out, and again while the room is full.
func (p *Person) resume() {
	s, err := p.w.any().Resume(p.Place, p.started, p.last)
	switch {
	case err != nil:
		p.w.fail(wrong("a return", err))
	case s.State == queue.StateInside:
		p.Resumed[len(p.Resumed)-1].Entered = p.w.now
		p.started, p.last = s.Started, p.w.time()
		p.next()
	case s.State == queue.StateFull, s.State == queue.StateMissed:
		p.w.In(p.w.Between(3200, 4800), p.resume)
	default:
		p.Lost = s.State.String()
		p.w.Inside--
	}
}
