package journal

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// pace holds calls against a bucket of its own that never holds less than the store's may.
type pace struct {
	known   bool // the rest is
	control queue.Control
	credit  int64 // in queue.Units: the most that the store may have saved up
	mark    int64 // when credit was filled
	counted int64 // calls seen, in the totals of the store
	missing bool  // the answer of a tick was lost: its calls are not known at their time
}

// unknown: the store may have another document, another total and a full bucket.
func (p *pace) unknown() { p.known = false }

func (p *pace) fill(at int64, bounded bool) {
	full := p.control.Pace.Burst * queue.Units
	gap := min(max(0, at-p.mark), full)
	p.credit += gap * p.control.Pace.Rate
	if bounded {
		p.credit = min(p.credit, full)
	}
	p.mark = at
}

// change: an operator's document counts from now on.
func (p *pace) change(at int64, c queue.Control) {
	if !p.known {
		return
	}
	if c.Version != p.control.Version+1 {
		p.known = false
		return
	}
	p.fill(at, true)
	p.control = c
}

// straight: somebody went straight in.
func (p *pace) straight(at int64) {
	if p.known {
		p.fill(at, true)
		p.credit -= queue.Units
		p.counted++
	}
}

// snapshot counts the calls of a snapshot and says what is wrong with them. With exact set, the calls that are new in it were
// made at its time; otherwise at any time since the snapshot before.
func (p *pace) snapshot(at int64, f *Marks, exact bool) (wrong string) {
	full := f.Control.Pace.Burst * queue.Units
	if !p.known || p.control != f.Control {
		p.known, p.control, p.counted, p.mark, p.credit = true, f.Control, f.Called, at, full
		return ""
	}
	p.fill(at, exact && !p.missing)
	calls := f.Called - p.counted
	p.counted, p.missing = f.Called, false
	p.credit -= calls * queue.Units
	if p.credit < 0 {
		wrong = fmt.Sprintf("%d calls more than burst %d and %d a minute allow, %d of them in this snapshot",
			(queue.Units-1-p.credit)/queue.Units, f.Control.Pace.Burst, f.Control.Pace.Rate, calls)
		p.credit = 0
	}
	p.credit = min(p.credit, full)
	return wrong
}
