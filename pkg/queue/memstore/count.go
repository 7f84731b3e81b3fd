package memstore

import "github.com/einlass/einlass/pkg/queue"

// curveOf is the curve of a group of stays.
func curveOf(group int) queue.CurveKind { return queue.CurveFresh + queue.CurveKind(group) }

// since counts the members of a tree by time with a time after at.
func since(t *tree, at int64) int64 { return int64(t.len()) - until(t, at) }

// until counts the members of a tree by time with a time up to at.
func until(t *tree, at int64) int64 {
	if at < 0 || t.len() == 0 {
		return 0
	}
	return int64(t.upTo(uint64(at)))
}

// weigh sums what the members of a tree by time count that are younger than end: 1000 below the age full, else the chance of
// their bucket. Times in the future count as new. full is the edge of a bucket, or at least end.
func (r *room) weigh(t *tree, p *queue.Chances, end, full int64) (sum int64) {
	if t.len() == 0 || end <= 0 {
		return 0
	}
	older := int64(t.len()) // members that are not younger than the bucket's edge
	for j := 0; j < queue.CurveBuckets && queue.CurveEdge(j) < end; j++ {
		next := until(t, r.now-upperEdge(j, end))
		weight := p[j]
		if queue.CurveEdge(j) < full {
			weight = 1000
		}
		sum += (older - next) * weight
		older = next
	}
	return sum
}

// upperEdge is the age at which bucket j of a curve with that end is over.
func upperEdge(j int, end int64) int64 {
	if j+1 < queue.CurveBuckets {
		return min(end, queue.CurveEdge(j+1))
	}
	return end
}

// counted is C: what counts as inside, in permille.
func (r *room) counted() (c int64) {
	for group, t := range r.told {
		if t.len() == 0 {
			continue
		}
		end, full := r.t.idle, r.t.active
		if group == fresh {
			end, full = r.freshEnd(), 0
		}
		p := r.chances(curveOf(group))
		c += r.weigh(t, &p, end, full)
	}
	return c
}

// freshEnd is how long a stay counts whose cookie has not come back.
func (r *room) freshEnd() int64 { return min(r.t.confirm, r.t.idle) }

// calledCount is K: what the open calls count, in permille.
func (r *room) calledCount() int64 {
	p := r.chances(queue.CurveCall)
	return r.weigh(r.calls, &p, r.t.window, 0) + 1000*int64(r.asking.len())
}

func (r *room) callAlive(at int64) bool { return at+r.t.window > r.now }

// openCalls is how many calls live, without those at the door.
func (r *room) openCalls() int64 { return since(r.calls, r.now-r.t.window) }

// unbooked is U: the stays that may still book.
func (r *room) unbooked() int64 {
	n := since(r.told[fresh], r.now-r.freshEnd())
	for group := fresh + 1; group <= inside8; group++ {
		n += since(r.told[group], r.now-r.t.idle)
	}
	return n
}

// liveStays counts them by their last requests alone: no request is told after a stay's Max, so it ages out.
func (r *room) liveStays() (n int64) {
	for _, t := range r.told {
		n += since(t, r.now-r.t.idle)
	}
	return n
}

// curveEnd is the age at which nothing is expected any more.
func (r *room) curveEnd(kind queue.CurveKind) int64 {
	switch kind {
	case queue.CurveCall:
		return r.t.window
	case queue.CurveFresh:
		return r.t.confirm
	}
	return r.t.idle
}

// chances are those of a curve. A strict room counts every stay in full.
func (r *room) chances(kind queue.CurveKind) (p queue.Chances) {
	if r.Document.Pace.Strict && kind != queue.CurveCall {
		for j := range p {
			p[j] = 1000
		}
		return p
	}
	return r.Curves[kind].Chances(kind, r.curveEnd(kind), r.t.page)
}

// outlived notes for all curves what has passed an edge since the last Advance.
func (r *room) outlived() {
	if r.now <= r.Tick {
		return
	}
	for kind := queue.CurveCall; kind < queue.Curves; kind++ {
		t, end := r.calls, r.curveEnd(kind)
		if kind != queue.CurveCall {
			t = r.told[kind-queue.CurveFresh]
		}
		if t.len() == 0 {
			continue
		}
		for j := 0; j < queue.CurveBuckets && queue.CurveEdge(j) < end; j++ {
			edge := upperEdge(j, end)
			if n := until(t, r.now-edge) - until(t, r.Tick-edge); n > 0 {
				r.Curves[kind].Outlived(j, n)
			}
		}
	}
}
