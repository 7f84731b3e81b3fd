package memstore

// minReserve is the smallest number of places that may be given between two writes of the marks.
const minReserve = 1000

// reserve is how far numbers may be given in the epoch under way before the marks are written again.
type reserve struct {
	upTo uint64
	// epoch is the one it was made for, first the highest number when it began; given is figures.Given at the last raise.
	epoch, first, given uint64
}

// continued is that of a line which goes on in its epoch: what was given in it was given by the process before.
func continued(r *room, h *head) reserve {
	v := reserve{upTo: r.Last, epoch: r.Epoch, first: r.Last, given: r.Given}
	if !h.Unused {
		v.first = notFirst
	}
	return v
}

// notFirst is no number.
const notFirst = ^uint64(0)

// unused reports whether no number was given in the epoch, and none may be.
func (v *reserve) unused(r *room) bool { return v.epoch == r.Epoch && v.upTo == v.first }

// raise lets n more numbers be given, and leaves room for twice the arrivals since it was raised last, so that a growing crowd
// costs ever fewer writes. It counts the numbers that arrivals were given: how far the last number moved would count the
// reserve that the last crash jumped over, and each crash would cost more than the one before. An epoch in which no number was
// given gets none, so that a process which dies before it gives one uses no epoch up.
func (v *reserve) raise(r *room, n uint64) {
	if v.epoch != r.Epoch {
		*v = reserve{upTo: r.Last, epoch: r.Epoch, first: r.Last, given: r.Given}
	}
	if n == 0 && r.Last == v.first {
		return
	}
	v.upTo = max(v.upTo, r.Last+n+max(minReserve, 2*(n+r.Given-v.given)))
	v.given = r.Given
}

// reserveFor makes sure, before n numbers are given, that a crash cannot make them be given again.
func (k *keeper) reserveFor(r *room, n int) {
	if k == nil || k.reserve.epoch == r.Epoch && r.Last+uint64(n) <= k.reserve.upTo {
		return
	}
	k.reserve.raise(r, uint64(n))
	k.report(k.writeMarks(k.encode(r, r.now, false)))
}
