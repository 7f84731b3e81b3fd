package queue

import "time"

// estimate fills in how long the wait may take and when to poll again. first is how many places of its lane are called before
// this one, at the front and in the line.
func (r *Room) estimate(a *Answer, v *View, lane uint8, first int64) {
	switch {
	case a.Ahead < 0 && v.Known:
		rest := time.Duration(v.Snapshot.Hold-v.Snapshot.Now) * time.Millisecond
		a.Next = r.within(rest)
	case a.Ahead < 0:
		a.Next = r.every(r.tune.Load().pollMax)
	default:
		a.Next = r.whenHoldEnds(r.pollInterval(first, v.fastest(lane)), v, first, v.fastest(lane))
	}
	if start := v.Start.At; start > 0 && a.Phase != PhaseOpen {
		a.Next = r.whenItStarts(a.Next, start, Spread(uint64(max(0, v.Snapshot.Waiting))))
	}
	if !v.tellsWait() {
		return
	}
	low, high, known := v.span(lane, first)
	if a.Full = v.Wait.Full && !known; known {
		a.Low, a.High = low, high
	}
}

// whenHoldEnds is an interval, except that a page asks right after the end of a hold if so few are called before it that it may be
// its turn within the interval: at an opening the first ones would read seconds late that they are called.
func (r *Room) whenHoldEnds(interval time.Duration, v *View, first int64, perSecond float64) time.Duration {
	rest := v.Snapshot.Hold - r.storeNow()
	if rest <= 0 || float64(first) >= float64(v.Snapshot.Document.Pace.Burst)+perSecond*interval.Seconds() {
		return interval
	}
	// The tick that calls comes within one after the hold, and takes a moment; half of one keeps pages from asking all at once.
	tick := float64(r.cfg.Tick) * (1.2 + r.share()/2)
	return min(interval, time.Duration(rest)*time.Millisecond+time.Duration(tick))
}

// asked is how many entries a second the pace allows that operators and plan have set.
func (f *Snapshot) asked() float64 {
	return float64(f.Document.Pace.Rate) / 60 * float64(f.Opening.Share) / 1000
}

// rate is how many entries a second the pace in force allows: the part of what was asked for that the site can serve.
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
	rate := v.Snapshot.asked()
	if v.Wait.Full {
		perSecond, known = min(v.Wait.PerSecond, max(1, v.Wait.Yield)*rate), v.Wait.Measured && rate > 0
	} else {
		perSecond, known = rate*v.Wait.Yield, rate > 0
	}
	return perSecond * v.share(lane), known
}

// fastest is how many places of a lane a second can leave the line at most. Poll intervals follow it, because a free seat stays
// empty until the page that was called has polled. In a full room that is not measured yet, visitors can leave as fast as the
// rate lets others in.
func (v *View) fastest(lane uint8) float64 {
	rate := max(1, v.Wait.Yield) * v.Snapshot.rate()
	if v.Wait.Full && v.Wait.Measured {
		rate = min(1.2*v.Wait.PerSecond, rate)
	}
	return rate * v.share(lane)
}
