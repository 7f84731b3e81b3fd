package admission

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// gate is a proxy with a limit in virtual time, before a site that answers each request after its own time, however many there are.
type gate struct {
	*Limit
	meter    *Meter
	r        *rand.Rand
	now      time.Time
	events   events
	waiting  []request
	inFlight int
	peak     int
	client   uint64

	served  int
	waited  time.Duration // in all
	longest time.Duration
}

type request struct {
	kind   Kind
	takes  time.Duration
	came   time.Time
	failed bool
}

type event struct {
	at time.Time
	do func()
}

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)        { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

func newGate(most int) *gate {
	return &gate{Limit: NewLimit(most), meter: NewMeter(), r: rand.New(rand.NewPCG(1, 2)), now: morning}
}

func (g *gate) at(t time.Time, do func()) { heap.Push(&g.events, event{t, do}) }

func (g *gate) run(until time.Time) {
	for len(g.events) > 0 && !g.events[0].at.After(until) {
		e := heap.Pop(&g.events).(event)
		g.now = e.at
		e.do()
	}
	g.now = until
}

// arrive brings a request of a kind.
func (g *gate) arrive(r request) {
	r.came = g.now
	g.waiting = append(g.waiting, r)
	g.admit()
}

func (g *gate) admit() {
	for len(g.waiting) > 0 && g.inFlight < g.Now() {
		r := g.waiting[0]
		g.waiting = g.waiting[1:]
		g.inFlight++
		g.peak = max(g.peak, g.inFlight)
		begun := g.now
		g.at(g.now.Add(r.takes), func() { g.answer(r, begun) })
	}
}

func (g *gate) answer(r request, begun time.Time) {
	g.client++
	e := Exchange{Kind: r.kind, Client: g.client, Took: g.now.Sub(r.came), Worked: g.now.Sub(begun)}
	if r.failed {
		e.Outcome = Failed
	}
	if h, counts := g.meter.Note(e, g.now); counts && r.failed {
		g.Failed()
	} else if counts {
		g.Answered(h, g.inFlight)
	}
	g.inFlight--
	g.served++
	g.waited += begun.Sub(r.came)
	g.longest = max(g.longest, begun.Sub(r.came))
	g.admit()
}

// stream brings requests of a kind for some time from now on, at random, so many a second.
func (g *gate) stream(d time.Duration, rate float64, kind Kind, median time.Duration, shape func(*rand.Rand) float64) {
	end := g.now.Add(d)
	var next func()
	next = func() {
		if g.now.After(end) {
			return
		}
		g.arrive(request{kind: kind, takes: time.Duration(float64(median) * shape(g.r))})
		g.at(g.now.Add(time.Duration(g.r.ExpFloat64()/rate*1e9)), next)
	}
	g.at(g.now, next)
}

// A site that is well must not be throttled, whatever its answers take.
func TestASiteThatIsWellIsNotThrottled(t *testing.T) {
	for name, shape := range map[string]func(*rand.Rand) float64{
		"constant": constant, "exponential": exponential, "lognormal": lognormal(1), "wide": lognormal(1.6),
	} {
		for _, c := range []struct {
			median time.Duration
			rate   float64
		}{{time.Millisecond, 500}, {50 * time.Millisecond, 200}, {2 * time.Second, 30}, {2 * time.Second, 1}} {
			g := newGate(512)
			g.stream(30*time.Second, c.rate, page, c.median, shape)
			g.run(g.now.Add(30 * time.Second)) // the limit finds its place
			g.served, g.waited = 0, 0
			g.stream(time.Minute, c.rate, page, c.median, shape)
			g.run(g.now.Add(90 * time.Second))
			mean := g.waited / time.Duration(max(1, g.served))
			t.Logf("%s, %v, %v a second: limit %d, peak %d, waited %v of %d", name, c.median, c.rate, g.Now(), g.peak, mean, g.served)
			if mean > c.median/20 {
				t.Errorf("%s, %v, %v a second: requests waited %v, at limit %d", name, c.median, c.rate, mean, g.Now())
			}
		}
	}
}

func TestABurstAtTheStartIsThrough(t *testing.T) {
	for _, median := range []time.Duration{time.Millisecond, 100 * time.Millisecond, 2 * time.Second} {
		g := newGate(512)
		for range 200 {
			g.arrive(request{kind: page, takes: time.Duration(float64(median) * lognormal(0.5)(g.r))})
		}
		g.run(g.now.Add(time.Hour))
		if g.served != 200 || g.longest > 6*median {
			t.Errorf("%v: %d were served, the last began after %v", median, g.served, g.longest)
		}
	}
}

// One slow kind among quick ones says nothing about the site, however their shares change.
func TestASlowKindAmongQuickOnesThrottlesNothing(t *testing.T) {
	g := newGate(512)
	for minute := range 20 {
		slow := 0.5
		if minute%2 == 1 {
			slow = 10
		}
		g.stream(time.Minute, 100, page, 20*time.Millisecond, exponential)
		g.stream(time.Minute, slow, form, 3*time.Second, exponential)
		if minute == 4 {
			g.served, g.waited = 0, 0
		}
		g.run(g.now.Add(time.Minute))
	}
	if mean := g.waited / time.Duration(g.served); mean > 2*time.Millisecond {
		t.Errorf("requests waited %v, at limit %d", mean, g.Now())
	}
}

func TestLongPollsThrottleNothing(t *testing.T) {
	g := newGate(512)
	even := func(r *rand.Rand) float64 { return 2 * r.Float64() }
	g.stream(30*time.Minute, 1, form, 12*time.Second, even)
	g.stream(30*time.Minute, 20, page, 50*time.Millisecond, exponential)
	g.run(g.now.Add(15 * time.Minute))
	g.served, g.waited = 0, 0
	g.run(g.now.Add(16 * time.Minute))
	if mean := g.waited / time.Duration(g.served); mean > 5*time.Millisecond {
		t.Errorf("requests waited %v, at limit %d", mean, g.Now())
	}
}

func TestTheLimitFallsWhileAnswersTakeLonger(t *testing.T) {
	l := NewLimit(512)
	for range 2000 {
		l.Answered(Heard{1, 1}, 500)
	}
	if l.Now() != 512 {
		t.Errorf("%d after 2000 answers as usual", l.Now())
	}
	for range 60 {
		l.Answered(Heard{6, 1}, 500)
	}
	if l.Now() > 10 {
		t.Errorf("%d after 60 answers that took six times as long", l.Now())
	}
	for range 300 {
		l.Answered(Heard{1, 1}, l.Now())
	}
	if l.Now() < 200 {
		t.Errorf("%d after 300 answers as usual", l.Now())
	}
}

// What a long illness has taught the long mean must not be a licence for the next.
func TestTheLimitForgetsALongIllness(t *testing.T) {
	l := NewLimit(512)
	for range 5000 {
		l.Answered(Heard{6, 1}, 500)
	}
	for range 150 {
		l.Answered(Heard{1, 1}, 500)
	}
	for range 70 {
		l.Answered(Heard{5, 1}, 500)
	}
	if l.Now() > 30 {
		t.Errorf("%d after 70 answers that took five times as long", l.Now())
	}
}

// Nobody gets used to a site that is ill.
func TestTheLimitStaysLowWhileAnswersTakeLonger(t *testing.T) {
	l := NewLimit(512)
	for range 2000 {
		l.Answered(Heard{1, 1}, 500)
	}
	for range 20_000 {
		l.Answered(Heard{6, 1}, 500)
	}
	if l.Now() > 10 {
		t.Errorf("%d after 20,000 answers that took six times as long", l.Now())
	}
}

// Times that are spread widely are chance, one by one.
func TestWideTimesLeaveTheLimitHigh(t *testing.T) {
	l, r := NewLimit(512), rand.New(rand.NewPCG(1, 2))
	low := 0
	for i := range 50_000 {
		if l.Answered(Heard{lognormal(1.6)(r), 1}, 500); i > 2000 && l.Now() < 256 {
			low++
		}
	}
	if low > 480 {
		t.Errorf("below half of what it may be %d times in 48,000", low)
	}
}

func TestTheLimitStaysWhereItDecidesNothing(t *testing.T) {
	l := NewLimit(512)
	for range 1000 {
		l.Answered(Heard{1, 1}, StartLimit/2-1)
		l.Answered(Heard{0, 1}, StartLimit/2-1)
	}
	if l.Now() != StartLimit {
		t.Errorf("%d", l.Now())
	}
	l.Answered(Heard{0, 1}, StartLimit/2)
	if l.Now() <= StartLimit-1 || l.lim <= StartLimit {
		t.Errorf("%v with half of the places in use", l.lim)
	}
}

func TestTheBoundsOfTheLimit(t *testing.T) {
	for _, most := range []int{-1, 0, 1, 3, 4, StartLimit, StartLimit + 1, 512, 1 << 20} {
		l := NewLimit(most)
		if want := max(1, min(StartLimit, most)); l.Now() != want {
			t.Errorf("%d: begins at %d", most, l.Now())
		}
		r := rand.New(rand.NewPCG(1, 2))
		for i := range 20_000 {
			switch {
			case r.IntN(4) == 0 && i%4000 < 1000:
				l.Failed()
			case i%3000 < 2000:
				l.Answered(Heard{r.ExpFloat64(), 1}, 1<<20)
			default:
				l.Answered(Heard{[]float64{0, 1e-9, 1e300, math.Inf(1)}[r.IntN(4)], 1}, 1<<20)
			}
			if n := l.Now(); n < min(LeastLimit, max(1, most)) || n > max(1, most) {
				t.Fatalf("%d: %d", most, n)
			}
		}
		for range 200 {
			l.Failed()
		}
		if want := max(1, min(LeastLimit, most)); l.Now() != want {
			t.Errorf("%d: falls to %d", most, l.Now())
		}
	}
}

// Ten quick files a page must not hide from the limit that the pages are slow.
func TestQuickFilesDoNotHideSlowPagesFromTheLimit(t *testing.T) {
	p, l := play(), NewLimit(200)
	load := func(pages int, page_ time.Duration) {
		for range pages {
			for n := range 11 {
				p.now = p.now.Add(10 * time.Millisecond)
				p.client++
				e := Exchange{Kind: KindStyle, Client: p.client, Worked: 5 * time.Millisecond}
				if n == 0 {
					e.Kind, e.Worked = page, page_
				}
				e.Took = e.Worked
				if h, counts := p.Note(e, p.now); counts {
					l.Answered(h, l.Now())
				}
			}
		}
	}
	load(1000, 200*time.Millisecond)
	if got := l.Now(); got < 190 {
		t.Errorf("%d while the site is well", got)
	}
	load(40, 1600*time.Millisecond)
	if got := l.Now(); got > 20 {
		t.Errorf("%d after forty slow pages", got)
	}
	load(400, 200*time.Millisecond)
	if got := l.Now(); got < 150 {
		t.Errorf("%d when it is well again", got)
	}
}
