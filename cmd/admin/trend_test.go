package main

import (
	"math"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/operator"
)

// seen is a room at a time with so many waiting and so many who entered.
func seen(at time.Time, waiting, admitted int64) *operator.RoomInfo {
	return &operator.RoomInfo{AsOf: at, Waiting: waiting, Totals: operator.Totals{Admitted: admitted}}
}

var eight = time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)

func TestATrendShowsWhoWaitedAndWhatIsNotKnown(t *testing.T) {
	tr := newTrend()
	tr.see(seen(eight, 10, 0))
	tr.see(seen(eight.Add(time.Second), 20, 0))
	tr.see(seen(eight.Add(2*trendStep), 40, 0)) // nobody looked in between
	n := len(tr.waiting)
	if a, b, c := tr.waiting[n-3], tr.waiting[n-2], tr.waiting[n-1]; a != 20 || !math.IsNaN(float64(b)) || c != 40 {
		t.Errorf("the trend ends with %v %v %v", a, b, c)
	}
	tr.see(seen(eight.Add(100*trendStep), 7, 0))
	for i, v := range tr.waiting[:n-1] {
		if !math.IsNaN(float64(v)) {
			t.Fatalf("dot %d is %v after a long time", i, v)
		}
	}
	if tr.see(seen(time.Time{}, 1, 1)); tr.waiting[n-1] != 7 {
		t.Error("a room of which nothing is known yet is shown")
	}
}

func TestAGatewaysHistoryFillsInWhatNobodySaw(t *testing.T) {
	tr := newTrend()
	tr.see(seen(eight, 10, 0))
	unix := float64(eight.Unix())
	tr.remember(&operator.HistoryInfo{Answer: history.Answer{Columns: map[string][]history.Value{
		"t": {history.Value(unix - 60*60*2), history.Value(unix - 60), history.Value(unix - 30), history.Value(unix)}, "waiting": {1, 5, 6, 99},
	}}})
	n := len(tr.waiting)
	if a, b, c := tr.waiting[n-3], tr.waiting[n-2], tr.waiting[n-1]; a != 5 || b != 6 || c != 10 {
		t.Errorf("the trend ends with %v %v %v", a, b, c)
	}
}

func TestEntriesAMinuteAreThoseOfTheLastMinute(t *testing.T) {
	tr := newTrend()
	if tr.see(seen(eight, 0, 100)); true {
		if _, known := tr.perMinute(); known {
			t.Error("one look tells a pace")
		}
	}
	if tr.see(seen(eight.Add(2*time.Second), 0, 102)); true {
		if _, known := tr.perMinute(); known {
			t.Error("two seconds tell a pace")
		}
	}
	for i := int64(1); i <= 12; i++ { // one every ten seconds, then nobody
		tr.see(seen(eight.Add(time.Duration(10*i)*time.Second), 0, 102+min(i, 6)))
	}
	if n, known := tr.perMinute(); !known || n != 0 {
		t.Errorf("%v, %v entered in a minute in which nobody did", n, known)
	}
	tr.see(seen(eight.Add(130*time.Second), 0, 3)) // a store that counts anew
	tr.see(seen(eight.Add(140*time.Second), 0, 5))
	if n, known := tr.perMinute(); !known || n != 12 {
		t.Errorf("%v, %v entered a minute after the store counted anew, want 12", n, known)
	}
}
