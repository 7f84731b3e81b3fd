package journal

import (
	"fmt"
	"maps"
	"slices"
)

// numbers follows which numbers were given in which epoch.
type numbers struct {
	epochs  map[uint64]*book
	current uint64 // the epoch in which the latest number was given
	// uncertain arrivals may have been given numbers that nobody was told.
	uncertain uint64
}

// book is one epoch's numbers.
type book struct {
	given intervals
	// excused are numbers that need not be given: a watermark or a ticket said that they had been before.
	excused intervals
	last    uint64 // the highest of both
}

func newNumbers() numbers { return numbers{epochs: map[uint64]*book{}} }

// give notes a number given and reports whether it is new.
func (n *numbers) give(epoch, number uint64) bool {
	b := n.epochs[epoch]
	if b == nil {
		b = &book{}
		n.epochs[epoch] = b
	}
	if epoch != n.current && number > b.last+1 && b.last > 0 {
		// An epoch that is begun again, after a loss within its second: numbers go on from a bound, not from the last.
		b.excused.add(b.last+1, number-1)
	}
	n.current = epoch
	b.last = max(b.last, number)
	return b.given.add(number, number)
}

// raise notes that numbers up to one are taken, whether or not they were given. It matters only after the first number
// of an epoch: what an epoch begins with is its own affair.
func (n *numbers) raise(number uint64) {
	if b := n.epochs[n.current]; b != nil && number > b.last {
		b.excused.add(b.last+1, number)
		b.last = number
	}
}

// close reports when more numbers are missing than arrivals went unanswered.
func (n *numbers) close(report func(string)) {
	var missing uint64
	first := ""
	for _, epoch := range slices.Sorted(maps.Keys(n.epochs)) {
		b := n.epochs[epoch]
		for _, hole := range b.given.holes() {
			m := b.excused.lacking(hole)
			if m > 0 && first == "" {
				first = fmt.Sprintf("epoch %d from %d to %d", epoch, hole.lo, hole.hi)
			}
			missing += m
		}
	}
	if missing > n.uncertain {
		report(fmt.Sprintf("%d numbers were never given, first in %s; %d arrivals went unanswered",
			missing, first, n.uncertain))
	}
}
