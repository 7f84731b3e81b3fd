package journal

import "github.com/einlass/einlass/pkg/queue"

// snapshot checks the figures of a snapshot and raises the heads.
func (v *Invariants) snapshot(e *Event) {
	f, old := e.Snapshot, v.marks
	if v.cfg.Ordered && v.settling != 0 {
		v.settling = 0
		v.steps++
	}
	if old != nil && fell(old, f) {
		same := f.Epoch == old.Epoch
		if same && e.At == v.marksAt && !v.cfg.Ordered {
			return // the older of two snapshots of one millisecond
		}
		if v.cfg.Ordered && (same || f.Epoch < old.Epoch && !v.old) {
			v.report(RuleFigures, e, "epoch, last, heads, floor, cursor, mapping, reports and called went from %v to %v",
				falling(old), falling(f))
		}
		// The store was replaced by an older copy, or a later ticket has shown that it had been.
		v.sum.Losses++
		v.forget()
		old = nil
	}
	if text := v.pace.snapshot(e.At, f, v.cfg.Ordered); text != "" {
		v.report(RulePace, e, "%s", text)
	}
	if v.old {
		v.oldInside(e, old)
	} else {
		v.checkRoom(e, old)
	}
	v.places.revived = false
	for lane, head := range f.Heads {
		v.raise(e, uint8(lane), head)
	}
	v.front.missing = false
	v.marks, v.marksAt = f, e.At
}

// checkRoom checks what a snapshot says beside the one before.
func (v *Invariants) checkRoom(e *Event, old *Marks) {
	f := e.Snapshot
	if old != nil && old.Pace.Strict != f.Pace.Strict {
		v.active.clear()
	}
	if old != nil {
		v.checkSteps(e, old)
		if was, is := int64(old.Last)-int64(old.Given), int64(f.Last)-int64(f.Given); is > was && f.Given > 0 && !v.room.raised {
			v.report(RuleDense, e, "%d numbers were left out: last went from %d to %d while %d were given",
				is-was, old.Last, f.Last, f.Given-old.Given)
		}
	}
	v.checkQuota(e, old)
	v.room.frame(e, v.report)
	v.room.steps = v.steps
}

// checkSteps: nothing happens while the line is held, and nobody is called in a phase without calls, or before the pages of a
// draw know its seed.
func (v *Invariants) checkSteps(e *Event, old *Marks) {
	f, o := e.Snapshot, &v.room
	calls := f.Called - old.Called
	phase := queue.Phase(f.Phase)
	still := f.Cursor == old.Cursor && f.Mapping == old.Mapping && f.Phase == old.Phase
	switch {
	case o.steps != v.steps: // the clock has stepped back between
	case old.Hold > e.At && f.Cursor > old.Cursor:
		v.report(RuleSteps, e, "step %d took effect before the hold of %d was over", f.Cursor, old.Hold)
	case calls <= 0:
	case old.Hold > e.At:
		v.report(RuleSteps, e, "%d calls were made before the hold of %d was over", calls, old.Hold)
	case still && phase != queue.PhaseOpen:
		v.report(RuleSteps, e, "%d calls were made in phase %v", calls, phase)
	case o.closed > e.At || o.closing > e.At && queue.Phase(old.Phase) == queue.PhaseDrawing:
		v.report(RuleSteps, e, "%d calls were made before %d, when the pages know the seed of the draw", calls, max(o.closed, o.closing))
	}
}

// falls lists the figures that never fall in one epoch.
func falling(m *Marks) (figures []uint64) {
	figures = []uint64{m.Epoch, m.Last}
	for _, head := range m.Heads {
		figures = append(figures, uint64(head))
	}
	return append(figures, uint64(m.Floor), m.Cursor, m.Mapping, m.Reports, uint64(m.Called))
}

// fell reports whether a figure fell, or the epoch is another.
func fell(old, f *Marks) bool {
	if f.Epoch != old.Epoch || f.Last < old.Last || f.Floor < old.Floor || f.Cursor < old.Cursor || f.Mapping < old.Mapping ||
		f.Reports < old.Reports || f.Called < old.Called {
		return true
	}
	for lane := range f.Heads {
		if f.Heads[lane] < old.Heads[lane] {
			return true
		}
	}
	return false
}
