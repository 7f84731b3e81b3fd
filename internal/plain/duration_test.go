package plain

import (
	"testing"
	"time"
)

func TestADurationIsWrittenAsPeopleDoAndIsReadAgain(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", time.Second: "1s", 10 * time.Second: "10s", 5 * time.Minute: "5m", 90 * time.Second: "1m30s", 10 * time.Minute: "10m",
		25 * time.Hour: "25h", 90 * time.Minute: "1h30m", time.Hour + time.Second: "1h0m1s", 250 * time.Millisecond: "250ms", -2 * time.Hour: "-2h",
		100 * time.Hour: "100h",
	} {
		got := Duration(d)
		if read, err := time.ParseDuration(got); got != want || err != nil || read != d {
			t.Errorf("%d is %q, want %q, and read as %v, %v", d, got, want, read, err)
		}
	}
}
