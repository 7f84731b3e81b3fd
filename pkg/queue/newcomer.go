package queue

import "time"

// NewcomersWait is how long somebody waits who joins now, behind all that are there: in the lane that takes longest. false: that is not
// known.
func (v *View) NewcomersWait() (low, high time.Duration, known bool) {
	if !v.tellsWait() {
		return 0, 0, false
	}
	f := &v.Snapshot
	if f.Waiting+f.Front == 0 && !v.Wait.Full {
		return 0, 0, true
	}
	for lane := range f.Sketches {
		waiting := f.Sketches[lane].Waiting
		if waiting == 0 && (lane > 0 || f.Waiting > 0) {
			continue
		}
		l, h, ok := v.span(uint8(lane), waiting+f.Front)
		if !ok {
			return 0, 0, false
		}
		low, high = max(low, l), max(high, h)
	}
	return low, high, true
}
