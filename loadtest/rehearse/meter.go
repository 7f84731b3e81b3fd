package rehearse

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/einlass/einlass/loadtest/drive"
)

// meter measures what the site did during one step. Safe for concurrent use.
type meter struct {
	mu       sync.Mutex
	took     *hdrhistogram.Histogram // µs
	requests int64
	errors   int64
	sessions int64 // let in by a gate
	recent   []bad // server errors and silence of the last seconds
	answers  int64 // within the same span
	since    time.Time
	ok       time.Duration // what an ordinary answer takes at most
	row      int           // ordinary answers since one that was none
}

type bad struct{ at time.Time }

func newMeter() *meter {
	return &meter{took: newTimes()}
}

// longestTook is what is told apart of how long an answer took.
const longestTook = 10 * time.Minute

// newTimes counts microseconds.
func newTimes() *hdrhistogram.Histogram { return hdrhistogram.New(1, longestTook.Microseconds(), 3) }

// observe takes a request to the site. What the gate answered in its place counts when it is an error of the site's.
func (m *meter) observe(s drive.Sample) (burst bool) {
	failed := s.Status == 0 || s.Status >= 500
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
	if failed {
		m.errors++
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
	if at.Sub(m.since) > burstSpan {
		m.since, m.answers = at, 0
	}
	if !failed {
		m.answers++
		return false
	}
	kept := m.recent[:0]
	for _, b := range m.recent {
		if at.Sub(b.at) <= burstSpan {
			kept = append(kept, b)
		}
	}
	m.recent = append(kept, bad{at})
	return len(m.recent) >= burstErrors && int64(len(m.recent)) > m.answers
}

// Step is what one rate did to the site.
type Step struct {
	// Rate is new sessions a minute; Length how long they came.
	Rate   int64         `json:"rate"`
	Length time.Duration `json:"length"`
	// Sessions that were begun during the step.
	Sessions int64         `json:"sessions"`
	Requests int64         `json:"requests"`
	Errors   int64         `json:"errors"` // no answer, or a server error
	P50      time.Duration `json:"p50"`
	P90      time.Duration `json:"p90"`
	P99      time.Duration `json:"p99"`
	// Inside is how many were inside at its end.
	Inside int64 `json:"inside"`
	// Piled is by how many more than at its beginning.
	Piled int64 `json:"piled"`
	// Why it was bad; empty: it was good.
	Why string `json:"why,omitempty"`
	// Confirming steps are longer.
	Confirming bool `json:"confirming,omitempty"`
}

// step writes the figures into s. The times are a copy.
func (m *meter) step(s *Step) *hdrhistogram.Histogram {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := func(q float64) time.Duration { return time.Duration(m.took.ValueAtQuantile(q)) * time.Microsecond }
	s.Sessions, s.Requests, s.Errors, s.P50, s.P90, s.P99 = m.sessions, m.requests, m.errors, at(50), at(90), at(99)
	return hdrhistogram.Import(m.took.Export())
}
