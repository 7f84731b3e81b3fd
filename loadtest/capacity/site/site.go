package site

import (
	"container/heap"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/demo"
)

// Config is a site and those who are at it.
type Config struct {
	Seed uint64
	Demo demo.Config
	// Think is how long people look at a page in the mean; at the form ten times as long.
	Think time.Duration
	// Factor is how much longer everything takes the site at a time; nil: never. Away says when nobody can connect to it; nil: never.
	Factor func(time.Duration) float64
	Away   func(time.Duration) bool
	// Limited says whether the proxy's in-flight limit adapts.
	Limited bool
	// Off leaves the pace alone, however the site does.
	Off bool
}

const (
	// maxInFlight, queueLength and queueWait are the proxy's, as delivered.
	maxInFlight, queueLength = 512, 256
	queueWait                = 5 * time.Second
	// patience is how long a browser waits, reload how long people do before they load a page again in the mean, and tries how often.
	patience = 30 * time.Second
	reload   = 5 * time.Second
	tries    = 20
	// leastWork is a part of the mean: no page costs nothing.
	leastWork = 0.05
)

// Site is one site. It is not safe for concurrent use.
type Site struct {
	cfg      Config
	random   *rand.Rand
	start    time.Time
	now      time.Duration
	capacity *demo.Capacity
	path     []demo.Kind
	events   events
	seq      int

	asked  map[uint64]*request // by the capacity's id
	flying int                 // requests that the proxy has at the site
	queue  []*request
	limit  *admission.Limit
	meter  *admission.Meter
	health admission.State

	result Result
}

// Result is what came of it.
type Result struct {
	// Booked are the visits that came to the end.
	Booked int
	// Requests were made, Failed of them brought no page.
	Requests, Failed int
	Crashes          int
	// Over is how long the site had more to do than it does best.
	Over time.Duration
}

// visit is somebody inside.
type visit struct {
	client uint64
	step   int
	failed int
}

// request is one request of a visit.
type request struct {
	visit  *visit
	at     time.Duration // when it came
	sent   time.Duration // when it went to the site
	queued bool
	gone   bool // nobody waits for its answer
}

// New begins at a time.
func New(cfg Config, start time.Time) (*Site, error) {
	capacity, err := demo.NewCapacity(cfg.Demo.Curve, start)
	if err != nil {
		return nil, err
	}
	return &Site{
		cfg: cfg, random: rand.New(rand.NewPCG(cfg.Seed, 4)), start: start, capacity: capacity, path: demo.BookingPath(),
		asked: map[uint64]*request{}, limit: admission.NewLimit(maxInFlight), meter: admission.NewMeter(),
	}, nil
}

// Enter lets somebody in.
func (s *Site) Enter() { s.ask(&visit{client: s.random.Uint64()}) }

// Result is what came of it so far.
func (s *Site) Result() Result {
	load := s.capacity.Load()
	s.result.Crashes, s.result.Over = load.Crashes, load.Over
	return s.result
}

// Advance lets the time pass up to now, each event at its own time.
func (s *Site) Advance(now time.Duration) {
	for {
		next, busy := s.capacity.Next()
		at := next.Sub(s.start)
		if !busy || len(s.events) > 0 && s.events[0].at < at {
			if len(s.events) == 0 {
				break
			}
			at = s.events[0].at
		}
		if at > now {
			break
		}
		s.now = max(s.now, at)
		for _, o := range s.capacity.Advance(s.start.Add(s.now)) {
			s.served(o)
		}
		for len(s.events) > 0 && s.events[0].at <= s.now {
			heap.Pop(&s.events).(event).do()
		}
	}
	s.now = now
}

// Judge takes the tick that has just ended, and answers what is known of the site now.
func (s *Site) Judge(tick int64) admission.State {
	sample := s.meter.Sample(tick, 0)
	if s.away() || s.capacity.Down() { // the health check
		sample.Up, sample.Down = false, true
	}
	if !s.cfg.Off {
		s.health = admission.Judge(s.health, &admission.Input{Tick: tick, Last: tick - 1, Samples: []admission.Sample{sample}, Open: true})
	}
	return s.health
}

func (s *Site) away() bool { return s.cfg.Away != nil && s.cfg.Away(s.now) }

func (s *Site) in(d time.Duration, do func()) {
	s.seq++
	heap.Push(&s.events, event{s.now + d, s.seq, do})
}

// about is a time around a mean: half of it, and as much again at random.
func (s *Site) about(mean time.Duration) time.Duration {
	return mean/2 + time.Duration(s.random.ExpFloat64()*float64(mean)/2)
}

// ask is a request of somebody for the page at hand.
func (s *Site) ask(v *visit) {
	r := &request{visit: v, at: s.now}
	s.result.Requests++
	s.in(patience, func() { s.tired(r) })
	switch most := s.most(); {
	case s.flying < most && len(s.queue) == 0:
		s.send(r)
	case len(s.queue) >= queueLength:
		s.fail(r, admission.TimedOut)
	default:
		r.queued = true
		s.queue = append(s.queue, r)
		s.in(queueWait, func() {
			if r.queued {
				s.unqueue(r)
				s.fail(r, admission.TimedOut)
			}
		})
	}
}

func (s *Site) most() int {
	if !s.cfg.Limited {
		return maxInFlight
	}
	return s.limit.Now()
}

// send hands a request to the site.
func (s *Site) send(r *request) {
	s.flying++
	r.sent, r.queued = s.now, false
	work := s.cfg.Demo.Work.Mean(s.kind(r)) * max(leastWork, s.random.ExpFloat64())
	if s.cfg.Factor != nil {
		work *= s.cfg.Factor(s.now)
	}
	if s.away() {
		s.back(r, admission.Unreached)
		return
	}
	id, err := s.capacity.Admit(s.start.Add(s.now), work)
	if err != nil {
		outcome := admission.Failed
		if errors.Is(err, demo.ErrDown) {
			outcome = admission.Unreached
		}
		s.back(r, outcome)
		return
	}
	s.asked[id] = r
}

func (s *Site) kind(r *request) demo.Kind { return s.path[min(r.visit.step, len(s.path)-1)] }

// served is the end of a request at the site.
func (s *Site) served(o demo.Outcome) {
	r := s.asked[o.ID]
	delete(s.asked, o.ID)
	if r == nil || r.gone {
		return
	}
	outcome := admission.Answered
	if o.Lost {
		outcome = admission.Failed
	}
	s.back(r, outcome)
}

// back is the answer, or the end without one, that the proxy has of the site.
func (s *Site) back(r *request, outcome admission.Outcome) {
	r.gone = true
	flying := s.flying
	s.flying--
	heard := s.note(r, outcome)
	if outcome == admission.Answered {
		s.limit.Answered(heard, flying)
	} else {
		s.limit.Failed()
	}
	if outcome == admission.Answered {
		s.read(r.visit)
	} else {
		s.again(r.visit)
	}
	s.next()
}

// next hands on what waits for a place at the site.
func (s *Site) next() {
	for s.flying < s.most() && len(s.queue) > 0 {
		r := s.queue[0]
		s.queue = s.queue[1:]
		s.send(r)
	}
}

// note measures a request.
func (s *Site) note(r *request, outcome admission.Outcome) admission.Heard {
	kind := s.meter.AskedFor("GET", []byte{'/', byte('a' + s.kind(r))}).Kind(200)
	heard, _ := s.meter.Note(admission.Exchange{
		Kind: kind, Client: r.visit.client, Took: s.now - r.at, Worked: s.now - r.sent, Outcome: outcome,
	}, s.start.Add(s.now))
	return heard
}

// read is somebody who looks at a page, and then asks for the next one or goes.
func (s *Site) read(v *visit) {
	v.failed = 0
	if v.step++; v.step == len(s.path) {
		s.result.Booked++
		return
	}
	think := s.cfg.Think
	if s.path[v.step] == demo.KindSubmit {
		think *= 10
	}
	s.in(s.about(think), func() { s.ask(v) })
}

// fail is a request that never reached the site.
func (s *Site) fail(r *request, outcome admission.Outcome) {
	r.gone = true
	r.sent = s.now
	s.note(r, outcome)
	s.again(r.visit)
}

// tired is a browser that waits no longer: the proxy lets go of the request, and the site works on it to the end.
func (s *Site) tired(r *request) {
	if r.gone {
		return
	}
	r.gone = true
	if r.queued {
		s.unqueue(r)
		r.sent = s.now
	} else {
		s.flying--
	}
	s.note(r, admission.Abandoned)
	s.again(r.visit)
	s.next()
}

func (s *Site) unqueue(r *request) {
	for i, q := range s.queue {
		if q == r {
			s.queue = append(s.queue[:i:i], s.queue[i+1:]...)
			break
		}
	}
	r.queued = false
}

// again is somebody whose page did not come.
func (s *Site) again(v *visit) {
	s.result.Failed++
	if v.failed++; v.failed < tries {
		s.in(s.about(reload), func() { s.ask(v) })
	}
}

// event is something that happens at a time, in the order in which it was planned.
type event struct {
	at  time.Duration
	seq int
	do  func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}
