//go:build long

package admission_test

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/demo"
)

// portal is the portal of Speyer with a proxy before it, in virtual time. Nobody holds people back: they come faster than the
// site can serve them, and load again what failed.
type portal struct {
	site    *demo.Capacity
	work    demo.Work
	r       *rand.Rand
	meter   *admission.Meter
	limit   *admission.Limit // nil: max in flight alone
	most    int
	now     time.Time
	events  timeline
	waiting []*visit
	at      map[uint64]*visit

	// counted are those in flight that the limit bounds.
	inFlight, counted, peak, booked, failed int
}

// visit is one request of a person.
type visit struct {
	person *citizen
	came   time.Time
	begun  time.Time
	gone   bool // was answered, or refused
	passed bool // the limit bounds it no more
}

type citizen struct {
	id    uint64
	step  int
	think time.Duration
}

type moment struct {
	at time.Time
	do func()
}

type timeline []moment

func (e timeline) Len() int           { return len(e) }
func (e timeline) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e timeline) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *timeline) Push(x any)        { *e = append(*e, x.(moment)) }
func (e *timeline) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

const (
	queueLength = 256
	queueWait   = 5 * time.Second
	firstByte   = 60 * time.Second
)

func newPortal(seed uint64, most int, limited bool) *portal {
	cfg := demo.Speyer()
	start := time.Date(2021, 6, 14, 8, 0, 0, 0, time.UTC)
	site, err := demo.NewCapacity(cfg.Curve, start)
	if err != nil {
		panic(err)
	}
	p := &portal{
		site: site, work: cfg.Work, r: rand.New(rand.NewPCG(seed, 1)), meter: admission.NewMeter(), most: most, now: start,
		at: make(map[uint64]*visit),
	}
	if limited {
		p.limit = admission.NewLimit(most)
	}
	return p
}

func (p *portal) after(d time.Duration, do func()) { heap.Push(&p.events, moment{p.now.Add(d), do}) }

func (p *portal) run(until time.Time) {
	for {
		next, byItself := p.site.Next()
		if len(p.events) > 0 && (!byItself || p.events[0].at.Before(next)) {
			if p.events[0].at.After(until) {
				return
			}
			e := heap.Pop(&p.events).(moment)
			p.now = e.at
			p.ended()
			e.do()
			continue
		}
		if !byItself || next.After(until) {
			return
		}
		p.now = next
		p.ended()
	}
}

// ended hears of what the site has done.
func (p *portal) ended() {
	for _, o := range p.site.Advance(p.now) {
		v := p.at[o.ID]
		delete(p.at, o.ID)
		if o.Lost {
			p.end(v, admission.Failed)
		} else {
			p.end(v, admission.Answered)
		}
	}
	p.admit()
}

// end is the end of a request that was sent to the site. Its place is free whoever still waits.
func (p *portal) end(v *visit, how admission.Outcome) {
	if v.gone {
		return // timed out before
	}
	p.note(v, how)
	p.inFlight--
	p.pass(v)
	p.reply(v, how == admission.Answered)
}

// pass takes a request out of what the limit bounds.
func (p *portal) pass(v *visit) {
	if !v.passed {
		v.passed = true
		p.counted--
	}
}

func (p *portal) note(v *visit, how admission.Outcome) {
	page := demo.BookingPath()[v.person.step]
	h, counts := p.meter.Note(admission.Exchange{
		Kind: p.meter.AskedFor("GET", fmt.Appendf(nil, "/kind%d", page)).Kind(200), Client: v.person.id, Outcome: how,
		Took: p.now.Sub(v.came), Worked: p.now.Sub(v.begun),
	}, p.now)
	switch {
	case p.limit == nil || !counts:
	case how == admission.Answered:
		p.limit.Answered(h, p.counted)
	default:
		p.limit.Failed()
	}
}

// reply is what the person does then: on to the next page after a while, or the same once more.
func (p *portal) reply(v *visit, ok bool) {
	v.gone = true
	c := v.person
	wait := time.Duration(float64(c.think) * p.r.ExpFloat64())
	if !ok {
		p.failed++
		p.after(2*time.Second+time.Duration(3e9*p.r.ExpFloat64()), func() { p.ask(c) })
		return
	}
	if c.step++; c.step == len(demo.BookingPath()) {
		p.booked++
		return
	}
	p.after(wait, func() { p.ask(c) })
}

func (p *portal) ask(c *citizen) {
	v := &visit{person: c, came: p.now}
	if len(p.waiting) >= queueLength {
		p.reply(v, false)
		return
	}
	p.waiting = append(p.waiting, v)
	p.after(queueWait, func() {
		if v.begun.IsZero() && !v.gone {
			p.note(v, admission.TimedOut)
			p.reply(v, false)
		}
	})
	p.admit()
}

func (p *portal) admit() {
	for len(p.waiting) > 0 {
		if p.inFlight >= p.most || p.limit != nil && p.counted >= p.limit.Now() {
			return
		}
		v := p.waiting[0]
		p.waiting = p.waiting[1:]
		if v.gone {
			continue
		}
		v.begun = p.now
		id, err := p.site.Admit(p.now, p.work.Draw(demo.BookingPath()[v.person.step], p.r))
		p.inFlight++
		p.counted++
		p.peak = max(p.peak, p.inFlight)
		if err != nil {
			p.end(v, admission.Failed)
			continue
		}
		p.at[id] = v
		p.after(admission.Patience, func() { p.pass(v); p.admit() })
		p.after(firstByte, func() {
			if !v.gone {
				p.end(v, admission.TimedOut) // the site works on
				p.admit()
			}
		})
	}
}

// come lets people come for some time, so many a second.
func (p *portal) come(d time.Duration, rate float64, think time.Duration) {
	end := p.now.Add(d)
	id := uint64(0)
	var next func()
	next = func() {
		if p.now.After(end) {
			return
		}
		id++
		p.ask(&citizen{id: id, think: think})
		p.after(time.Duration(p.r.ExpFloat64()/rate*1e9), next)
	}
	p.after(0, next)
}

// The limit alone is no protection of people, who wait and are refused. But it is one of the site: at twice what it can serve the
// portal never falls over, which it does without.
func TestThePortalDoesNotFallOverBehindTheLimit(t *testing.T) {
	for _, think := range []time.Duration{1200 * time.Millisecond, 18 * time.Second} {
		for _, limited := range []bool{false, true} {
			p := newPortal(1, 512, limited)
			p.come(10*time.Minute, 7, think) // it can serve 3.5
			p.run(p.now.Add(10 * time.Minute))
			load := p.site.Load()
			t.Logf("think %v, limited %v: %d crashes, %d booked, past the knee %v, peak %d, %d failed",
				think, limited, load.Crashes, p.booked, load.Over.Round(time.Second), p.peak, p.failed)
			switch {
			case limited && load.Crashes > 0:
				t.Errorf("think %v: %d crashes behind the limit", think, load.Crashes)
			case !limited && load.Crashes == 0:
				t.Errorf("think %v: this load is none", think)
			}
		}
	}
}
