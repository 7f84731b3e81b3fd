package memstore

import (
	"github.com/einlass/einlass/pkg/queue"
)

// behind reports whether a watermark remembers more than the room holds.
func (r *room) behind(m *queue.Watermark) bool {
	if m.Epoch != r.Epoch {
		return m.Epoch > r.Epoch
	}
	for lane, head := range m.Heads {
		if head > r.Heads[lane] {
			return true
		}
	}
	o := &m.Opening
	return m.Last > r.Last || o.Cursor > r.Opening.Cursor || o.Mapping > r.Opening.Mapping || o.Reports > r.Opening.Reports
}

// begin makes a room from a watermark.
func begin(now int64, m *queue.Watermark) *room {
	r := newRoom(now)
	r.Curves = m.Curves
	r.takeDocument(&m.Document)
	r.Hold = now + r.t.hold
	if m.Epoch == 0 {
		r.Hold = now + r.t.grace
	}
	if m.Opening.Cursor == 0 {
		r.Made = now
	}
	r.unite(m)
	r.nextEpoch(m)
	r.Credit, r.CallCredit = 0, 0
	return r
}

// restoreRoom raises a room to what a gateway remembers. No step is applied.
func (r *room) restoreRoom(m *queue.Watermark) {
	ahead := r.behind(m)
	r.fill()
	if m.Document.Version > r.Document.Version {
		r.takeDocument(&m.Document)
	}
	r.unite(m)
	switch {
	case ahead:
		r.nextEpoch(m)
		r.Credit, r.CallCredit, r.Mark, r.Tick, r.Born = 0, 0, r.now, max(r.Tick, r.now), r.now
		r.Hold = max(r.Hold, r.now+r.t.hold)
	case m.Epoch < r.Epoch:
		r.learnEarlier(m)
	}
}

// nextEpoch begins an epoch later than all that the room and the watermark know.
func (r *room) nextEpoch(m *queue.Watermark) {
	r.takeHeads(m)
	highest := max(r.highest(), queue.OrderOf(r.Epoch, r.Last), queue.OrderOf(m.Epoch, m.Ceiling))
	mine, last := r.Epoch, r.Last
	r.begins(queue.NextEpoch(r.now, max(mine, m.Epoch), highest), max(queue.Carried(last), queue.Carried(m.Ceiling)), func(epoch uint64) (n uint64) {
		if epoch == mine {
			n = last
		}
		if epoch == m.Epoch {
			n = max(n, queue.Carried(m.Ceiling))
		}
		return n
	})
}

// learnEarlier takes from the watermark of an earlier epoch what the room may lack.
func (r *room) learnEarlier(m *queue.Watermark) {
	r.takeHeads(m)
	ceiling := queue.Carried(m.Ceiling)
	for i := range r.Opening.Segments {
		if s := &r.Opening.Segments[i]; s.Epoch == m.Epoch && !s.Open {
			s.Last = max(s.Last, ceiling)
		}
	}
	r.begins(r.Epoch, max(r.Last, ceiling), func(uint64) uint64 { return ceiling })
}

func (r *room) takeHeads(m *queue.Watermark) {
	for lane, head := range m.Heads {
		if head > r.Heads[lane] {
			r.Heads[lane], r.HeadNumbers[lane] = head, m.HeadNumbers[lane]
		}
	}
}
