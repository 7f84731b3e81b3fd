package queue

import "testing"

func TestArrivingCountsTheLastMinute(t *testing.T) {
	var a arriving
	var f Snapshot
	step := func(ms, came int64) int64 {
		f.Now, f.Joined = f.Now+ms, f.Joined+came
		return a.add(&f)
	}
	f.Joined = 1000 // before this process began
	if got := step(250, 0); got != 0 {
		t.Errorf("%d at first", got)
	}
	for i := range int64(4 * 60) {
		if got := step(250, 1); got != i+1 {
			t.Fatalf("%d after %d", got, i+1)
		}
	}
	for range 4 * 100 { // at four a second, to within a step between two samples
		if got := step(250, 1); got < 4*55 || got > 4*60 {
			t.Fatalf("%d in a minute", got)
		}
	}
	f.Joined = 3 // the store was lost
	if got := a.add(&f); got != 0 {
		t.Errorf("%d after a loss", got)
	}
	step(5000, 7)
	if got := step(55_000, 0); got != 7 {
		t.Errorf("%d, want those since the loss", got)
	}
	if got := step(6_000, 0); got != 0 {
		t.Errorf("%d when nobody has come for a minute", got)
	}
}
