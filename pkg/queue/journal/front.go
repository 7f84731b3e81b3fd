package journal

import (
	"sort"

	"github.com/einlass/einlass/pkg/queue"
)

// front follows which places were called from the front of the line, and when the line itself was called.
type front struct {
	rises   []int64 // stamps of the snapshots in which the head rose, ascending
	missing bool    // the answer of a tick was lost: until the next snapshot heads are higher than is known, and what rises may have risen before
	loose   int64   // until when it may be, where events come in no known order

	ticks   []tick // calls from the front, by time, ascending
	pending []frontCall
}

// tick is one moment in which places in front were called.
type tick struct {
	at  int64
	max queue.Order // the highest order among them
}

// frontCall is a call from the front that waits to be compared with the others: until the claim window is over, some
// may still come to light.
type frontCall struct {
	order         queue.Order
	since, called int64
}

// keepRises bounds the history of rises and ticks.
const keepRises = 1 << 14

func (f *front) rose(stamp, at int64) {
	if f.missing || at <= f.loose {
		return
	}
	f.rises = append(f.rises, stamp)
	if len(f.rises) > keepRises {
		f.rises = append(f.rises[:0], f.rises[keepRises/2:]...)
	}
}

// riseBetween finds a rise strictly between two stamps.
func (f *front) riseBetween(after, before int64) (stamp int64, ok bool) {
	i := sort.Search(len(f.rises), func(i int) bool { return f.rises[i] > after })
	if i == len(f.rises) || f.rises[i] >= before {
		return 0, false
	}
	return f.rises[i], true
}

// called notes the time since which a place was in front, and the time when it was called.
func (f *front) called(o queue.Order, since, called int64) {
	i := sort.Search(len(f.ticks), func(i int) bool { return f.ticks[i].at >= called })
	switch {
	case i < len(f.ticks) && f.ticks[i].at == called:
		f.ticks[i].max = max(f.ticks[i].max, o)
	default:
		f.ticks = append(f.ticks, tick{})
		copy(f.ticks[i+1:], f.ticks[i:])
		f.ticks[i] = tick{called, o}
	}
	if len(f.ticks) > keepRises {
		f.ticks = append(f.ticks[:0], f.ticks[keepRises/2:]...)
	}
	f.pending = append(f.pending, frontCall{o, since, called})
}

// settle compares the calls that are older than a time, and reports those before which a higher order was called.
func (f *front) settle(before int64, report func(c frontCall, at int64, other queue.Order)) {
	if len(f.pending) == 0 || f.pending[0].called > before {
		return
	}
	rest := f.pending[:0]
	for _, c := range f.pending {
		if c.called > before {
			rest = append(rest, c)
			continue
		}
		i := sort.Search(len(f.ticks), func(i int) bool { return f.ticks[i].at > c.since })
		for ; i < len(f.ticks) && f.ticks[i].at < c.called; i++ {
			if f.ticks[i].max > c.order {
				report(c, f.ticks[i].at, f.ticks[i].max)
				break
			}
		}
	}
	f.pending = rest
}

// forget drops what was before a loss.
func (f *front) forget() { f.rises, f.ticks, f.pending = nil, nil, nil }
