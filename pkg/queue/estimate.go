package queue

import (
	"math"
	"time"
)

// estimate fills in how long the wait may take and when to poll again. first is how many places are called before this one,
// at the front and in the line.
func (r *Room) estimate(a *Answer, v *View, first int64) {
	perSecond, known := v.pace()
	line := max(0, first-v.Snapshot.Front)
	switch {
	case a.Ahead < 0 && v.Known:
		rest := time.Duration(v.Snapshot.Hold-v.Snapshot.Now) * time.Millisecond
		a.Next = r.within(rest)
	case a.Ahead < 0:
		a.Next = r.every(r.tune.Load().pollMax)
	default:
		a.Next = r.pollInterval(first, v.fastest())
	}
	if v.blind() || a.Paused || a.Holding {
		return
	}
	if a.Full = v.Flow.Full && !known; known {
		// Places at the front are present: each of them takes a call.
		front := min(perSecond, float64(v.Snapshot.Control.Pace.Rate)/60)
		a.Low, a.High = span(float64(first-line)/front + float64(line+1)/perSecond)
	}
}

// pace is how many places leave the line a second, if that is known.
func (v *View) pace() (perSecond float64, known bool) {
	rate := float64(v.Snapshot.Control.Pace.Rate) / 60
	if v.Flow.Full {
		return min(v.Flow.PerSecond, max(1, v.Flow.Yield)*rate), v.Flow.Measured && rate > 0
	}
	return rate * v.Flow.Yield, rate > 0
}

// fastest is how many places a second can leave the line at most. Poll intervals follow it, because a free seat stays empty
// until the page that was called has polled. In a full room that is not measured yet, visitors can leave as fast as the rate
// lets others in.
func (v *View) fastest() float64 {
	rate := max(1, v.Flow.Yield) * float64(v.Snapshot.Control.Pace.Rate) / 60
	if v.Flow.Full && v.Flow.Measured {
		return min(1.2*v.Flow.PerSecond, rate)
	}
	return rate
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
