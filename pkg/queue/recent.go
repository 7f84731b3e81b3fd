package queue

import (
	"encoding/binary"
	"sync"
)

// recent remembers, for the visitors of this process, when a heartbeat was last sent to the store and what it answered.
// Most polls need no heartbeat: a poll asks recent whether one is due.
//
// It is a cache of fixed size, in buckets of four: a new visitor replaces the one that was of use longest ago, which then
// sends a heartbeat earlier than needed. Entries hold no pointers, so the garbage collector does not scan them. It is made in
// parts, each when the first visitor falls into it: a room that nobody comes to costs next to nothing.
type recent struct {
	size  uint64 // buckets of each part, a power of two
	parts [256]part
}

// part is a share of the buckets.
type part struct {
	mu      sync.Mutex
	buckets []bucket // nil until one is needed
}

type bucket [4]seenEntry

type seenEntry struct {
	tag    uint64 // second half of the id; 0: free
	sent   int64  // ms, when a heartbeat was last queued; 0: the next poll sends one
	until  int64  // ms, end of the standing's call or stay
	at     int64  // ms, when state was learnt; 0: never
	seen   int64  // ms, last request of a stay
	state  State
	reason Reason
	later  bool // a request is to be told later, see trail
}

// used is when the entry was of use last.
func (e *seenEntry) used() int64 { return max(e.sent, e.at) }

func (e *seenEntry) standing() Standing {
	return Standing{State: e.state, Reason: e.reason, Until: e.until}
}

// newRecent makes room for 4*n visitors; n is rounded up to a power of two, at least 256.
func newRecent(n int) *recent {
	r := &recent{size: 1}
	for int(r.size)*len(r.parts) < n {
		r.size *= 2
	}
	return r
}

// where is the part of a visitor, the number of its bucket there, and its tag.
func (r *recent) where(id VisitorID) (p *part, i, tag uint64) {
	n, parts := binary.LittleEndian.Uint64(id[:8]), uint64(len(r.parts))
	return &r.parts[n%parts], n / parts % r.size, binary.LittleEndian.Uint64(id[8:]) | 1
}

// lock locks a visitor's bucket. The memory of a part is taken when one of its visitors is remembered first.
func (r *recent) lock(id VisitorID) (*bucket, uint64, *sync.Mutex) {
	p, i, tag := r.where(id)
	p.mu.Lock()
	if p.buckets == nil {
		p.buckets = make([]bucket, r.size)
	}
	return &p.buckets[i], tag, &p.mu
}

// known locks a visitor's bucket and answers its entry, or nil. It takes no memory, so that who only asks in a lobby costs none.
func (r *recent) known(id VisitorID) (*seenEntry, *sync.Mutex) {
	p, i, tag := r.where(id)
	p.mu.Lock()
	if p.buckets == nil {
		return nil, &p.mu
	}
	return p.buckets[i].find(tag), &p.mu
}

// find is the visitor's entry, or nil.
func (b *bucket) find(tag uint64) *seenEntry {
	for i := range b {
		if b[i].tag == tag {
			return &b[i]
		}
	}
	return nil
}

// make is the visitor's entry, new if need be.
func (b *bucket) make(tag uint64) *seenEntry {
	if e := b.find(tag); e != nil {
		return e
	}
	oldest := &b[0]
	for i := range b {
		if b[i].tag == 0 {
			oldest = &b[i]
			break
		}
		if b[i].used() < oldest.used() {
			oldest = &b[i]
		}
	}
	*oldest = seenEntry{tag: tag}
	return oldest
}

// due reports whether a heartbeat is due because the last was sent so long ago, and notes it as sent: waiting for a place of
// which the store has said nothing or that it waits, every for others, and never for a ticket of which it is known why it is
// worth nothing. The standing is what the store answered last, at the time answered (0: never).
func (r *recent) due(id VisitorID, now, waiting, every int64) (due bool, last Standing, answered int64) {
	b, tag, m := r.lock(id)
	defer m.Unlock()
	e := b.make(tag)
	return e.due(now, waiting, every), e.standing(), e.at
}

func (e *seenEntry) due(now, waiting, every int64) (due bool) {
	if e.at == 0 || e.state == StateWaiting {
		every = waiting
	}
	over := e.at != 0 && e.state == StateSpent && e.reason != ReasonNone
	due = !over && (e.sent == 0 || now-e.sent >= every || now < e.sent)
	if due {
		e.sent = max(1, now)
	}
	return due
}

// over reports whether it is known that the ticket is worth nothing.
func (e *seenEntry) over() bool { return e.at != 0 && e.state == StateSpent }

// request is due for a request of a stay, which is told each every ms. One that is not told at once is remembered; later: nothing
// is to be told later yet.
func (r *recent) request(id VisitorID, now, every int64) (due, later bool, last Standing, answered int64) {
	b, tag, m := r.lock(id)
	defer m.Unlock()
	e := b.make(tag)
	due = e.due(now, every, every)
	e.seen = max(1, now)
	if later = !due && !e.later && !e.over(); later {
		e.later = true
	}
	return due, later, e.standing(), e.at
}

// trailing is the last request of a stay that was to be told later, which counts as told now; 0: there is nothing to tell. at
// is the first such request, for an entry that was replaced meanwhile.
func (r *recent) trailing(id VisitorID, at int64) int64 {
	e, m := r.known(id)
	defer m.Unlock()
	if e == nil {
		return at
	}
	if e.later = false; e.over() || e.seen <= e.sent {
		return 0
	}
	e.sent = e.seen
	return e.seen
}

// last is what the store answered last, at the time answered (0: never).
func (r *recent) last(id VisitorID) (last Standing, answered int64) {
	e, m := r.known(id)
	defer m.Unlock()
	if e != nil && e.at != 0 {
		return e.standing(), e.at
	}
	return Standing{}, 0
}

// unsent notes that a heartbeat counted as sent was not: the next poll sends it.
func (r *recent) unsent(id VisitorID) {
	e, m := r.known(id)
	defer m.Unlock()
	if e != nil {
		e.sent = 0
	}
}

// answer notes what the store said. It is no heartbeat: the first poll of a place, and the first request of a stay, is sent.
func (r *recent) answer(id VisitorID, now int64, s Standing) {
	b, tag, m := r.lock(id)
	defer m.Unlock()
	e := b.make(tag)
	e.state, e.reason, e.until, e.at = s.State, s.Reason, s.Until, max(1, now)
}

// forget forgets one visitor: the next poll sends a heartbeat whenever it comes.
func (r *recent) forget(id VisitorID) {
	e, m := r.known(id)
	defer m.Unlock()
	if e != nil {
		*e = seenEntry{}
	}
}

// clear removes all entries: after a loss the next poll of every place must send a heartbeat.
func (r *recent) clear() {
	for i := range r.parts {
		p := &r.parts[i]
		p.mu.Lock()
		clear(p.buckets)
		p.mu.Unlock()
	}
}
