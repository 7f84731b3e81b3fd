package admission

import (
	"hash/maphash"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Exchange is what became of one request to the site.
type Exchange struct {
	Kind Kind
	// Method and Path are what the Kind is of. They are read while it is noted; no path: what the kind usually takes does not travel.
	Method string
	Path   []byte
	// Client stands for the network that it came from.
	Client uint64
	// Took is how long its sender waited for the answer, the queue in the proxy included and the time to send it excluded; Worked is the
	// part of it in which the site had the request, 0 if it never had.
	Took, Worked time.Duration
	Outcome      Outcome
}

// Outcome is how a request ended.
type Outcome uint8

const (
	// Answered: with a status below 500.
	Answered Outcome = iota
	// Failed: with a 5xx, a reset or something that is no answer.
	Failed
	// TimedOut: not within the time it was given, at the site or in the queue. It is a failure, and its times are at least what is said.
	TimedOut
	// Abandoned: its sender left. It is noted only if it had waited much longer than usual.
	Abandoned
	// Unreached: no connection could be made. No visitor can choose that.
	Unreached
)

// Meter measures the health of one site: it knows what each kind of answer usually takes, and keeps what was seen of the last seconds.
// Requests from outside are not to be noted: strangers cost nothing to send, and must not be able to hold people back.
//
// What one network can add to a Sample is bounded, since visitors can make most sites slow or fail somewhere: four answers in each
// five seconds, or an eighth of all, and one failure a minute. It keeps hashes of paths and of networks for as long as they are
// needed, and nothing else of a request. It has no clock of its own, but the times that it is told. Safe for concurrent use.
type Meter struct {
	seed maphash.Seed
	long atomic.Pointer[map[Kind]struct{}] // the kinds that Long knows; nil: none

	mu    sync.Mutex
	began time.Time
	now   time.Duration // since began; the latest time told

	kinds map[Kind]*kindState
	other *kindState
	full  time.Duration // no kind can be forgotten before
	told  told

	ring    [ringSeconds]second
	tick    int64          // the five seconds that ill is made of
	ratios  [Buckets]int64 // of answers of settled kinds by their weight, since ill was judged
	squares int64          // of these weights
	mean    heavyMean
	ill     float64            // median of the ratios of the last tick with enough answers
	counted int64              // answers in this tick
	shares  [shareSlots]share  // of networks in this tick
	fails   [failSlots]float64 // when each network last failed, in seconds since began + 1

	stand map[int]func() Standing // by the order of Watch
	next  int
}

// second is what was seen in one.
type second struct {
	unix int64
	Sample
}

// share is what a network has added to a tick.
type share struct {
	tick int64
	n    int64
}

const (
	maxKinds    = 256
	kindMemory  = 10 * time.Minute // after which a kind is forgotten if another one needs the place
	ringSeconds = 20
	tickSeconds = 5

	shareSlots, failSlots = 2048, 4096
	// freeShare answers of a network count in each tick, or a part of all.
	freeShare, shareOfAll = 4, 8
	failEvery             = 60.0 // seconds

	loadKept = 0.99 // of kindState.load, each tick

	// illRatio is how many times longer than usual answers take of a site that is not well; enoughAnswers say so.
	illRatio      = 2.0
	enoughAnswers = 10
	// slowRatio is how many times longer than usual an answer takes that is slow.
	slowRatio = 2
	// abandonedRatio is how many times longer than usual somebody has waited whose leaving says something.
	abandonedRatio = 2
	// LongUsual is the usual time from which an answer is taken to wait for something, as a long poll does, instead of being worked on.
	LongUsual = 5 * time.Second
)

// NewMeter makes a Meter that knows nothing.
func NewMeter() *Meter {
	return &Meter{
		seed: maphash.MakeSeed(), kinds: make(map[Kind]*kindState), other: new(kindState), ill: 1, stand: make(map[int]func() Standing),
	}
}

// Heard is what an exchange says to a Limit.
type Heard struct {
	// Ratio is its time at the site, without any wait before, divided by what is usual of its kind; 0: that is not known yet.
	Ratio float64
	// Weight is the usual time of its kind by that of the kinds that take the site's time, above 0 and up to 1: quick files hide no slow
	// pages.
	Weight float64
}

// Note takes one exchange, and reports whether it counts: it does not if its network has had its share.
func (m *Meter) Note(e Exchange, now time.Time) (h Heard, counts bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pass(now)
	k := m.kinds[e.Kind]
	usual := m.usually(k)
	if h.Weight = 1; usual > 0 {
		h.Ratio, h.Weight = float64(e.Worked)/float64(usual), m.mean.weigh(usual.Seconds())
	}
	if e.Outcome == Abandoned && (usual == 0 || e.Took < abandonedRatio*usual) || !m.mayCount(&e) {
		return h, false
	}
	s := m.second(now)
	s.count(&e)
	if e.Outcome == Failed || e.Outcome == Unreached {
		return h, true // however quick it was
	}
	if k == nil {
		if k = m.makeKind(&e); usual == 0 {
			usual = k.time() // it may be known elsewhere
		}
	}
	m.ask(k)
	k.load += usual.Seconds()
	if e.Outcome == Answered {
		k.note(e.Worked, m.now)
	}
	if usual > 0 && usual < LongUsual {
		s.Take(e.Took, usual)
		if e.Took > slowRatio*usual {
			s.Slow |= 1 << (e.Client % 64)
		}
		if k.settled() && e.Worked > 0 {
			w := Weight(usual)
			m.ratios[RatioBucket(e.Worked, usual)] += w
			m.squares += w * w
		}
	}
	return h, true
}

// heavyMean is the mean of usual times, each by its own weight: that of the kinds that take the site's time.
type heavyMean struct{ sum, squares float64 }

// heavyGain is what each answer changes it by.
const heavyGain = 0.01

// weigh takes a usual time, and answers its weight.
func (m *heavyMean) weigh(usual float64) float64 {
	if m.sum == 0 {
		m.sum, m.squares = usual, usual*usual
	}
	m.sum += heavyGain * (usual - m.sum)
	m.squares += heavyGain * (usual*usual - m.squares)
	return min(1, usual*m.sum/m.squares)
}

// count takes a request, however it ended.
func (s *Sample) count(e *Exchange) {
	failed := e.Outcome == Failed || e.Outcome == TimedOut || e.Outcome == Unreached
	s.Requests++
	s.Up = s.Up || e.Outcome == Answered
	if failed {
		s.Failed++
	}
	if e.Kind.isFile() {
		s.Files++
		if failed {
			s.FailedFiles++
		}
	}
}

// pass lets the time pass, and learns at the end of each tick.
func (m *Meter) pass(now time.Time) {
	if m.began.IsZero() {
		m.began = now
	}
	if d := now.Sub(m.began); d > m.now {
		m.now = d
	}
	tick := int64(m.now / (tickSeconds * time.Second))
	if tick == m.tick {
		return
	}
	m.tick, m.counted = tick, 0
	m.judge()
	for _, k := range m.kinds {
		k.load *= loadKept
		m.learn(k, m.ill)
	}
	m.learn(m.other, m.ill)
}

func (m *Meter) learn(k *kindState, ill float64) {
	if !k.ready(m.now) {
		return
	}
	k.learn(m.now, ill)
	m.mark(k)
}

// judge finds out how the site did, over all kinds, in the ticks since it last could.
func (m *Meter) judge() {
	m.ill = m.illNow()
	if m.enough() {
		clear(m.ratios[:])
		m.squares = 0
	}
}

// illNow is how the site does, as far as the last answers say.
func (m *Meter) illNow() float64 {
	if !m.enough() {
		return m.ill
	}
	return RatioMedian(&m.ratios)
}

func (m *Meter) enough() bool { return answersIn(&m.ratios, m.squares) >= enoughAnswers }

// mayCount takes an exchange's part of what its network may add.
func (m *Meter) mayCount(e *Exchange) bool {
	if e.Outcome == Failed || e.Outcome == TimedOut {
		at := &m.fails[e.Client%failSlots]
		now := m.now.Seconds() + 1
		if *at != 0 && now-*at < failEvery {
			return false
		}
		*at = now
		m.counted++
		return true
	}
	if e.Outcome != Unreached {
		s := &m.shares[e.Client%shareSlots]
		if s.tick != m.tick {
			*s = share{tick: m.tick}
		}
		if s.n >= freeShare && s.n*shareOfAll >= m.counted {
			return false
		}
		s.n++
	}
	m.counted++
	return true
}

// second is where to note what is seen now.
func (m *Meter) second(now time.Time) *Sample {
	unix := now.Unix()
	s := &m.ring[uint64(unix)%ringSeconds] //nolint:gosec // any order does
	if s.unix != unix {
		*s = second{unix: unix}
	}
	return &s.Sample
}

// Sample is what was seen in a tick, to within a second: tick k is [5k, 5k+5) seconds after 1970 of a clock that is ahead of the one of Note
// by offset. It has to be asked for within ten seconds of its end. Rooms with one site may each ask, by the clocks of their stores.
func (m *Meter) Sample(tick int64, offset time.Duration) Sample {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sum Sample
	from := time.UnixMilli(tick * tickSeconds * 1000).Add(-offset).Round(time.Second).Unix()
	for i := range m.ring {
		if s := &m.ring[i]; s.unix >= from && s.unix < from+tickSeconds {
			sum.Add(&s.Sample)
		}
	}
	if sum.Up {
		return sum // whoever answers is there
	}
	for _, stands := range m.stand {
		switch stands() {
		case StandingUp:
			sum.Add(&Sample{Up: true})
		case StandingDown:
			sum.Add(&Sample{Down: true})
		}
	}
	return sum
}

// RatioMedian is the median of ratios in the buckets of Sample.Ratio, between the edges of its bucket by proportion; 0: there are none.
func RatioMedian(row *[Buckets]int64) float64 {
	at, ok := median(row)
	if !ok {
		return 0
	}
	return math.Exp2((at - ratioShift) / 2)
}
