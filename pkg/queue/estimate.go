package queue

import (
	"math"
	"time"
)

// estimate fills in how long the wait may take and when to poll again. first is how many places of its lane are called before
// this one, at the front and in the line.
func (r *Room) estimate(a *Answer, v *View, lane uint8, first int64) {
	perSecond, known := v.pace(lane)
	line := max(0, first-v.Snapshot.Front)
	switch {
	case a.Ahead < 0 && v.Known:
		rest := time.Duration(v.Snapshot.Hold-v.Snapshot.Now) * time.Millisecond
		a.Next = r.within(rest)
	case a.Ahead < 0:
		a.Next = r.every(r.tune.Load().pollMax)
	default:
		a.Next = r.pollInterval(first, v.fastest(lane))
	}
	if start := v.Start.At; start > 0 && a.Phase != PhaseOpen {
		a.Next = r.whenItStarts(a.Next, start, spreadOf(v.Snapshot.Waiting))
	}
	if v.blind() || a.Paused || a.Holding || a.SoldOut || a.Phase != PhaseOpen {
		return
	}
	if a.Full = v.Flow.Full && !known; known {
		// Places at the front are present: each of them takes a call.
		front := min(perSecond/v.share(lane), v.Snapshot.rate())
		a.Low, a.High = span(float64(first-line)/front + float64(line+1)/perSecond)
	}
}

// rate is how many entries a second the pace in force allows.
func (f *Snapshot) rate() float64 {
	factor := f.Opening.Share * f.Judgement.Factor / 1000
	return float64(f.Document.Pace.Rate) / 60 * float64(factor) / 1000
}

// share is a lane's part of the places that leave the line: by weight, of the lanes that have places.
func (v *View) share(lane uint8) float64 {
	weights := &v.Snapshot.Opening.Weights
	var all int64
	for other := range v.Snapshot.Sketches {
		if other == int(lane) || v.Snapshot.Sketches[other].Waiting > 0 {
			all += weights[other]
		}
	}
	return float64(weights[lane]) / float64(all)
}

// pace is how many places of a lane leave the line a second, if that is known.
func (v *View) pace(lane uint8) (perSecond float64, known bool) {
	rate := v.Snapshot.rate()
	if v.Flow.Full {
		perSecond, known = min(v.Flow.PerSecond, max(1, v.Flow.Yield)*rate), v.Flow.Measured && rate > 0
	} else {
		perSecond, known = rate*v.Flow.Yield, rate > 0
	}
	return perSecond * v.share(lane), known
}

// fastest is how many places of a lane a second can leave the line at most. Poll intervals follow it, because a free seat stays
// empty until the page that was called has polled. In a full room that is not measured yet, visitors can leave as fast as the
// rate lets others in.
func (v *View) fastest(lane uint8) float64 {
	rate := max(1, v.Flow.Yield) * v.Snapshot.rate()
	if v.Flow.Full && v.Flow.Measured {
		rate = min(1.2*v.Flow.PerSecond, rate)
	}
	return rate * v.share(lane)
}

// span makes a range of a time in seconds. It is wider the further away the time is, because more places ahead may leave or
// come back until then.
func span(seconds float64) (low, high time.Duration) {
	seconds = min(seconds, 1e8)
	doublings := min(8, max(0, math.Log2(seconds/60)))
	low = time.Duration(max(0, seconds*0.80*math.Exp(-0.04*doublings)-10) * float64(time.Second))
	high = time.Duration((seconds*1.30*math.Exp(0.08*doublings) + 20) * float64(time.Second))
	return low, high
}
