package main

import (
	"math"
	"time"

	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/internal/operator"
)

const (
	// trendStep is what a dot of a trend stands for, trendDots how many there are: 30 minutes. The figures that
	// a gateway keeps are of 10 s, so that each dot has some.
	trendStep = 30 * time.Second
	trendDots = 60
	// entriesOver is what entries a minute are the mean of. Less than entriesFrom says nothing.
	entriesOver = time.Minute
	entriesFrom = 5 * time.Second
)

// trend is what a room did in the last minutes, as somebody who looks again and again has seen it.
type trend struct {
	waiting []history.Value // trendDots of them, the last is that of bucket
	bucket  int64
	entries []entered
}

// entered is how many had entered at a time.
type entered struct {
	at    time.Time
	count int64
}

func newTrend() *trend {
	t := &trend{waiting: make([]history.Value, trendDots)}
	for i := range t.waiting {
		t.waiting[i] = history.Value(math.NaN())
	}
	return t
}

// remember puts a gateway's history in where nothing was seen.
func (t *trend) remember(info *operator.HistoryInfo) {
	times := info.Columns["t"]
	for i, v := range info.Columns["waiting"] {
		t.move(int64(times[i]) / int64(trendStep/time.Second))
		if at := t.at(int64(times[i]) / int64(trendStep/time.Second)); at != nil && math.IsNaN(float64(*at)) {
			*at = v
		}
	}
}

// see takes a room as it is at a time of its own clock. A time that was seen adds nothing, one long before begins anew.
func (t *trend) see(r *operator.RoomInfo) {
	if r.AsOf.IsZero() {
		return
	}
	bucket := r.AsOf.Unix() / int64(trendStep/time.Second)
	t.move(bucket)
	if at := t.at(bucket); at != nil {
		*at = history.Value(r.Waiting + r.Front)
	}
	if n := len(t.entries); n > 0 {
		switch last := t.entries[n-1]; {
		case !r.AsOf.After(last.at):
			return
		case r.Totals.Admitted < last.count:
			t.entries = nil // the store counts anew
		}
	}
	t.entries = append(t.entries, entered{r.AsOf, r.Totals.Admitted})
	for len(t.entries) > 2 && r.AsOf.Sub(t.entries[1].at) >= entriesOver {
		t.entries = t.entries[1:]
	}
}

// move makes bucket the last one, if it is later.
func (t *trend) move(bucket int64) {
	for range min(max(0, bucket-t.bucket), trendDots) {
		t.waiting = append(t.waiting[1:], history.Value(math.NaN()))
	}
	t.bucket = max(t.bucket, bucket)
}

// at is the value of a bucket; nil: it is too old.
func (t *trend) at(bucket int64) *history.Value {
	i := int64(len(t.waiting)) - 1 - (t.bucket - bucket)
	if i < 0 {
		return nil
	}
	return &t.waiting[i]
}

// perMinute is how many entered a minute of late; false: that is not known yet.
func (t *trend) perMinute() (float64, bool) {
	if len(t.entries) < 2 {
		return 0, false
	}
	first, last := t.entries[0], t.entries[len(t.entries)-1]
	over := last.at.Sub(first.at)
	if over < entriesFrom {
		return 0, false
	}
	return float64(last.count-first.count) / over.Minutes(), true
}
