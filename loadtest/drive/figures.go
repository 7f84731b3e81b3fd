package drive

import (
	"strconv"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// late is how much after its time a request may start and still count as started in time: what a scheduler takes.
const late = 50 * time.Millisecond

// figures counts everything under one lock, so that it adds up at every moment.
type figures struct {
	observe func(Sample)

	mu       sync.Mutex
	began    time.Time
	every    time.Duration
	kinds    [kinds]kindFigures
	ends     [numberOutcomes]int64
	waits    *hdrhistogram.Histogram // ms, of those who stood in line
	arrived  int64
	numbers  int64
	claims   int64
	straight int64 // claims of people who did not have to wait
	lostN    int64
	silent   time.Duration

	insideNow, lineNow   int64
	insideMost, lineMost int64

	seconds []second
	slots   []slot
}

type kindFigures struct {
	took   *hdrhistogram.Histogram // µs, from when it was due
	late   int64
	status map[int]int64
	errors map[string]int64
}

type second struct{ requests, polls uint32 }

// slot is one line of the table over time.
type slot struct{ arrived, requests, polls, errors, claims, inside, line int64 }

const longestRequest = 10 * time.Minute

func newFigures(began time.Time, every time.Duration, observe func(Sample)) *figures {
	f := &figures{began: began, every: every, observe: observe, waits: hdrhistogram.New(1, (24 * time.Hour).Milliseconds(), 3)}
	for k := range f.kinds {
		f.kinds[k] = kindFigures{
			took:   hdrhistogram.New(1, longestRequest.Microseconds(), 3),
			status: map[int]int64{}, errors: map[string]int64{},
		}
	}
	return f
}

// request counts one that has ended.
func (f *figures) request(k Kind, due time.Time, a *answer) {
	took := max(a.came.Sub(due), time.Microsecond)
	f.mu.Lock()
	kf := &f.kinds[k]
	_ = kf.took.RecordValue(min(took, longestRequest).Microseconds()) // in range, so it cannot fail
	if a.sent.Sub(due) > late {
		kf.late++
	}
	s := f.slot(a.came)
	s.requests++
	if a.err != nil {
		kf.errors[errorKind(a.err)]++
	} else {
		kf.status[a.Status]++
	}
	if !a.ok() {
		s.errors++
	}
	sec := f.second(a.came)
	sec.requests++
	if k == KindPoll {
		s.polls++
		sec.polls++
	}
	f.mu.Unlock()
	if f.observe != nil {
		f.observe(Sample{
			Kind: k, Due: due, Took: took, Status: a.Status, Elsewhere: a.Elsewhere,
			FromSite: a.err == nil && a.State == "" && (k == KindSite || k == KindForm || k == KindArrive || k == KindPage),
		})
	}
}

func at[T any](of *[]T, i int) *T {
	for len(*of) <= i {
		var zero T
		*of = append(*of, zero)
	}
	return &(*of)[i]
}

func (f *figures) slot(t time.Time) *slot {
	i := int(max(0, t.Sub(f.began)) / f.every)
	s := at(&f.slots, i)
	s.inside, s.line = f.insideNow, f.lineNow
	return s
}

func (f *figures) second(t time.Time) *second {
	return at(&f.seconds, int(max(0, t.Sub(f.began))/time.Second))
}

func (f *figures) locked(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

func (f *figures) came(at time.Time) { f.locked(func() { f.arrived++; f.slot(at).arrived++ }) }

func (f *figures) numbered() { f.locked(func() { f.numbers++ }) }

func (f *figures) lost() { f.locked(func() { f.lostN++ }) }

// claimed: somebody has got a pass, after the given time.
func (f *figures) claimed(at time.Time, waited time.Duration, lined bool) {
	f.locked(func() {
		f.claims++
		f.slot(at).claims++
		if !lined {
			f.straight++
			return
		}
		_ = f.waits.RecordValue(max(1, min(waited, 24*time.Hour).Milliseconds())) // in range
	})
}

func (f *figures) silence(d time.Duration) { f.locked(func() { f.silent = max(f.silent, d) }) }

// moved counts people inside and in line up or down.
func (f *figures) moved(inside, line int64) {
	f.locked(func() {
		f.insideNow, f.lineNow = f.insideNow+inside, f.lineNow+line
		f.insideMost, f.lineMost = max(f.insideMost, f.insideNow), max(f.lineMost, f.lineNow)
	})
}

func (f *figures) ended(o outcome) { f.locked(func() { f.ends[o]++ }) }

// quantiles reads a histogram whose unit is given.
func quantiles(h *hdrhistogram.Histogram, unit time.Duration) Quantiles {
	if h.TotalCount() == 0 {
		return Quantiles{}
	}
	v := func(q float64) time.Duration { return time.Duration(h.ValueAtQuantile(q)) * unit }
	return Quantiles{Count: h.TotalCount(), P50: v(50), P90: v(90), P99: v(99), Max: time.Duration(h.Max()) * unit}
}

// read fills in a result.
func (f *figures) read(r *Result) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Arrived, r.Numbers, r.Claims, r.Straight, r.Lost = f.arrived, f.numbers, f.claims, f.straight, f.lostN
	r.MostInLine, r.MostInside, r.LongestSilence = f.lineMost, f.insideMost, f.silent
	r.Waits = quantiles(f.waits, time.Millisecond)
	r.Ends = map[string]int64{}
	for o, n := range f.ends {
		if n > 0 {
			r.Ends[outcomeNames[o]] = n
		}
	}
	for k := range f.kinds {
		kf := &f.kinds[k]
		kind := KindResult{
			Kind: Kind(k).String(), Quantiles: quantiles(kf.took, time.Microsecond), Late: kf.late,
			Status: map[string]int64{}, Errors: map[string]int64{},
		}
		for status, n := range kf.status {
			kind.Status[strconv.Itoa(status)] = n
		}
		for name, n := range kf.errors {
			kind.Errors[name] = n
		}
		r.Requests += kind.Count
		r.Late += kind.Late
		if kind.Count > 0 {
			r.Kinds = append(r.Kinds, kind)
		}
	}
	for _, s := range f.seconds {
		r.MostPolls, r.MostRequests = max(r.MostPolls, int64(s.polls)), max(r.MostRequests, int64(s.requests))
	}
	for i, s := range f.slots {
		r.Times = append(r.Times, Time{
			At: time.Duration(i) * f.every, Arrived: s.arrived, Requests: s.requests, Polls: s.polls, Errors: s.errors,
			Claims: s.claims, Inside: s.inside, InLine: s.line,
		})
	}
}
