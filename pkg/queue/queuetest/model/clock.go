package model

import "github.com/einlass/einlass/pkg/queue"

// forgetGateways forgets who ticked, and the ticks of their samples and of the verdict, if the clock was set back since: by that
// clock none would be later for as long.
func (r *room) forgetGateways() {
	if r.now < r.tick {
		clear(r.gateways)
		clear(r.samples)
		r.judgement.Tick = 0
	}
}

// putRight puts what is noted later than now earlier by as much as the clock was set back since the last Advance, earliest first, at
// most MaxScan of each set. false: there may be more.
func (r *room) putRight() (all bool) {
	by := r.tick - r.now
	if by <= 0 {
		return true
	}
	all = true
	earlier := func(set times) {
		n := 0
		for _, id := range byTime(set) {
			if set[id] > r.now && n < queue.MaxScan {
				set[id] -= by
				n++
			}
		}
		all = all && n < queue.MaxScan
	}
	earlier(r.calls)
	first, last := times{}, times{}
	for id, a := range r.asking {
		first[id], last[id] = a.first, a.last
	}
	earlier(first)
	earlier(last)
	for id := range r.asking {
		r.asking[id] = asker{first[id], last[id]}
	}
	for g := range r.stays {
		earlier(r.stays[g])
	}
	return all
}
