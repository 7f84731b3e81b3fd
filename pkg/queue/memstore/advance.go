package memstore

import "github.com/einlass/einlass/pkg/queue"

// behind reports whether m remembers more than this room holds.
func (r *room) behind(m queue.Watermark) bool {
	return m.Epoch > r.Epoch || m.Epoch == r.Epoch && m.Epoch != 0 && (m.Last > r.Last || m.Head > r.Head)
}

// advance calls as many present places as the allowance.
func (r *room) advance(now int64) {
	r.tick(now)
	r.fill(now)
	r.sweep(now)
	r.settle(now)
	left := min(r.allowance(now), queue.MaxCalls)
	for looked := 0; left > 0 && looked < queue.MaxScan; looked++ {
		called, ok := r.next(now)
		if !ok {
			return
		}
		if called {
			left--
		}
	}
}

// tick holds the line after a long time without heartbeats, when the process stood still or did not run.
func (r *room) tick(now int64) {
	// A clock that stepped back prolongs no hold.
	r.Hold, r.Born = min(r.Hold, now+max(r.timing.hold, r.timing.grace)), min(r.Born, now)
	if now-r.Tick > r.timing.absent/2 {
		r.Hold = max(r.Hold, now+r.timing.hold)
	}
	r.Tick = now
}

// next takes one place off the front or the line and reports whether it was called, and whether there was one.
func (r *room) next(now int64) (called, ok bool) {
	_, ref, ok := r.front.first()
	fromLine := !ok
	if fromLine {
		if _, ref, ok = r.line.first(); !ok {
			return false, false
		}
	}
	rec := r.slab.at(ref)
	if fromLine {
		r.raiseHead(rec.order())
	}
	if rec.at <= 0 || rec.at+r.timing.absent <= now {
		r.move(ref, inMissed, now+r.timing.life)
		return false, true
	}
	r.move(ref, inCalls, now+r.timing.window)
	r.Credit -= queue.Units
	r.Called++
	return true, true
}

// sweep forgets what is over and lets unclaimed calls lapse.
func (r *room) sweep(now int64) {
	for r.due(r.insides, now) {
		_, ref, _ := r.insides.first()
		r.endStay(ref)
	}
	for _, t := range []*tree{r.spent, r.ended, r.missed, r.lapsed} {
		for r.due(t, now) {
			_, ref, _ := t.first()
			r.forget(ref)
		}
	}
	for n := 0; n < queue.MaxScan && r.due(r.calls, now); n++ {
		_, ref, _ := r.calls.first()
		r.move(ref, inLapsed, now+r.timing.life)
	}
}

func (r *room) due(t *tree, now int64) bool {
	key, _, ok := t.first()
	return ok && int64(key) <= now
}

// settle passes over places at the beginning of the line that the head has passed already: after a loss the head can be
// ahead of an older copy of the line.
func (r *room) settle(now int64) {
	for range queue.MaxScan {
		key, ref, ok := r.line.first()
		if !ok || queue.Order(key) > r.Head {
			return
		}
		r.move(ref, inMissed, now+r.timing.life)
	}
}

// adopt makes a room from a watermark or brings it up to one; see queue.Store.Restore.
func (r *room) adopt(now int64, m queue.Watermark, fresh bool) {
	ahead := !fresh && r.behind(m)
	if fresh || ahead {
		highest := max(r.Head, m.Head, queue.OrderOf(r.Epoch, r.Last), queue.OrderOf(m.Epoch, m.Ceiling))
		r.Epoch = queue.NextEpoch(now, max(r.Epoch, m.Epoch), highest)
		r.Credit, r.Mark, r.Tick, r.Born = 0, now, now, now
		r.Last = queue.CarryNumber(0, r.Last)
		hold := r.timing.hold
		if fresh && m.Epoch == 0 {
			hold = r.timing.grace
		}
		r.Hold = max(r.Hold, now+hold)
	}
	if fresh || ahead || m.Epoch != 0 && m.Epoch < r.Epoch {
		r.Last = queue.CarryNumber(r.Last, m.Ceiling)
		if m.Head > r.Head {
			r.Head, r.HeadNum = m.Head, m.HeadNumber
		}
	}
	if m.Epoch != 0 && m.Epoch < r.Epoch {
		r.Hold = max(r.Hold, r.Born+r.timing.hold) // there was a line before
	}
	if fresh || m.Control.Version > r.Control.Version {
		r.Control = m.Control
	}
}

// snapshot is a snapshot of the room.
func (r *room) snapshot(now int64) queue.Snapshot {
	f := queue.Snapshot{
		Now: now, Epoch: r.Epoch, Last: r.Last, Head: r.Head, HeadNum: r.HeadNum, Hold: r.Hold, Born: r.Born, Control: r.Control,
		Ended: r.endedLately(now), Waiting: int64(r.line.len()), Front: int64(r.front.len()),
		Calls: r.liveCalls(now), Inside: r.liveStays(now),
		Joined: r.Joined, Called: r.Called, Admitted: r.Admitted, Finished: r.Finished, Left: r.Left,
	}
	for _, at := range r.gates {
		if now-at < queue.GatewayLife.Milliseconds() {
			f.Gateways++
		}
	}
	f.Sketch = queue.Sketch{Waiting: f.Waiting, End: queue.OrderOf(r.Epoch, r.Last)}
	f.Sketch.First = make([]queue.Order, 0, min(f.Waiting, queue.SketchExact))
	r.line.each(func(key uint64, _ uint32) bool {
		if len(f.Sketch.First) == queue.SketchExact {
			return false
		}
		f.Sketch.First = append(f.Sketch.First, queue.Order(key))
		return true
	})
	for _, rank := range queue.SketchRanks(f.Waiting) {
		key, _ := r.line.at(int(rank))
		f.Sketch.Samples = append(f.Sketch.Samples, queue.Order(key))
	}
	return f
}

// endedLately is the visitors whose tickets have just ended for good, the latest first.
func (r *room) endedLately(now int64) (ids []queue.VisitorID) {
	before := r.ended.upTo(uint64(now + r.timing.life - queue.EndedFor.Milliseconds()))
	for rank := r.ended.len() - 1; rank >= before && len(ids) < queue.MaxEnded; rank-- {
		_, ref := r.ended.at(rank)
		ids = append(ids, r.slab.at(ref).id)
	}
	return ids
}

// note remembers that a gateway is alive.
func (r *room) note(now int64, gateway string) {
	if gateway != "" {
		r.gates[gateway] = now
	}
	for g, at := range r.gates {
		if now-at >= queue.GatewayLife.Milliseconds() {
			delete(r.gates, g)
		}
	}
}
