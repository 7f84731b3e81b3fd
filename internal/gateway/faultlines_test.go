package gateway

import (
	"testing"
	"time"
)

func TestTheLogTakesSoManyFaultsASecond(t *testing.T) {
	var f faultLines
	at := time.Unix(1000, 0)
	taken := 0
	for range 3 * faultsASecond {
		if f.take(at) {
			taken++
		}
	}
	if taken != faultsASecond {
		t.Errorf("%d in one second, want %d", taken, faultsASecond)
	}
	if !f.take(at.Add(time.Second)) {
		t.Error("none in the next second")
	}
}
