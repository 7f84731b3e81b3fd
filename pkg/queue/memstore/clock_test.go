package memstore

import (
	"testing"
	"testing/synctest"
	"time"
)

// A line without memory waits for the next second, so that its epoch is a new one. A clock that is late by a part of a
// millisecond would still be in the second before.
func TestTheClockIsNotBehindTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(250 * time.Microsecond)
		for range 20 {
			clock := monotonicClock()
			time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
			if now, want := clock(), time.Now().UnixMilli(); now != want {
				t.Fatalf("the clock says %d at %d", now, want)
			}
			time.Sleep(70*time.Millisecond + 370*time.Microsecond)
		}
	})
}
