package web

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestEstimatesAreSaidAsAPersonWould(t *testing.T) {
	p := mustNew(t, testSite())
	for _, tt := range []struct {
		low, high time.Duration
		want      string
	}{
		{0, 0, "not known yet"},
		{time.Minute, -1, "not known yet"},
		{0, 20 * time.Second, "less than a minute"},
		{0, time.Minute, "less than a minute"},
		{0, 61 * time.Second, "up to 2 minutes"},
		{2 * time.Minute, 2 * time.Minute, "about 2 minutes"},
		{2*time.Minute + 30*time.Second, 4*time.Minute + time.Second, "about 2 to 5 minutes"},
		{12 * time.Minute, 18 * time.Minute, "about 12 to 18 minutes"},
		{13 * time.Minute, 22 * time.Minute, "about 12 to 25 minutes"},
		{4 * time.Minute, 21 * time.Minute, "about 4 to 25 minutes"},
		{50 * time.Minute, 65 * time.Minute, "about 50 minutes to 1 hour 10 minutes"},
		{65 * time.Minute, 2 * time.Hour, "about 1 to 2 hours"},
		{3 * time.Hour, 5*time.Hour + time.Minute, "about 3 hours to 5 hours 30 minutes"},
		{2 * time.Hour, 2 * time.Hour, "about 2 hours"},
		{time.Minute, 2 * time.Hour, "about 1 minute to 2 hours"},
		{2 * time.Hour, 30 * time.Hour, "more than 2 hours"},
		{time.Minute, 30 * time.Hour, "not known yet"},
		{time.Hour, math.MaxInt64, "more than 1 hour"},
		{10 * time.Minute, 2 * time.Minute, "about 2 minutes"},
	} {
		if got := string(p.langs[0].appendEstimate(nil, inHTML, tt.low, tt.high, false)); got != tt.want {
			t.Errorf("%s to %s: %q, want %q", tt.low, tt.high, got, tt.want)
		}
	}
}

func TestARoundedRangeHoldsTheRealOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		high := time.Duration(rapid.Int64Range(1, int64(24*time.Hour)).Draw(t, "high"))
		low := time.Duration(rapid.Int64Range(0, int64(high)).Draw(t, "low"))
		l, h := roundRange(low, high)
		if time.Duration(l)*time.Minute > low || time.Duration(h)*time.Minute < high {
			t.Fatalf("%s to %s is told as %d to %d minutes", low, high, l, h)
		}
	})
}
