package memstore

import "github.com/einlass/einlass/pkg/queue"

// Every start from state files begins a new epoch, after a clean stop too, but for one that has the files from the process that
// closed them; see Files.After. Nothing in a directory tells whether the process that
// wrote it was the last one, or whether somebody has put a backup back; the numbers that were given since the backup would be
// given again, in the same epoch, if the line went on in it.

// epochOfStart is the epoch that a start from state files begins: that of the second after now, from which on numbers are given
// in it; so no start in another second begins the same. least is the first epoch that is after everything known.
func epochOfStart(now int64, least uint64) uint64 {
	return queue.EpochFrom(queue.EpochAt(now)+1, least)
}

// nextSecond is the time from which on the epoch of a start at now gives numbers.
func nextSecond(now int64) int64 { return (now/1000 + 1) * 1000 }

// beginAgain goes on in a new epoch: later than any that was begun, and above the numbers that may have been given. clean: the
// last process closed the files, as far as can be told.
func (r *room) beginAgain(h *head, note epochNote, clean bool) {
	prev, reserved := r.Epoch, note.given(r.Epoch, max(h.Reserved, r.Last))
	if clean {
		reserved = r.Last
	}
	if note.begun > prev {
		prev = note.begun
	} else if h.Unused {
		prev--
	}
	highest := max(r.highest(), queue.OrderOf(prev, min(reserved, queue.MaxNumber)))
	reserved = queue.Carried(reserved)
	r.begins(epochOfStart(r.now, max(prev, uint64(highest>>epochShift))+1), reserved, func(uint64) uint64 { return reserved })
	r.Born = r.now
	r.Judgement.Tick = 0 // of a clock that may have been another
	if !clean {
		r.Credit, r.CallCredit, r.Mark, r.Tick = 0, 0, r.now, r.now
		r.Hold = max(r.Hold, r.now+r.t.hold)
	}
}

// epochShift is the place of the epoch in an order; see queue.OrderOf.
const epochShift = 22

// highest is the highest order that the figures name, but for that of the last number.
func (r *room) highest() queue.Order {
	highest := r.Opening.Floor
	for _, h := range r.Heads {
		highest = max(highest, h)
	}
	for i := range r.Opening.Draws {
		d := &r.Opening.Draws[i]
		highest = max(highest, d.Base+queue.Order(d.N)-1)
	}
	return highest
}
