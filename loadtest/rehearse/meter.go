package rehearse

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/einlass/einlass/loadtest/drive"
)

// meter measures what the site did during one step. Safe for concurrent use.
type meter struct {
	mu        sync.Mutex
	took      *hdrhistogram.Histogram // µs
	requests  int64
	errors    int64
	sessions  int64 // let in by a gate
	redirects int64
	failures  map[int]int64 // by status
	recent    [2 * int(burstSpan/time.Second)]second
	ok        time.Duration // what an ordinary answer takes at most
	row       int           // ordinary answers since one that was none
}

// second is what came within one, counted since 1970.
type second struct{ at, good, bad int64 }

func newMeter() *meter {
	return &meter{took: newTimes(), failures: map[int]int64{}}
}

// longestTook is what is told apart of how long an answer took.
const longestTook = 10 * time.Minute

// newTimes counts microseconds.
func newTimes() *hdrhistogram.Histogram { return hdrhistogram.New(1, longestTook.Microseconds(), 3) }

// observe takes a request to the site. What the gate answered in its place counts when it is an error of the site's.
func (m *meter) observe(s drive.Sample) (burst bool) {
	failed := isFailure(&s)
	if s.Kind == drive.KindPage && s.Status == 303 || s.Kind == drive.KindArrive && s.FromSite && !failed {
		m.mu.Lock()
		m.sessions++
		m.mu.Unlock()
	}
	if !s.FromSite && !failed || s.Kind == drive.KindPoll || s.Kind == drive.KindAway || s.Kind == drive.KindLeave {
		return false
	}
	ended := s.Due.Add(s.Took)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests++
	_ = m.took.RecordValue(min(max(s.Took, time.Microsecond), longestTook).Microseconds()) // in range
	if m.row++; failed || s.Took > m.ok {
		m.row = 0
	}
	if s.Kind == drive.KindSite && s.Status/100 == 3 {
		m.redirects++
	}
	if failed {
		m.errors++
		m.failures[s.Status]++
	}
	return m.bursting(ended, failed)
}

// inARow is how many ordinary answers there were without another one between them.
func (m *meter) inARow() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.row
}

const (
	burstSpan   = 5 * time.Second
	burstErrors = 10
)

// bursting reports whether, within some seconds, there were ten errors and more of them than good answers: a site in
// trouble, to be left alone at once.
func (m *meter) bursting(at time.Time, failed bool) bool {
	now := at.Unix()
	this := &m.recent[now%int64(len(m.recent))]
	if this.at != now {
		*this = second{at: now}
	}
	if !failed {
		this.good++
		return false
	}
	this.bad++
	var good, bad int64
	for _, s := range m.recent {
		if age := now - s.at; age >= 0 && age <= int64(burstSpan/time.Second) {
			good, bad = good+s.good, bad+s.bad
		}
	}
	return bad >= burstErrors && bad > good
}

// isFailure tells an answer that is no page from one: what a limit, a login or a wrong path answers is quick at any rate,
// and says nothing of what the site can serve. 409 and 422 are what a booking that came too late gets, or a form with
// mistakes.
func isFailure(s *drive.Sample) bool {
	switch {
	case s.Status == http.StatusConflict, s.Status == http.StatusUnprocessableEntity:
		return false
	case !s.FromSite: // the gate's own: a limit or a line is not the site's
		return s.Status == 0 || s.Status >= 500
	}
	return s.Status >= 400 || s.Elsewhere
}

// mostly names what failures mostly were.
func mostly(failures map[int]int64) string {
	most, n := 0, int64(0)
	for status, k := range failures {
		if k > n || k == n && status < most {
			most, n = status, k
		}
	}
	switch {
	case n == 0:
		return ""
	case most == 0:
		return "no answer"
	case most < 400:
		return fmt.Sprintf("status %d to another host", most)
	}
	return fmt.Sprintf("status %d", most)
}

// Step is what one rate did to the site.
type Step struct {
	// Rate is new sessions a minute; Length how long they came.
	Rate   int64         `json:"rate"`
	Length time.Duration `json:"length"`
	// Sessions that were begun during the step.
	Sessions int64 `json:"sessions"`
	Requests int64 `json:"requests"`
	Errors   int64 `json:"errors"` // no answer, or none that is a page
	// Mostly is what most errors were; empty: there were none.
	Mostly string `json:"mostly,omitempty"`
	// Redirects of pages of the script to others.
	Redirects int64 `json:"redirects,omitempty"`

	P50 time.Duration `json:"p50"`
	P90 time.Duration `json:"p90"`
	P99 time.Duration `json:"p99"`
	// Inside is how many were on the site at its end, also those who had no answer yet.
	Inside int64 `json:"inside"`
	// Piled is by how many more than at its beginning.
	Piled int64 `json:"piled"`
	// Why it was bad; empty: it was good.
	Why string `json:"why,omitempty"`
	// Confirming steps are longer.
	Confirming bool `json:"confirming,omitempty"`
}

// wanted is how many sessions are to begin in the step.
func (s *Step) wanted() float64 { return float64(s.Rate) * s.Length.Minutes() }

// step writes the figures into s. The times are a copy.
func (m *meter) step(s *Step) *hdrhistogram.Histogram {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := func(q float64) time.Duration { return time.Duration(m.took.ValueAtQuantile(q)) * time.Microsecond }
	s.Sessions, s.Requests, s.Errors, s.P50, s.P90, s.P99 = m.sessions, m.requests, m.errors, at(50), at(90), at(99)
	s.Mostly, s.Redirects = mostly(m.failures), m.redirects
	return hdrhistogram.Import(m.took.Export())
}
