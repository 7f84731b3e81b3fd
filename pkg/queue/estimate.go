package queue

import "time"

// flow measures how many places a second are called, over the last minute.
type flow struct {
	at     [60]int64 // ms of each sample, one a second
	called [60]int64
	n      int
}

// minFlowSpan is how long must have been watched before the measure is used.
const minFlowSpan = 10_000 // ms

// add takes a frame and answers calls per second, 0 while it cannot be told. Times when nobody waited or nobody
// could be called are not counted: they say nothing about the pace.
func (f *flow) add(frame Frame) float64 {
	if frame.Waiting == 0 || frame.Control.Mode != ModeRun || frame.Now < frame.Hold {
		*f = flow{}
		return 0
	}
	last := (f.n + len(f.at) - 1) % len(f.at)
	if f.n > 0 && (frame.Called < f.called[last] || frame.Now < f.at[last]) {
		*f = flow{} // the store began to count anew, or its clock stepped back
	}
	if f.n == 0 || frame.Now-f.at[last] >= 1000 {
		f.at[f.n%len(f.at)], f.called[f.n%len(f.at)] = frame.Now, frame.Called
		f.n++
	}
	first := 0
	if f.n > len(f.at) {
		first = f.n % len(f.at)
	}
	span := frame.Now - f.at[first]
	if span < minFlowSpan {
		return 0
	}
	return float64(frame.Called-f.called[first]) * 1000 / float64(span)
}

// estimate fills in how long it may take and when to ask again. The range goes from "at the best of the pace set
// and the pace seen" to "at the worst of both", with a tenth and a quarter for what nobody knows: who will leave, who
// will come back.
func (r *Room) estimate(a *Answer, v *View) {
	rate := float64(v.Frame.Control.Pace.Rate) / 60
	best, worst := rate, rate
	if v.Flow > 0 {
		best, worst = max(rate, v.Flow), min(rate, v.Flow)
		if v.Frame.Control.Pace.MaxInside > 0 {
			best = v.Flow * 1.2 // the site is full: people come in as others leave, whatever the rate
		}
	}
	a.Next = r.pollInterval(a.Ahead, best)
	if a.Ahead < 0 {
		a.Next = r.jitter(r.cfg.PollMax)
		if v.Known {
			rest := time.Duration(v.Frame.Hold-v.Frame.Now) * time.Millisecond
			a.Next = r.jitter(min(max(rest, r.cfg.PollMin), r.cfg.PollMax))
		}
		return
	}
	if a.Paused || worst <= 0 || !v.Known {
		return
	}
	turn := float64(a.Ahead + 1)
	a.Low = time.Duration(turn / best * 0.9 * float64(time.Second))
	a.High = time.Duration(turn / worst * 1.25 * float64(time.Second))
	if a.Holding {
		rest := time.Duration(v.Frame.Hold-v.Frame.Now) * time.Millisecond
		a.Low, a.High = a.Low+rest, a.High+rest
	}
}
