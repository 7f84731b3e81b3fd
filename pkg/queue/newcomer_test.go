package queue

import "testing"

func TestANewcomerWaitsBehindAllThatAreThere(t *testing.T) {
	view := func(change func(v *View)) *View {
		v := &View{Known: true, Snapshot: Snapshot{
			Document: Document{Pace: Pace{Mode: ModeRun, Rate: 60}}, Opening: NewOpening(), Judgement: Verdict{Factor: 1000},
		}}
		w := wait{}
		v.Wait = w.add(&v.Snapshot)
		change(v)
		return v
	}
	waiting := func(lane, n int64) func(v *View) {
		return func(v *View) { v.Snapshot.Waiting += n; v.Snapshot.Sketches[lane].Waiting = n }
	}
	low, high, known := view(waiting(0, 600)).NewcomersWait()
	if !known || low <= 0 || low > high || low.Minutes() > 10 || high.Minutes() < 10 {
		t.Errorf("600 people at one a second: %v to %v, %v", low, high, known)
	}
	l, h, _ := view(func(v *View) { waiting(0, 600)(v); v.Snapshot.Front = 300 }).NewcomersWait()
	if l <= low || h <= high {
		t.Errorf("with 300 at the front %v to %v, without %v to %v", l, h, low, high)
	}
	l, h, _ = view(func(v *View) { waiting(0, 10)(v); waiting(1, 600)(v) }).NewcomersWait()
	if l <= low || h <= high {
		t.Errorf("of two lanes the longer one counts: %v to %v, alone it is %v to %v", l, h, low, high)
	}
	if l, h, known := view(func(*View) {}).NewcomersWait(); !known || l != 0 || h != 0 {
		t.Errorf("nobody waits: %v to %v, %v", l, h, known)
	}
	if _, h, known := view(func(v *View) { v.Wait.Full, v.Wait.Measured, v.Wait.PerSecond = true, true, 0.01 }).NewcomersWait(); !known || h == 0 {
		t.Errorf("nobody waits and the room is full: to %v, %v", h, known)
	}
	for name, change := range map[string]func(v *View){
		"paused":       func(v *View) { v.Snapshot.Document.Pace.Mode = ModePause },
		"not measured": func(v *View) { v.Wait.Full = true },
		"no snapshot":  func(v *View) { v.Known = false },
	} {
		if l, h, known := view(func(v *View) { waiting(0, 600)(v); change(v) }).NewcomersWait(); known {
			t.Errorf("%s: %v to %v", name, l, h)
		}
	}
}
