package operator

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// seen is a view of an open room in which 30 people wait at 60 a minute, changed.
func seen(change func(v *queue.View)) *queue.View {
	v := &queue.View{Known: true, Snapshot: queue.Snapshot{
		Now: 1_000_000, Waiting: 30, Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, MaxInside: 10}},
		Opening: queue.NewOpening(), Judgement: queue.Verdict{Factor: 1000},
	}}
	v.Snapshot.Sketches[0].Waiting = 30
	v.Wait.Yield = 1
	change(v)
	return v
}

func TestThePaceInForceStandsBesideTheOneAskedForWithTheReason(t *testing.T) {
	unknown := -1.0
	words := map[string]string{}
	for _, tt := range []struct {
		name    string
		change  func(v *queue.View)
		asked   float64
		inForce float64
		reason  string
	}{
		{"nothing is held back", func(*queue.View) {}, 60, 60, ""},
		{"a part of the pace by the plan", func(v *queue.View) { v.Snapshot.Opening.Share = 250 }, 15, 15, ""},
		{"no snapshot", func(v *queue.View) { *v = queue.View{} }, 0, unknown, HeldStore},
		{"the store is away", func(v *queue.View) { v.Stale = 1 }, 60, unknown, HeldStore},
		{"paused", func(v *queue.View) { v.Snapshot.Document.Pace.Mode = queue.ModePause }, 60, 0, HeldPaused},
		{"open to all", func(v *queue.View) { v.Snapshot.Document.Pace.Mode = queue.ModeOpen }, 60, unknown, HeldPhase},
		{"a lobby", func(v *queue.View) { v.Snapshot.Opening.Phase = queue.PhaseLobby }, 60, 0, HeldPhase},
		{"no waiting room", func(v *queue.View) { v.Snapshot.Opening.Phase = queue.PhaseThrough }, 60, unknown, HeldPhase},
		{"places come back", func(v *queue.View) { v.Snapshot.Hold = 1_004_001 }, 60, 0, HeldHold},
		{"sold out", func(v *queue.View) { v.Snapshot.Opening.Quota, v.Snapshot.Opening.Booked = 5, 5 }, 60, 0, HeldQuota},
		{"the last ones are inside", func(v *queue.View) {
			v.Snapshot.Opening.Quota, v.Snapshot.Opening.Booked, v.Snapshot.Unbooked, v.Snapshot.Calls = 9, 5, 3, 1
		}, 60, 0, HeldQuota},
		{"some are left beside those inside", func(v *queue.View) {
			v.Snapshot.Opening.Quota, v.Snapshot.Opening.Booked, v.Snapshot.Unbooked, v.Snapshot.Calls = 9, 4, 3, 1
		}, 60, 60, ""},
		{"the rate is 0", func(v *queue.View) { v.Snapshot.Document.Pace.Rate = 0 }, 0, 0, ""},
		{"full, for how long is not known", func(v *queue.View) { v.Wait.Full = true }, 60, unknown, HeldFull},
		{"full", func(v *queue.View) { v.Wait.Full, v.Wait.Measured, v.Wait.PerSecond = true, true, 0.2 }, 60, 12, HeldFull},
		{"full, and people leave as fast as they come", func(v *queue.View) { v.Wait.Full, v.Wait.Measured, v.Wait.PerSecond = true, true, 2 }, 60, 60, ""},
		{"the site is slow", func(v *queue.View) { v.Snapshot.Judgement.Factor = 400 }, 60, 24, HeldHealth},
		{"slow and full", func(v *queue.View) {
			v.Snapshot.Judgement.Factor = 400
			v.Wait.Full, v.Wait.Measured, v.Wait.PerSecond = true, true, 0.2
		}, 60, 12, HeldFull},
		{"down and full", func(v *queue.View) { v.Snapshot.Judgement.Factor, v.Wait.Full = 0, true }, 60, 0, HeldHealth},
		{"nobody waits", func(v *queue.View) { v.Snapshot.Waiting = 0 }, 60, 60, HeldEmpty},
	} {
		w := whyOf(seen(tt.change))
		inForce := unknown
		if w.InForce != nil {
			inForce = *w.InForce
		}
		if w.Asked != tt.asked || inForce != tt.inForce || w.Reason != tt.reason || (w.Words == "") != (w.Reason == "") {
			t.Errorf("%s: asked %v, in force %v, %q %q; want %v, %v, %q", tt.name, w.Asked, inForce, w.Reason, w.Words, tt.asked, tt.inForce, tt.reason)
		}
		if other, twice := words[w.Words]; twice && other != w.Reason {
			t.Errorf("%q and %q are said alike: %q", other, w.Reason, w.Words)
		}
		words[w.Words] = w.Reason
	}
}

func TestTheWaitIsToldWithTheTimeWhenTheLastOneGetsIn(t *testing.T) {
	w := waitOf(seen(func(*queue.View) {}))
	if w.Low == nil || w.High == nil || *w.Low <= 0 || *w.Low > *w.High {
		t.Fatalf("%+v", w)
	}
	if w.EndFrom == nil || w.EndFrom.Unix() != 1000+int64(*w.Low) || w.EndTo.Unix() < w.EndFrom.Unix() || w.EndTo.Unix() > 1000+int64(*w.High) {
		t.Errorf("the last one gets in between %v and %v; the wait is %v to %v s", w.EndFrom, w.EndTo, *w.Low, *w.High)
	}
	w = waitOf(seen(func(v *queue.View) { v.Snapshot.Waiting = 0 }))
	if w.Low == nil || *w.High != 0 || w.EndFrom != nil || w.EndTo != nil {
		t.Errorf("nobody waits: %+v", w)
	}
	if w = waitOf(seen(func(v *queue.View) { v.Snapshot.Document.Pace.Mode = queue.ModePause })); w != (Wait{}) {
		t.Errorf("paused: %+v", w)
	}
}

func TestWhatIsLeftIsTheQuotaWithoutWhatIsBooked(t *testing.T) {
	for _, tt := range []struct{ quota, booked, want int64 }{{-1, 5, -1}, {9, 5, 4}, {9, 9, 0}, {9, 12, 0}} {
		got := int64(-1)
		if left := leftOf(&queue.Opening{Quota: tt.quota, Booked: tt.booked}); left != nil {
			got = *left
		}
		if got != tt.want {
			t.Errorf("of %d with %d booked %d are left, want %d", tt.quota, tt.booked, got, tt.want)
		}
	}
}
