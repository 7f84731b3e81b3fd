package queue

import (
	"math"
	"strconv"
)

// told is one range that pages are told, for the place that has just that wait.
type told struct {
	at        int64 // ms of the store
	order     Order
	point     float64 // ms, the estimate
	low, high int64   // ms, as it was told
	kind      waitKind
	horizon   uint8
	lane      uint8
	learned   bool // it was late by the factors, and waits only for what was told
}

// outcomes counts promises by what came of them.
type outcomes struct{ kept, early, late int64 }

func (o *outcomes) all() int64 { return o.kept + o.early + o.late }

// scores is how the promises that ended in one tick were kept: by the factors alone, from which the ranges are learned, and as they
// were told, with the seconds that every range has more.
type scores struct {
	tick int64
	by   [waitKinds][horizons]outcomes
	told outcomes
}

// ledger keeps what was promised until the head has come by. There is no personal data in it: a promise is made to a place in the
// line, whoever has it.
type ledger struct {
	made      int64 // when the last ones were noted
	epoch     uint64
	open      []told
	now, last scores
}

const (
	// noteEvery is how often a promise of each horizon is noted, in ms.
	noteEvery = 15_000
	// nearHorizon is by how much, as a logarithm of two, a place's wait may differ from the horizon that it stands for.
	nearHorizon = 0.25
)

// note notes, for each horizon, what a place is told that waits about so long.
func (l *ledger) note(v *View) {
	f := &v.Snapshot
	if f.Now-l.made < noteEvery && f.Now >= l.made {
		return
	}
	l.made = f.Now
	lane, ok := v.noteLane(f.Now / noteEvery)
	if !ok {
		return
	}
	kind := v.waitKind()
	for b := range horizons {
		order, seconds, ok := v.placeAt(lane, float64(int64(60)<<b))
		if !ok {
			continue
		}
		low, high := v.Wait.factors.span(kind, seconds)
		l.open = append(l.open, told{
			at: f.Now, order: order, point: seconds * 1000, low: low.Milliseconds(), high: high.Milliseconds(),
			kind: kind, horizon: uint8(b), lane: lane,
		})
	}
}

// noteLane picks the lanes that have places in turn.
func (v *View) noteLane(turn int64) (lane uint8, ok bool) {
	for i := range Lanes {
		lane = uint8((turn + int64(i)) % Lanes)
		if v.Snapshot.Sketches[lane].Waiting > 0 {
			return lane, true
		}
	}
	return 0, false
}

// waitKind is what decides about waits now.
func (v *View) waitKind() waitKind {
	if v.Wait.Full {
		return byRoom
	}
	return byRate
}

// placeAt finds the place of a lane whose wait is nearest to a time, and answers its order and wait; false: there is none near it.
func (v *View) placeAt(lane uint8, seconds float64) (Order, float64, bool) {
	s := &v.Snapshot.Sketches[lane]
	places := len(s.First) + len(s.Samples)
	rank := func(i int) (Order, int64) {
		if i < len(s.First) {
			return s.First[i], int64(i)
		}
		return s.Samples[i-len(s.First)], sketchRanks[i-len(s.First)]
	}
	low, high := 0, places // the first whose wait is not shorter
	for low < high {
		mid := (low + high) / 2
		_, ahead := rank(mid)
		if took, ok := v.seconds(lane, v.Snapshot.Front+ahead); !ok {
			return 0, 0, false
		} else if took < seconds {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low == places {
		return 0, 0, false
	}
	order, ahead := rank(low)
	took, ok := v.seconds(lane, v.Snapshot.Front+ahead)
	return order, took, ok && math.Abs(math.Log2(took/seconds)) <= nearHorizon
}

// score takes what the head has come by since the last snapshot, and what is late by now. When the line is another one, or its
// opening is over, the promises were about something that no longer is.
func (l *ledger) score(f *Snapshot, learn *factors) {
	if tick := f.Now / JudgeTick; tick != l.now.tick {
		l.last, l.now = l.now, scores{tick: tick}
	}
	if f.Epoch != l.epoch || f.Opening.Phase != PhaseOpen {
		l.epoch, l.open = f.Epoch, l.open[:0]
	}
	keep := l.open[:0]
	for _, t := range l.open {
		if !l.ended(&t, f, learn) {
			keep = append(keep, t)
		}
	}
	l.open = keep
}

// ended scores one promise as far as it can be, and reports whether nothing of it is left.
func (l *ledger) ended(t *told, f *Snapshot, learn *factors) bool {
	elapsed := f.Now - t.at
	called := f.Heads[t.lane] >= t.order
	if !t.learned {
		x := float64(math.MinInt64)
		if elapsed > 0 {
			x = math.Log(float64(elapsed) / t.point)
		}
		low, high := learn.of(t.kind, t.point/1000)
		by := &l.now.by[t.kind][t.horizon]
		switch {
		case x > high:
			by.late++
			t.learned = true
		case called && x < low:
			by.early++
		case called:
			by.kept++
		}
	}
	switch {
	case elapsed > t.high:
		l.now.told.late++
		return true
	case called && elapsed < t.low:
		l.now.told.early++
	case called:
		l.now.told.kept++
	}
	return called
}

// of are the scores of a tick.
func (l *ledger) of(tick int64) *scores {
	switch tick {
	case l.last.tick:
		return &l.last
	case l.now.tick:
		return &l.now
	}
	return &scores{}
}

func (s *scores) ended() (n int64) {
	for kind := range s.by {
		for b := range s.by[kind] {
			n += s.by[kind][b].all()
		}
	}
	return n + s.told.all()
}

// encode is the text of parseScores; empty: nothing ended.
func (s *scores) encode() string {
	if s.ended() == 0 {
		return ""
	}
	b := make([]byte, 0, 160)
	add := func(o *outcomes) {
		for _, n := range []int64{o.kept, o.early, o.late} {
			b = append(strconv.AppendInt(b, n, 10), ',')
		}
	}
	add(&s.told)
	for kind := range s.by {
		for h := range s.by[kind] {
			add(&s.by[kind][h])
		}
	}
	return string(b[:len(b)-1])
}

// mostScores bounds what one sample may say: so many promises cannot end in a tick unless the line stood still for a day.
const mostScores = 100_000

// parseScores reads it; false: it is of another release, or says what cannot be.
func parseScores(text string) (s scores, ok bool) {
	n, ok := parseNumbers(text, 3+3*horizons*int(waitKinds))
	if !ok {
		return s, false
	}
	for _, count := range n {
		if count < 0 || count > mostScores {
			return scores{}, false
		}
	}
	take := func(o *outcomes) {
		*o = outcomes{n[0], n[1], n[2]}
		n = n[3:]
	}
	take(&s.told)
	for kind := range s.by {
		for h := range s.by[kind] {
			take(&s.by[kind][h])
		}
	}
	return s, true
}
