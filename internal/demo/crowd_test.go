package demo

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// crowd plays people before one Capacity and one Ledger in virtual time: they
// come, wait for pages, press reload, lose their sessions, give up.
type crowd struct {
	cfg      crowdConfig
	site     Config
	random   *rand.Rand
	capacity *Capacity
	ledger   *Ledger

	now    time.Time
	events eventHeap
	people []citizen
	asked  map[uint64]asked // by request id
	line   []int32          // people before the gate, in order
	gaveUp int              // people who left without an appointment
}

// crowdConfig describes the people; README.md gives the reasons.
type crowdConfig struct {
	waves    []wave
	until    time.Time
	timeout  time.Duration // of a browser
	think    time.Duration // mean time on a page
	typing   time.Duration // mean time on the form
	reload   time.Duration // mean time until an error page is reloaded
	patience time.Duration // mean time until somebody gives up
	gate     int           // people let in per minute; 0: there is no gate
}

// wave is the crowd of one opening.
type wave struct {
	opens  time.Time
	people int
	eager  float64       // share that comes within minutes of the opening
	tail   time.Duration // mean delay of the others
}

type citizen struct {
	leaves  time.Time
	slot    string
	step    int    // index into BookingPath
	try     uint32 // the request that it waits for; older ones it has given up
	crashes int    // of the server, when its session began
	inside  bool   // let in by the gate
	left    bool
}

type asked struct {
	who  int32
	try  uint32
	step int
}

// The steps of BookingPath.
const (
	atStart = iota
	atCalendar
	atChoose
	atForm
	atSubmit
	atConfirmation
)

func newCrowd(t testing.TB, site Config, cfg crowdConfig, seed uint64) *crowd {
	t.Helper()
	capacity, err := NewCapacity(site.Curve, cfg.waves[0].opens.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := NewLedger(site.Calendar, !site.GuardOff, site.Hold, rand.NewChaCha8([32]byte{byte(seed)}))
	if err != nil {
		t.Fatal(err)
	}
	return &crowd{
		cfg: cfg, site: site, random: rand.New(rand.NewPCG(seed, 0)),
		capacity: capacity, ledger: ledger, asked: map[uint64]asked{},
	}
}

// run plays until the end of the day, each event at its time.
func (c *crowd) run() {
	c.arrive()
	crashes := 0
	for {
		next, busy := c.capacity.Next()
		if len(c.events) > 0 && (!busy || c.events[0].at < next.UnixNano()) {
			next = time.Unix(0, c.events[0].at)
		} else if !busy {
			break
		}
		if next.After(c.cfg.until) {
			break
		}
		c.now = next
		for _, o := range c.capacity.Advance(next) {
			c.answer(o)
		}
		if n := c.capacity.Load().Crashes; n != crashes {
			crashes = n
			c.ledger.DropHolds()
		}
		for len(c.events) > 0 && c.events[0].at <= next.UnixNano() {
			c.handle(c.events.pop())
		}
	}
	c.now = c.cfg.until
	c.capacity.Advance(c.now)
}

func (c *crowd) arrive() {
	for _, w := range c.cfg.waves {
		for range w.people {
			at := w.opens.Add(time.Duration((c.random.NormFloat64() - 0.5) * float64(4*time.Minute)))
			if c.random.Float64() >= w.eager {
				at = w.opens.Add(c.about(w.tail))
			}
			c.people = append(c.people, citizen{leaves: at.Add(c.about(c.cfg.patience))})
			c.events.push(event{at: at.UnixNano(), who: int32(len(c.people) - 1), kind: evAct})
		}
	}
	if c.cfg.gate > 0 {
		c.events.push(event{at: c.cfg.waves[0].opens.UnixNano(), kind: evGate})
	}
}

func (c *crowd) handle(e event) {
	switch e.kind {
	case evAct:
		c.act(e.who)
	case evTimeout:
		if p := &c.people[e.who]; p.try == e.try && !p.left {
			p.try++ // the browser gives up; the server does not learn of it
			c.later(e.who, c.about(c.cfg.reload/4))
		}
	case evGate:
		// The line ends when the places do, and moves on when there are new ones.
		if len(c.line) > 0 && c.ledger.Tally(c.now).Left > 0 {
			who := c.line[0]
			c.line = c.line[1:]
			c.people[who].inside = true
			c.act(who)
		}
		c.events.push(event{at: c.now.Add(time.Minute / time.Duration(c.cfg.gate)).UnixNano(), kind: evGate})
	}
}

// act asks for the page that the person is at.
func (c *crowd) act(who int32) {
	p := &c.people[who]
	if c.cfg.gate > 0 && !p.inside {
		c.line = append(c.line, who)
		return
	}
	if c.cfg.gate == 0 && c.now.After(p.leaves) {
		p.left = true
		c.gaveUp++
		return
	}
	p.try++
	kind := BookingPath()[p.step]
	id, err := c.capacity.Admit(c.now, c.site.Work.Draw(kind, c.random))
	if err != nil {
		c.later(who, c.about(c.cfg.reload))
		return
	}
	c.asked[id] = asked{who, p.try, p.step}
	c.events.push(event{at: c.now.Add(c.cfg.timeout).UnixNano(), who: who, try: p.try, kind: evTimeout})
}

// answer brings the end of a request to whoever still waits for it.
func (c *crowd) answer(o Outcome) {
	a := c.asked[o.ID]
	delete(c.asked, o.ID)
	p := &c.people[a.who]
	waits := p.try == a.try && !p.left
	switch {
	case waits && o.Lost:
		p.try++
		c.later(a.who, c.about(c.cfg.reload))
	case waits:
		p.try++
		c.proceed(a.who, p)
	case !o.Lost && c.site.GuardOff && a.step == atSubmit:
		// Without the guard the site books for a browser that has given up. The
		// reply is lost, so whatever it says makes no difference.
		_, _ = c.ledger.Book(c.now, strconv.Itoa(int(a.who)), p.slot, c.person(a.who))
	}
}

// proceed is what a person does with the page that came.
func (c *crowd) proceed(who int32, p *citizen) {
	if p.step > atCalendar && p.crashes != c.capacity.Load().Crashes {
		p.step = atStart // "your session has ended"
		c.later(who, c.about(c.cfg.think))
		return
	}
	session, wait := strconv.Itoa(int(who)), c.cfg.think
	switch p.step {
	case atStart:
		p.step = atCalendar
	case atCalendar:
		p.crashes = c.capacity.Load().Crashes
		if p.slot = c.pick(); p.slot != "" {
			p.step = atChoose
		} else if wait = c.cfg.reload; p.inside {
			p.left = true // let in after the last place was taken
			c.gaveUp++
			return
		}
	case atChoose:
		p.step, wait = atForm, 0 // a redirect
		if _, _, err := c.ledger.Hold(c.now, session, p.slot); err != nil {
			p.step, wait = atCalendar, c.cfg.think
		}
	case atForm:
		p.step, wait = atSubmit, c.cfg.typing
	case atSubmit:
		p.step, wait = atConfirmation, 0
		_, err := c.ledger.Book(c.now, session, p.slot, c.person(who))
		if errors.Is(err, ErrAlreadyBooked) {
			p.left = true // "you have an appointment already": good to know
			return
		}
		if err != nil {
			p.step, wait = atCalendar, c.cfg.think
		}
	case atConfirmation:
		p.left = true
		return
	}
	c.later(who, c.about(wait))
}

func (c *crowd) person(who int32) Person { return Person{Name: "Person " + strconv.Itoa(int(who))} }

// pick returns one of the appointments with places left, "" if there is none.
func (c *crowd) pick() string {
	free := make([]string, 0, 64)
	for _, a := range c.ledger.Overview(c.now) {
		if a.Left > 0 {
			free = append(free, a.ID)
		}
	}
	if len(free) == 0 {
		return ""
	}
	return free[c.random.IntN(len(free))]
}

func (c *crowd) later(who int32, d time.Duration) {
	c.events.push(event{at: c.now.Add(d).UnixNano(), who: who, kind: evAct})
}

// about draws an exponentially distributed time.
func (c *crowd) about(mean time.Duration) time.Duration {
	return time.Duration(c.random.ExpFloat64() * float64(mean))
}

// event is something that happens to one person, or to the gate.
type event struct {
	at   int64 // Unix time in nanoseconds: one word to compare instead of three
	who  int32
	try  uint32
	kind uint8
}

const (
	evAct = iota
	evTimeout
	evGate
)

// eventHeap is a binary heap by time. Not container/heap: millions of events
// would each be boxed.
type eventHeap []event

func (h *eventHeap) push(e event) {
	*h = append(*h, e)
	s := *h
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if s[i].at >= s[up].at {
			break
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (h *eventHeap) pop() event {
	s := *h
	top, n := s[0], len(s)-1
	s[0] = s[n]
	s = s[:n]
	*h = s
	for i := 0; ; {
		child := 2*i + 1
		if child >= n {
			break
		}
		if right := child + 1; right < n && s[right].at < s[child].at {
			child = right
		}
		if s[child].at >= s[i].at {
			break
		}
		s[i], s[child] = s[child], s[i]
		i = child
	}
	return top
}
