package summary

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
	// Allowed is what the pace that was set lets enter in this minute (be called, in journals of the format before), from its rate and
	// the opening's share of it for as long as the room was open in mode run, without what had been saved up before.
	Allowed float64 `json:"allowed"`
	Waiting int64   `json:"waiting"` // in the last snapshot
	Inside  int64   `json:"inside"`  // what counted as inside then, rounded
}

const minute = 60_000

// minutes counts by the minute of store time.
type minutes struct {
	list []Minute
	old  bool          // of the format before: all live stays count as inside
	last journal.Marks // the latest snapshot
	when int64         // its time; 0: none yet
}

func newMinutes(from int64, format int) *minutes {
	return &minutes{list: []Minute{{At: from - from%minute}}, old: format == journal.FormatOld}
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
	if l := &m.last; m.when > 0 && l.Pace.Mode == queue.ModeRun && queue.Phase(l.Phase) == queue.PhaseOpen {
		m.allow(m.when, at, float64(l.Pace.Rate)*float64(l.Share)/1000)
	}
	m.last, m.when = *f, at
	now := m.at(at)
	now.Calls += calls
	now.Waiting, now.Inside = f.Waiting+f.Front, (f.Counted+500)/1000
	if m.old {
		now.Inside = f.Live
	}
	return calls
}

// allow spreads a rate a minute over a span.
func (m *minutes) allow(from, to int64, rate float64) {
	for from < to {
		now := m.at(from)
		end := min(to, now.At+minute)
		now.Allowed += rate * float64(end-from) / minute
		from = end
	}
}

func (m *minutes) done() []Minute { return m.list }
