package httpx

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var noon = time.Date(2021, 6, 14, 12, 0, 0, 0, time.UTC)

func network(i int) netip.Prefix {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(i))
	return Prefix(netip.AddrFrom4(b))
}

func TestABurstIsTakenAtOnceAndTheRestAtThePace(t *testing.T) {
	l := NewArrivalLimit(60, 5)
	school := network(1)
	for i := range 5 {
		if ok, _ := l.Allow(school, noon); !ok {
			t.Fatalf("arrival %d of the burst was not taken", i+1)
		}
	}
	ok, after := l.Allow(school, noon)
	if ok || after != time.Second {
		t.Errorf("the sixth: %v, after %v", ok, after)
	}
	if ok, _ := l.Allow(network(2), noon); !ok {
		t.Error("another network waits for the first one")
	}
	if ok, after = l.Allow(school, noon.Add(400*time.Millisecond)); ok || after != 600*time.Millisecond {
		t.Errorf("a little later: %v, after %v", ok, after)
	}
	if ok, _ := l.Allow(school, noon.Add(time.Second)); !ok {
		t.Error("not taken at the time that was told")
	}
}

func TestWhoIsRefusedIsNotPunishedForAskingAgain(t *testing.T) {
	l := NewArrivalLimit(60, 1)
	l.Allow(network(1), noon)
	for range 10_000 {
		l.Allow(network(1), noon)
	}
	if ok, _ := l.Allow(network(1), noon.Add(time.Second)); !ok {
		t.Error("not taken after one interval")
	}
}

func TestOverAnHourThePaceIsKeptExactly(t *testing.T) {
	l := NewArrivalLimit(600, 20)
	taken := 0
	for at := noon; at.Before(noon.Add(time.Hour)); at = at.Add(37 * time.Millisecond) {
		if ok, after := l.Allow(network(1), at); ok {
			taken++
		} else if after <= 0 || after > 100*time.Millisecond {
			t.Fatalf("told to wait %v", after)
		}
	}
	if taken < 36_000 || taken > 36_020 {
		t.Errorf("%d arrivals in an hour, want 36,000 and the burst", taken)
	}
}

func TestAClockThatIsSetBackDoesNotLockANetworkOut(t *testing.T) {
	l := NewArrivalLimit(60, 5)
	for range 6 {
		l.Allow(network(1), noon)
	}
	if ok, after := l.Allow(network(1), noon.Add(-24*time.Hour)); ok || after > 2*time.Second {
		t.Errorf("%v, after %v", ok, after)
	}
}

func TestANetworkThatIsNotKnownIsNotLimited(t *testing.T) {
	l := NewArrivalLimit(1, 1)
	for range 10 {
		if ok, _ := l.Allow(netip.Prefix{}, noon); !ok {
			t.Fatal("limited")
		}
	}
}

func TestHugeLimitsDoNotOverflow(t *testing.T) {
	l := NewArrivalLimit(10_000_000, 1<<62)
	for range 1000 {
		if ok, _ := l.Allow(network(1), noon); !ok {
			t.Fatal("limited")
		}
	}
}

func TestAFloodOfNetworksIsForgottenBeforeThoseWhoOwe(t *testing.T) {
	l := NewArrivalLimit(1, 100)
	busy := network(1 << 30)
	for range 101 {
		l.Allow(busy, noon)
	}
	for i := range 4 * arrivalShards * arrivalsAShard {
		if ok, _ := l.Allow(network(i), noon); !ok {
			t.Fatal("a new network was limited")
		}
	}
	known := 0
	for i := range l.shards {
		known += len(l.shards[i].next)
	}
	if known > arrivalShards*arrivalsAShard {
		t.Errorf("%d networks are known, want at most %d", known, arrivalShards*arrivalsAShard)
	}
	if ok, _ := l.Allow(busy, noon); ok {
		t.Error("the busiest network was forgotten first")
	}
}

func TestTheLimitHoldsForManyAtOnce(t *testing.T) {
	l := NewArrivalLimit(60, 50)
	var taken atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				if ok, _ := l.Allow(network(1), noon); ok {
					taken.Add(1)
				}
			}
		})
	}
	all.Wait()
	if taken.Load() != 50 {
		t.Errorf("%d taken, want 50", taken.Load())
	}
}

func BenchmarkArrivalLimit(b *testing.B) {
	l := NewArrivalLimit(1200, 2000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.Allow(network(i%(1<<20)), noon)
	}
}
