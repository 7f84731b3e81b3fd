package history

import (
	"hash/fnv"
	"math"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/pkg/queue"
)

// fold is what several looks at a column come to.
type fold uint8

const (
	highest fold = iota // of a level the highest
	lowest              // of a level of which little is bad
	total               // counted on and on: asked for as how many a minute
	same                // a name: only kept, and only asked whether it changed
)

// column is one figure of a room.
type column struct {
	name string
	fold fold
	unit float64 // what 1 in a file is worth
}

// columns is the one table of what is kept, a constant. Its order is that of records, and files name it: a name that is here once keeps
// its meaning. The unit of each stands behind it.
var columns = [...]column{
	store:      {"store", lowest, 1},        // 1: the store answers this gateway
	waiting:    {"waiting", highest, 1},     // places in the line
	front:      {"front", highest, 1},       // places that came back
	lobby:      {"lobby", highest, 1},       // people before an opening
	calls:      {"calls", highest, 1},       // called, and not come yet
	asking:     {"asking", highest, 1},      // at the door of a full room
	inside:     {"inside", highest, 1},      // stays
	counted:    {"counted", highest, 0.1},   // of them count as inside
	asked:      {"asked", highest, 0.1},     // entries a minute that operators and plan allow
	factor:     {"factor", lowest, 0.001},   // of it in force
	gateways:   {"gateways", lowest, 1},     // that the store hears of
	waitLow:    {"wait_low", highest, 1},    // seconds that a newcomer waits, from
	waitHigh:   {"wait_high", highest, 1},   // to
	median:     {"median", highest, 0.001},  // seconds that the site's answers take
	failed:     {"failed", highest, 0.001},  // part of the site's answers
	joined:     {"joined", total, 1},        // places given
	admitted:   {"admitted", total, 1},      // entries
	finished:   {"finished", total, 1},      // stays that ended with something done
	left:       {"left", total, 1},          // places given up
	booked:     {"booked", total, 1},        // by the opening
	kept:       {"promises_kept", total, 1}, // ranges of the wait
	early:      {"promises_early", total, 1},
	late:       {"promises_late", total, 1},
	openingKey: {"opening", same, 1}, // what booked belongs to
}

// Indexes of columns.
const (
	store = iota
	waiting
	front
	lobby
	calls
	asking
	inside
	counted
	asked
	factor
	gateways
	waitLow
	waitHigh
	median
	failed
	joined
	admitted
	finished
	left
	booked
	kept
	early
	late
	openingKey
	width
)

// Figures are the values of all columns at one moment; NaN: not known.
type Figures [width]float64

// unknown are figures of which none is known.
func unknown() (f Figures) {
	for c := range f {
		f[c] = math.NaN()
	}
	return f
}

// FiguresOf is what a view says. While the store is away, only that is known.
func FiguresOf(v *queue.View) Figures {
	f := unknown()
	f[store] = 0
	if !v.Known || v.Stale != 0 {
		return f
	}
	s := &v.Snapshot
	put := func(c int, value int64) { f[c] = float64(value) }
	put(store, 1)
	put(waiting, s.Waiting)
	put(front, s.Front)
	put(lobby, 0)
	if s.Opening.Phase == queue.PhaseLobby || s.Opening.Phase == queue.PhaseDrawing {
		put(lobby, v.Came())
	}
	put(calls, s.Calls)
	put(asking, s.Asking)
	put(inside, s.Live)
	f[counted] = float64(s.Counted) / 1000
	f[asked] = 0
	if s.Document.Pace.Mode == queue.ModeRun && s.Opening.Phase == queue.PhaseOpen {
		f[asked] = float64(s.Document.Pace.Rate) * float64(s.Opening.Share) / 1000
	}
	f[factor] = float64(s.Judgement.Factor) / 1000
	put(gateways, s.Gateways)
	if low, high, known := v.NewcomersWait(); known {
		f[waitLow], f[waitHigh] = low.Seconds(), high.Seconds()
	}
	if site := admission.ReadState(s.HealthText()); site.Pace != 0 && s.Document.HealthMode() != queue.HealthOff {
		f[median], f[failed] = float64(site.Median)/1000, float64(site.Failed)/1000
	}
	put(joined, s.Joined)
	put(admitted, s.Admitted)
	put(finished, s.Finished)
	put(left, s.Left)
	put(booked, s.Opening.Booked)
	promises := s.Promises()
	put(kept, promises.Kept)
	put(early, promises.Early)
	put(late, promises.Late)
	f[openingKey] = keyOf(s.Opening.Name)
	return f
}

// keyOf tells openings apart.
func keyOf(opening string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(opening)) // never fails
	return float64(h.Sum32() >> 1)
}

// add takes a later look at the same step.
func (f *Figures) add(g *Figures) {
	for c := range f {
		switch old, now := f[c], g[c]; {
		case math.IsNaN(now):
		case math.IsNaN(old), columns[c].fold == total, columns[c].fold == same:
			f[c] = now
		case columns[c].fold == lowest:
			f[c] = min(old, now)
		default:
			f[c] = max(old, now)
		}
	}
}

// grown is how much a total rose from one look to the next; false: that is not known. What is less than before has been counted from 0
// again, but for bookings, which can be given back.
func grown(c int, a, b *Figures) (float64, bool) {
	d := b[c] - a[c]
	switch {
	case math.IsNaN(d):
		return 0, false
	case c == booked && a[openingKey] != b[openingKey], c != booked && d < 0:
		return b[c], true
	}
	return d, true
}
