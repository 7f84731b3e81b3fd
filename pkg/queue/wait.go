package queue

import (
	"math"
	"time"
)

// Wait is what is known about how long places wait: how fast the line moves, how wide the ranges must be, and how the promises
// of before were kept.
type Wait struct {
	Flow
	Promises Promises
	factors  factors
}

// wait measures the Wait of a room from one snapshot to the next. What is learned is shared: it travels in the judgement of the
// room, so all gateways say the same, and the next opening begins with it. Only Tick touches it.
type wait struct {
	flow   flow
	blob   string  // of the judgement that was read last
	shared learned // of it
	kept   ledger
}

// add takes the next snapshot.
func (w *wait) add(f *Snapshot) Wait {
	if f.Judgement.Blob != w.blob {
		w.blob = f.Judgement.Blob
		_, text, _ := splitJudged(w.blob)
		if l, ok := parseLearned(text); ok || w.shared.Yield == 0 {
			w.shared = l
		}
	}
	if w.shared.Yield == 0 {
		w.shared = nothingLearned()
	}
	if !w.flow.known {
		w.flow.begin(w.shared.Yield, w.shared.Leaving)
	}
	w.kept.score(f, &w.shared.factors)
	return Wait{Flow: w.flow.add(*f), Promises: w.shared.Promises, factors: w.shared.factors}
}

// promise notes what pages are told now, to be scored when the head has come by.
func (w *wait) promise(v *View) {
	if v.tellsWait() {
		w.kept.note(v)
	}
}

// sample is how the promises that ended in a tick were kept, as this process saw it.
func (w *wait) sample(tick int64) string { return w.kept.of(tick).encode() }

// judge answers what is learned after a tick. All gateways watch the same line, so the samples say the same, and the fullest
// one stands: a process that has just started has few promises to score.
func (w *wait) judge(before string, samples []string) string {
	l, ok := parseLearned(before)
	if !ok {
		l = nothingLearned()
	}
	var best scores
	for _, text := range samples {
		if s, ok := parseScores(text); ok && s.ended() > best.ended() {
			best = s
		}
	}
	l.learn(&best)
	now := w.flow.measured()
	l.Yield, l.Leaving = now.Yield, now.Leaving
	return l.encode()
}

// tellsWait reports whether pages are told how long it takes: nothing that is shown elsewhere makes it unknown.
func (v *View) tellsWait() bool {
	f := &v.Snapshot
	return v.Known && !v.blind() && moves(f) && f.Now >= f.Hold && !f.Opening.SoldOut() && !v.opensJustNow()
}

// opensJustNow reports whether an opening has begun so short a time ago that nobody knows how many of the called come.
func (v *View) opensJustNow() bool { return v.Snapshot.Now < v.unsure }

// unsureFor is how long nothing is said after the first call of an opening, in ms.
const unsureFor = 30_000

// unsureUntil is until when that is.
func unsureUntil(old, v *View) int64 {
	f := &v.Snapshot
	switch {
	case f.Opening.Phase != PhaseOpen || f.Opening.Name == "":
		return 0
	case old.Known && (old.Snapshot.Opening.Phase != PhaseOpen || old.Snapshot.Opening.Name != f.Opening.Name):
		return max(f.Now, f.Hold) + unsureFor
	}
	return old.unsure
}

// seconds is how long it takes until a place is called that has so many others before it, at the front and in its lane; false:
// that is not known.
func (v *View) seconds(lane uint8, first int64) (float64, bool) {
	perSecond, known := v.pace(lane)
	if !known || perSecond <= 0 {
		return 0, false
	}
	line := max(0, first-v.Snapshot.Front)
	// Places at the front are present: each of them takes a call.
	front := float64(first-line) / min(perSecond/v.share(lane), v.Snapshot.asked())
	if v.Wait.Full {
		return front + drain(float64(line+1), perSecond, v.Wait.Leaving), true
	}
	return front + v.drainBy(float64(line+1), perSecond), true
}

// span is the range of the wait of a place that has so many before it in its lane and at the front; false: none is told.
func (v *View) span(lane uint8, first int64) (low, high time.Duration, ok bool) {
	seconds, ok := v.seconds(lane, first)
	if !ok {
		return 0, 0, false
	}
	low, high = v.Wait.factors.span(v.waitKind(), seconds)
	return low, high, true
}

// drain is how many seconds it takes until so many places have left, of which perSecond pass the head, and each one gives up
// with the probability leaving a second: the solution of dN/dt = -perSecond - leaving*N.
func drain(places, perSecond, leaving float64) float64 {
	if leaving < 1e-7 {
		return places / perSecond
	}
	return math.Log1p(leaving*places/perSecond) / leaving
}

// rest is how many of the places are left after so many seconds.
func rest(places, perSecond, leaving, seconds float64) float64 {
	if leaving < 1e-7 {
		return places - perSecond*seconds
	}
	return (places+perSecond/leaving)*math.Exp(-leaving*seconds) - perSecond/leaving
}

// drainBy is drain for a room whose share of the pace changes as its plan says.
func (v *View) drainBy(places, perSecond float64) float64 {
	f := &v.Snapshot
	var passed float64
	share := float64(f.Opening.Share)
	at, now := f.Now, perSecond
	for i := range v.plan {
		s := &v.plan[i]
		if s.At <= f.Now || s.Opening != f.Opening.Name {
			continue
		}
		if s.Phase != PhaseOpen {
			break
		}
		if !s.SetShare || s.Share == 0 {
			continue
		}
		span := float64(s.At-at) / 1000
		if left := rest(places, now, v.Wait.Leaving, span); now > 0 && left > 0 {
			places, passed = left, passed+span
		} else {
			break
		}
		at, now = s.At, perSecond*float64(s.Share)/share
	}
	return passed + drain(places, now, v.Wait.Leaving)
}
