package citizens

import "sync"

// Stats is what a crowd has counted. Arrived = Waiting + Inside + the outcomes,
// always.
type Stats struct {
	Arrived int `json:"arrived"`
	Skipped int `json:"skipped"` // did not come because too many were under way

	Waiting int `json:"waiting"` // now: before the gate, or for a first page
	Inside  int `json:"inside"`  // now: on the site

	Booked     int `json:"booked"`
	SoldOut    int `json:"sold_out"`    // came in and found no place left
	GaveUp     int `json:"gave_up"`     // patience ended
	TurnedAway int `json:"turned_away"` // the waiting room was closed
	Failed     int `json:"failed"`      // pages that a citizen could not make sense of
	Stopped    int `json:"stopped"`     // the crowd was ended

	Requests int `json:"requests"` // pages and polls
	Polls    int `json:"polls"`
	Errors   int `json:"errors"`    // no answer, 429 or 5xx
	Lined    int `json:"lined"`     // times that somebody was shown a waiting page instead of the site
	LetIn    int `json:"let_in"`    // times that somebody came from there to the site
	LinedOut int `json:"lined_out"` // times that somebody inside was sent back to the line
}

type outcome int

const (
	booked outcome = iota
	soldOut
	gaveUp
	turnedAway
	failed
	stopped
)

// meter keeps Stats under one lock, so that they add up at every moment.
type meter struct {
	mu sync.Mutex
	s  Stats
}

// arrive counts a citizen in, unless too many are under way.
func (m *meter) arrive(most int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.s.Waiting+m.s.Inside >= most {
		m.s.Skipped++
		return false
	}
	m.s.Arrived++
	m.s.Waiting++
	return true
}

// move notes that a citizen went from before the gate to the site or back.
func (m *meter) move(wasInside, isInside bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.place(wasInside, -1)
	m.place(isInside, +1)
}

func (m *meter) place(inside bool, n int) {
	if inside {
		m.s.Inside += n
	} else {
		m.s.Waiting += n
	}
}

// leave counts a citizen out.
func (m *meter) leave(o outcome, inside bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.place(inside, -1)
	*m.counter(o)++
}

func (m *meter) counter(o outcome) *int {
	return [...]*int{
		booked: &m.s.Booked, soldOut: &m.s.SoldOut, gaveUp: &m.s.GaveUp,
		turnedAway: &m.s.TurnedAway, failed: &m.s.Failed, stopped: &m.s.Stopped,
	}[o]
}

func (m *meter) count(counter func(*Stats)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	counter(&m.s)
}
