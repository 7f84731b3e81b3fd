package check

import (
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// Minute is one minute of store time.
type Minute struct {
	At       int64 `json:"at"` // its begin, store ms
	Arrivals int64 `json:"arrivals"`
	Calls    int64 `json:"calls"`
	Entries  int64 `json:"entries"`
	// Allowed is what the pace that was set lets be called in this minute, from its rate for as long as the room was in
	// mode run, without what the burst had saved up before.
	Allowed float64 `json:"allowed"`
	Waiting int64   `json:"waiting"` // in the last snapshot
	Inside  int64   `json:"inside"`
}

const minute = 60_000

// minutes counts by the minute of store time.
type minutes struct {
	list []Minute
	last journal.Marks // the latest snapshot
	when int64         // its time; 0: none yet
}

func newMinutes(from int64) *minutes {
	return &minutes{list: []Minute{{At: from - from%minute}}}
}

// at is the minute of a time that is not before the latest by more than the journals cross.
func (m *minutes) at(ms int64) *Minute {
	for ms >= m.list[len(m.list)-1].At+minute {
		m.list = append(m.list, Minute{At: m.list[len(m.list)-1].At + minute})
	}
	return &m.list[max(0, min(len(m.list)-1, int((ms-m.list[0].At)/minute)))]
}

// snapshot counts the calls that are new in a snapshot.
func (m *minutes) snapshot(at int64, f *journal.Marks) (calls int64) {
	if m.when > 0 && f.Epoch == m.last.Epoch && f.Called < m.last.Called && at == m.when {
		return 0 // the older of two of one millisecond
	}
	switch {
	case m.when == 0 || f.Called < m.last.Called: // the first, or the store counts anew
	default:
		calls = f.Called - m.last.Called
	}
	if m.when > 0 && m.last.Control.Mode == queue.ModeRun {
		m.allow(m.when, at, m.last.Control.Pace.Rate)
	}
	m.last, m.when = *f, at
	now := m.at(at)
	now.Calls += calls
	now.Waiting, now.Inside = f.Waiting+f.Front, f.Inside
	return calls
}

// allow spreads a rate a minute over a span.
func (m *minutes) allow(from, to, rate int64) {
	for from < to {
		now := m.at(from)
		end := min(to, now.At+minute)
		now.Allowed += float64(rate) * float64(end-from) / minute
		from = end
	}
}

func (m *minutes) done() []Minute { return m.list }
