package memstore

import "github.com/einlass/einlass/pkg/queue"

// entry is a member of a tree by time.
type entry struct {
	at  int64
	ref uint32
}

// later are the members of a tree by time that are noted later than now, earliest first, at most MaxScan.
func (r *room) later(t *tree) (found []entry) {
	t.from(int(until(t, r.now)), func(at uint64, ref uint32) bool {
		found = append(found, entry{int64(at), ref})
		return len(found) < queue.MaxScan
	})
	return found
}

// forgetGateways forgets who ticked, and the ticks of their samples and of the verdict, if the clock was set back since: by that
// clock none would be later for as long.
func (r *room) forgetGateways() {
	if r.now < r.Tick {
		clear(r.gateways)
		clear(r.samples)
		r.Judgement.Tick = 0
	}
}

// putRight puts what is noted later than now earlier by as much as the clock was set back since the last Advance, at most MaxScan
// of each set. false: there may be more.
func (r *room) putRight() (all bool) {
	by := r.Tick - r.now
	if by <= 0 {
		return true
	}
	all = true
	earlier := func(t *tree, note func(ref uint32, at int64)) {
		found := r.later(t)
		for _, e := range found {
			note(e.ref, e.at-by)
		}
		all = all && len(found) < queue.MaxScan
	}
	earlier(r.calls, func(ref uint32, at int64) { r.move(ref, inCalls, at) })
	earlier(r.asking, func(ref uint32, first int64) { r.askAt(ref, first, r.asked[ref]) })
	earlier(r.askedLast, func(ref uint32, last int64) { r.askAt(ref, r.slab.at(ref).at, last) })
	for group, t := range r.told {
		earlier(t, func(ref uint32, at int64) { r.tell(ref, int8(group), at) })
	}
	return all
}
