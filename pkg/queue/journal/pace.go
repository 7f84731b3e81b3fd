package journal

import (
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// pace holds calls and entries against buckets of its own that never hold less than the store's may: health counts as 1.
type pace struct {
	old     bool // pace was paid at the call
	known   bool // the rest is
	version int64
	pace    Pace
	share   int64
	calls   bucket
	entries bucket
	missing bool // the answer of a tick was lost: its calls are not known at their time
}

// bucket is a token bucket.
type bucket struct {
	credit  int64 // in queue.Units: the most that the store may have saved up
	mark    int64 // when credit was filled
	counted int64 // what was paid, in the totals of the store
}

// unknown: the store may have another document, another total and full buckets.
func (p *pace) unknown() { p.known = false }

// sizes are the capacities and speeds (units a millisecond) of the two buckets.
func (p *pace) sizes() (calls, callSpeed, entries, entrySpeed int64) {
	speed, burst := p.pace.Rate*p.share, p.pace.Burst*queue.Units
	if p.old {
		return burst, speed, 0, 0
	}
	// Entries may also use ten seconds of the pace that nobody used; calls run ahead three times as fast.
	return 3 * burst, 3 * speed, burst + 10_000*1000*p.pace.Rate, speed
}

func (b *bucket) fill(at, size, speed int64, bounded bool) {
	if gap := max(0, at-b.mark); speed > 0 {
		b.credit += min(gap, size/speed+1) * speed
	}
	b.mark = at
	if bounded {
		b.credit = min(b.credit, size)
	}
}

// fill pays what the time up to at gives. bounded: what does not fit is lost, so nothing may be paid before at any more.
func (p *pace) fill(at int64, boundedCalls, boundedEntries bool) {
	calls, callSpeed, entries, entrySpeed := p.sizes()
	p.calls.fill(at, calls, callSpeed, boundedCalls)
	p.entries.fill(at, entries, entrySpeed, boundedEntries)
}

// pass: an ordered journal goes on at a time, which may be earlier than the one before. The store fills its buckets with some
// of its verbs only.
func (p *pace) pass(at int64) {
	if p.known && !p.old && at < p.calls.mark {
		p.fill(at, true, true)
	}
}

// change: an operator's document counts from now on.
func (p *pace) change(at, version int64, to Pace) {
	switch {
	case !p.known || version == p.version:
	case version != p.version+1:
		p.known = false
	default:
		p.fill(at, true, true)
		p.version, p.pace = version, to
	}
}

// straight: somebody went straight in, which an ordered journal or one of the old format tells at its time.
func (p *pace) straight(at int64) {
	if !p.known {
		return
	}
	p.fill(at, true, true)
	p.calls.pay(1)
	p.entries.pay(1)
}

// enter: somebody was let in whose call was paid for before. It says what is wrong with it.
func (p *pace) enter(at int64) (wrong string) {
	if !p.known || p.old {
		return ""
	}
	p.fill(at, true, true)
	p.entries.pay(1)
	return p.short()
}

func (b *bucket) pay(n int64) {
	b.credit -= n * queue.Units
	b.counted += n
}

// short says by how much a bucket was overdrawn, and forgives it.
func (p *pace) short() (wrong string) {
	for _, b := range []struct {
		what string
		*bucket
	}{{"calls", &p.calls}, {"entries", &p.entries}} {
		if b.credit >= 0 {
			continue
		}
		wrong = fmt.Sprintf("%d %s more than burst %d and %d a minute allow",
			(queue.Units-1-b.credit)/queue.Units, b.what, p.pace.Burst, p.pace.Rate)
		b.credit = 0
	}
	return wrong
}

// snapshot counts the calls and entries of a snapshot and says what is wrong with them. With exact set, the calls that are new
// in it were made at its time; otherwise at any time since the snapshot before.
func (p *pace) snapshot(at int64, f *Marks, exact bool) (wrong string) {
	if !p.known || p.version != f.Version || p.pace != f.Pace {
		p.known, p.version, p.pace, p.share = true, f.Version, f.Pace, f.Share
		calls, _, entries, _ := p.sizes()
		p.calls, p.entries = bucket{calls, at, f.Called}, bucket{entries, at, f.Admitted}
		return ""
	}
	p.share = max(p.share, f.Share)
	p.fill(at, exact && !p.missing, false)
	p.missing = false
	p.calls.pay(f.Called - p.calls.counted)
	if !p.old {
		p.entries.pay(f.Admitted - p.entries.counted)
	}
	wrong = p.short()
	p.share = f.Share
	calls, _, entries, _ := p.sizes()
	p.calls.credit, p.entries.credit = min(p.calls.credit, calls), min(p.entries.credit, entries)
	return wrong
}
