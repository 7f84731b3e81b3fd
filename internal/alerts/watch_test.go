package alerts

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

type told []Change

func (t *told) Tell(c Change) { *t = append(*t, c) }

func TestAnAlertIsToldOnceWhenItBeginsAndOnceWhenItEnds(t *testing.T) {
	reg := prometheus.NewRegistry()
	up := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "einlass_store_up"}, []string{"room"})
	reg.MustRegister(up)
	var got told
	w, err := New(reg, &got, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_800_000_000, 0)
	look := func(value float64, times int) {
		up.WithLabelValues("a").Set(value)
		up.WithLabelValues("b").Set(1)
		for range times {
			at = at.Add(Interval)
			w.Look(at)
		}
	}
	look(1, 3)
	look(0, 3)
	look(1, 1) // shorter than it must hold
	look(0, 3)
	if len(got) != 0 || len(w.Active()) != 0 {
		t.Fatalf("told too early: %+v", got)
	}
	look(0, 10)
	if len(got) != 1 || len(got[0].Began) != 1 || got[0].Began[0].Room != "a" || got[0].Began[0].Since.After(at.Add(-2*time.Minute)) {
		t.Fatalf("began: %+v", got)
	}
	if active := w.Active(); len(active) != 1 || active[0].Name != "EinlassStoreAway" {
		t.Errorf("active: %+v", active)
	}
	look(1, 3)
	if len(got) != 2 || len(got[1].Ended) != 1 || len(got[1].Began) != 0 || len(w.Active()) != 0 {
		t.Errorf("ended: %+v", got)
	}
	up.Reset() // a room that is gone is no alert
	look(0, 1)
	up.Reset()
	at = at.Add(Interval)
	w.Look(at)
	if len(w.Active()) != 0 {
		t.Errorf("of a room that is gone: %+v", w.Active())
	}
}

func TestCountersThatBeginAgainCountFromZero(t *testing.T) {
	w := newWindow(Rules())
	at := time.Unix(0, 0)
	for _, v := range []float64{5, 8, 2, 3} {
		reg := prometheus.NewRegistry()
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "einlass_panics_total"})
		reg.MustRegister(c)
		c.Add(v)
		if err := w.take(at, reg); err != nil {
			t.Fatal(err)
		}
		at = at.Add(Interval)
	}
	if got := w.increase(time.Minute, "panics_total")[""]; got != 3+2+1 {
		t.Errorf("increase %v, want 6", got)
	}
	if got := w.increase(20*time.Second, "panics_total")[""]; got != 3 {
		t.Errorf("increase of 20 seconds %v, want 3", got)
	}
}

func TestTheWindowForgets(t *testing.T) {
	w := newWindow(Rules())
	reg := prometheus.NewRegistry()
	for i := range 1000 {
		if err := w.take(time.Unix(int64(i*10), 0), reg); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.samples) != int(kept/Interval)+1 {
		t.Errorf("%d moments are kept", len(w.samples))
	}
}
