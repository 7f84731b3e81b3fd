package sim

import (
	"crypto/sha256"
	"errors"
	"strconv"
	"time"

	"github.com/einlass/einlass/internal/demo"
	"github.com/einlass/einlass/pkg/queue"
)

// The steps of demo.BookingPath.
const (
	atStart = iota
	atCalendar
	atChoose
	atForm
	atSubmit
	atConfirmation
)

// request is one that the site works on.
type request struct {
	who  uint32
	try  uint32
	step uint8
}

// site is what stands behind the gate, and the people in front of it.
type site struct {
	capacity *demo.Capacity
	ledger   *demo.Ledger
	kinds    []demo.Kind
	rows     []string // appointments by index
	index    map[string]uint16
	events   events
	asked    map[uint64]request // by the capacity's id
	numbers  map[uint32]string  // bookings that will be given back
	crashes  int

	requests, timeouts int64
	peak               int64 // in flight since the last sample
}

// work plays the site until the given time, each event at its own.
func (s *sim) work(until int64) {
	t := &s.site
	for {
		next, busy := t.capacity.Next()
		at := next.Sub(s.start).Nanoseconds()
		if !busy || len(t.events) > 0 && t.events[0].at < at {
			if len(t.events) == 0 {
				break
			}
			at = t.events[0].at
		}
		if at > until {
			break
		}
		s.clock = at
		for _, o := range t.capacity.Advance(s.at()) {
			s.events++
			s.answer(o)
		}
		load := t.capacity.Load()
		t.peak = max(t.peak, int64(load.InFlight()))
		if load.Crashes != t.crashes {
			t.crashes = load.Crashes
			t.ledger.DropHolds()
		}
		for len(t.events) > 0 && t.events[0].at <= at {
			s.happen(t.events.pop())
		}
	}
	s.clock = until
}

// at is the time of the event at hand.
func (s *sim) at() time.Time { return s.start.Add(time.Duration(s.clock)) }

func (s *sim) happen(e event) {
	s.events++
	switch e.kind {
	case evAsk:
		s.ask(e.who)
	case evTimeout:
		if c := &s.people[e.who]; c.try == e.try && !c.state.over() {
			c.try++ // the browser gives up, and the server goes on
			s.site.timeouts++
			s.later(e.who, s.cfg.Scenario.Crowd.Reload/4)
		}
	case evCancel:
		number := s.site.numbers[e.who]
		delete(s.site.numbers, e.who)
		if s.cfg.Gate && s.now > s.lastFreed {
			return
		}
		// A booking of this run that nobody else can give back: it is there.
		_, _ = s.site.ledger.Cancel(number)
		if s.cfg.Gate { // these pages need no pass, so the gateway does not see it
			s.planned.correct = min(s.planned.correct, after(s.now, correctAfter))
		}
	}
}

// appear is a first request without a gate.
func (s *sim) appear(who uint32) {
	c := &s.people[who]
	c.state = inside
	c.leaves = after(s.now, about(s.random, s.cfg.Scenario.Crowd.Patience))
	s.askIn(who, 0)
}

// enter is the first request behind the gate.
func (s *sim) enter(who uint32, started int64) {
	c := &s.people[who]
	c.state, c.sent, c.started = inside, s.now, int32(started-s.startMS)
	s.line.Entered++
	if c.kind != somebody {
		s.nobody.Entries++
		s.ask(who) // one page, and nobody reads it
		s.end(who, gaveUp)
		return
	}
	if s.start.Add(time.Duration(s.now) * time.Millisecond).Before(s.opens) {
		s.line.Early++
	}
	s.went(c)
	s.wentBy(c)
	wait := float32(s.now-c.joined) / 1000
	s.waits, s.recentWaits = append(s.waits, wait), append(s.recentWaits, wait)
	s.askIn(who, 0)
}

// ask requests the page that the citizen is at.
func (s *sim) ask(who uint32) {
	c := &s.people[who]
	if s.cfg.Gate {
		if !s.touch(who, c) {
			return
		}
	} else if s.clock > int64(c.leaves)*int64(time.Millisecond) {
		s.end(who, gaveUp)
		return
	}
	t := &s.site
	c.try++
	t.requests++
	id, err := t.capacity.Admit(s.at(), s.cfg.Scenario.Portal.Work.Draw(t.kinds[c.step], s.random))
	t.peak = max(t.peak, int64(t.capacity.Load().InFlight()))
	if err != nil {
		s.later(who, s.cfg.Scenario.Crowd.Reload)
		return
	}
	t.asked[id] = request{who, c.try, c.step}
	t.events.push(event{
		at: s.clock + s.cfg.Scenario.Crowd.Timeout.Nanoseconds(), who: who, try: c.try, kind: evTimeout,
	})
}

// touch tells of a request as the gateway does, and extends the pass. It reports whether the pass was valid; otherwise the stay
// has to be resumed first.
func (s *sim) touch(who uint32, c *citizen) bool {
	switch {
	case c.kind == somebody && (s.now-c.sent >= s.idle || s.now-c.started >= s.longest):
		s.room.returns.add(who)
		return false
	case c.kind == somebody && s.now-c.sent >= touchEvery:
		c.sent = s.now
		s.room.renews.add(who)
	}
	return true
}

const touchEvery = 5000 // ms

// resumed hears whether a stay goes on that had run out.
func (s *sim) resumed(who uint32, st queue.Standing) {
	c := &s.people[who]
	switch st.State {
	case queue.StateInside:
		c.sent = s.now
		s.count.Resumed++
		s.askIn(who, 0)
	case queue.StateFull, queue.StateMissed:
		s.askIn(who, int64(s.jitter(doorEvery))*int64(time.Millisecond))
	default:
		s.end(who, gaveUp)
	}
}

// answer gives the end of a request to the client, if it still waits.
func (s *sim) answer(o demo.Outcome) {
	t := &s.site
	r := t.asked[o.ID]
	delete(t.asked, o.ID)
	c := &s.people[r.who]
	waits := c.try == r.try && !c.state.over()
	switch {
	case waits && o.Lost:
		c.try++
		s.later(r.who, s.cfg.Scenario.Crowd.Reload)
	case waits:
		c.try++
		s.proceed(r.who, c)
	case !o.Lost && s.cfg.Scenario.Portal.GuardOff && r.step == atSubmit:
		// Without the guard the site books for a browser that has given up; the reply is lost, whatever it says.
		_, _ = t.ledger.Book(s.at(), s.session(r.who), t.rows[c.slot], s.person(r.who))
	}
}

// proceed is what a citizen does with the page that came.
func (s *sim) proceed(who uint32, c *citizen) {
	t, crowd := &s.site, &s.cfg.Scenario.Crowd
	if c.step > atCalendar && c.crashes != uint16(t.crashes) {
		c.step = atStart // "your session has ended"
		s.later(who, crowd.Think)
		return
	}
	wait := crowd.Think
	switch c.step {
	case atStart:
		c.step = atCalendar
	case atCalendar:
		c.crashes = uint16(t.crashes)
		slot, ok := s.pick()
		switch {
		case ok:
			c.slot, c.step = slot, atChoose
		case c.is(second): // one is theirs
			s.confirmed(who, c)
			return
		case s.cfg.Gate:
			s.end(who, turnedAway)
			return
		default:
			wait = crowd.Reload
		}
	case atChoose:
		c.step, wait = atForm, 0 // a redirect
		if _, _, err := t.ledger.Hold(s.at(), s.session(who), t.rows[c.slot]); err != nil {
			c.step, wait = atCalendar, crowd.Think
		}
	case atForm:
		c.step, wait = atSubmit, crowd.Typing
	case atSubmit:
		if !s.submit(who, c) {
			return
		}
		wait = 0
		if c.step == atCalendar {
			wait = crowd.Think
		}
	case atConfirmation:
		if !s.cfg.Gate || !c.is(pair) || c.is(second) {
			s.confirmed(who, c)
			return
		}
		c.habits |= second
		c.step = atCalendar
	}
	s.later(who, wait)
}

// submit sends the form and reports whether the citizen goes on.
func (s *sim) submit(who uint32, c *citizen) bool {
	b, err := s.site.ledger.Book(s.at(), s.session(who), s.site.rows[c.slot], s.person(who))
	switch {
	case errors.Is(err, demo.ErrAlreadyBooked):
		// "You have an appointment already": with the other device, or with a request whose answer never came.
		s.confirmed(who, c)
		return false
	case err != nil:
		c.step = atCalendar
	default:
		c.step = atConfirmation
		s.tell(who, b.Number)
		if s.random.Float64() < s.cfg.Scenario.Crowd.Cancels {
			s.site.numbers[who] = b.Number
		}
	}
	return true
}

// confirmed has an appointment and goes.
func (s *sim) confirmed(who uint32, c *citizen) {
	if s.cfg.Gate {
		s.room.outcomes = append(s.room.outcomes, queue.Outcome{Kind: queue.Finished, Visitor: visitorID(s.seed, who)})
	}
	s.untilBooked = append(s.untilBooked, float32(float64(s.clock)/1e9-float64(c.born)/1e3))
	if _, ok := s.site.numbers[who]; ok {
		s.site.events.push(event{
			at:  s.clock + int64(about(s.random, s.cfg.Scenario.Crowd.CancelIn))*int64(time.Millisecond),
			who: who, kind: evCancel,
		})
	}
	s.end(who, booked)
	if s.cfg.Gate && s.people[who].is(copied) {
		s.people[who].due = s.wheel.put(s.now+triesAgain, who)
	}
}

// tell is what the gateway reports of an answer of the site that is a booking. The site's own number names it.
func (s *sim) tell(who uint32, number string) {
	if !s.cfg.Gate {
		return
	}
	sum := sha256.Sum256([]byte(number))
	s.room.outcomes = append(s.room.outcomes, queue.Outcome{
		Kind: queue.Booked, Visitor: visitorID(s.seed, who), Count: 1, Ref: queue.Code(sum[:len(queue.Code{})]),
	})
}

// triesAgain is how long after the visit somebody with a copy of the cookie tries to get in with it, ms.
const triesAgain = 30_000

// session is the citizen's browser; person is the human, who may have two of them.
func (s *sim) session(who uint32) string { return strconv.FormatUint(uint64(who), 10) }

func (s *sim) person(who uint32) demo.Person {
	if other := s.people[who].other; other > 0 && !s.people[who].owner {
		who = other - 1
	}
	name := "Person "
	if s.people[who].is(second) {
		name = "Partner of "
	}
	return demo.Person{Name: name + strconv.FormatUint(uint64(who), 10)}
}

// pick draws one of the appointments with places left.
func (s *sim) pick() (slot uint16, ok bool) {
	n := 0
	for _, a := range s.site.ledger.Overview(s.at()) {
		if a.Left > 0 {
			n++
			if s.random.IntN(n) == 0 {
				slot = s.site.index[a.ID]
			}
		}
	}
	return slot, n > 0
}

// later asks again after a time around the mean.
func (s *sim) later(who uint32, mean time.Duration) {
	s.askIn(who, int64(s.random.ExpFloat64()*float64(mean)))
}

// askIn lets the citizen ask for a page after so many nanoseconds.
func (s *sim) askIn(who uint32, in int64) {
	s.site.events.push(event{at: s.clock + in, who: who, kind: evAsk})
}
