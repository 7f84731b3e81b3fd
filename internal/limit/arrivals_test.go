package limit

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var noon = time.Date(2021, 6, 14, 12, 0, 0, 0, time.UTC)

func address(i int) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(i))
	return netip.AddrFrom4(b)
}

// address6 is an address in the /64 of that number, counted within a prefix.
func address6(prefix string, i int) netip.Addr {
	b := netip.MustParseAddr(prefix).As16()
	binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])+uint64(i))
	return netip.AddrFrom16(b)
}

// newArrivals is a limit that begins at noon.
func newArrivals(tb testing.TB, perMinute, burst int64) *Arrivals {
	tb.Helper()
	l, err := NewArrivals(perMinute, burst, noon)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func TestALimitOfNothingIsRefused(t *testing.T) {
	for _, bad := range [][2]int64{{0, 1}, {1, 0}, {-1, 5}} {
		if _, err := NewArrivals(bad[0], bad[1], noon); err == nil || !strings.Contains(err.Error(), "limits.arrivals_per_prefix") {
			t.Errorf("rate %d, burst %d: %v", bad[0], bad[1], err)
		}
	}
	if _, err := NewShedder(0); err == nil {
		t.Error("a shedder that lets nobody in was made")
	}
}

// known is how many networks a limit remembers.
func (l *Arrivals) known() (n int) {
	for i := range l.shards {
		n += len(l.shards[i].next)
	}
	return n
}

func TestABurstIsTakenAtOnceAndTheRestAtThePace(t *testing.T) {
	l := newArrivals(t, 60, 5)
	school := address(1)
	for i := range 5 {
		if ok, _ := l.Allow(school, noon); !ok {
			t.Fatalf("arrival %d of the burst was not taken", i+1)
		}
	}
	ok, after := l.Allow(school, noon)
	if ok || after != time.Second {
		t.Errorf("the sixth: %v, after %v", ok, after)
	}
	if ok, _ := l.Allow(address(2), noon); !ok {
		t.Error("another network waits for the first one")
	}
	if ok, after = l.Allow(school, noon.Add(400*time.Millisecond)); ok || after != 600*time.Millisecond {
		t.Errorf("a little later: %v, after %v", ok, after)
	}
	if ok, _ := l.Allow(school, noon.Add(time.Second)); !ok {
		t.Error("not taken at the time that was told")
	}
}

func TestARefusedArrivalMayAskAgainAtNoCost(t *testing.T) {
	l := newArrivals(t, 60, 1)
	l.Allow(address(1), noon)
	for range 10_000 {
		l.Allow(address(1), noon)
	}
	if ok, _ := l.Allow(address(1), noon.Add(time.Second)); !ok {
		t.Error("not taken after one interval")
	}
}

func TestOverAnHourThePaceIsKeptExactly(t *testing.T) {
	l := newArrivals(t, 600, 20)
	taken := 0
	for at := noon; at.Before(noon.Add(time.Hour)); at = at.Add(37 * time.Millisecond) {
		if ok, after := l.Allow(address(1), at); ok {
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
	l := newArrivals(t, 60, 5)
	for range 6 {
		l.Allow(address(1), noon)
	}
	before := noon.Add(-24 * time.Hour)
	for i := range 5 {
		if ok, after := l.Allow(address(1), before); !ok {
			t.Fatalf("arrival %d after the clock was set back is refused for %v", i+1, after)
		}
	}
	if ok, after := l.Allow(address(1), before); ok || after != time.Second {
		t.Errorf("the sixth arrival after the clock was set back: %v, after %v", ok, after)
	}
	if ok, _ := l.Allow(address(1), before.Add(time.Second)); !ok {
		t.Error("not taken at the time that was told")
	}
}

func TestANetworkThatIsNotKnownIsNotLimited(t *testing.T) {
	l := newArrivals(t, 1, 1)
	for range 10 {
		if ok, _ := l.Allow(netip.Addr{}, noon); !ok {
			t.Fatal("limited")
		}
	}
}

func TestHugeLimitsDoNotOverflow(t *testing.T) {
	l := newArrivals(t, 10_000_000, 1<<62)
	for range 1000 {
		if ok, _ := l.Allow(address(1), noon); !ok {
			t.Fatal("limited")
		}
	}
}

func TestAFloodOfNetworksIsForgottenBeforeTheLargestDebts(t *testing.T) {
	l := newArrivals(t, 1, 100)
	busy := address(1 << 30)
	for range 101 {
		l.Allow(busy, noon)
	}
	for i := range 4 * arrivalShards * arrivalsAShard {
		if ok, _ := l.Allow(address(i), noon); !ok {
			t.Fatal("a new network was limited")
		}
	}
	if known := l.known(); known > arrivalShards*arrivalsAShard {
		t.Errorf("%d networks are known, want at most %d", known, arrivalShards*arrivalsAShard)
	}
	if ok, _ := l.Allow(busy, noon); ok {
		t.Error("the busiest network was forgotten first")
	}
}

func TestTheLimitHoldsForManyAtOnce(t *testing.T) {
	l := newArrivals(t, 60, 50)
	var taken atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				if ok, _ := l.Allow(address(1), noon); ok {
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

// flood lets one /64 after the other ask for a place, count times within a time, and says how many got one.
func flood(l *Arrivals, prefix string, nets, count int, within time.Duration) (taken int) {
	for i := range count {
		at := noon.Add(within * time.Duration(i) / time.Duration(count))
		if ok, _ := l.Allow(address6(prefix, i%nets), at); ok {
			taken++
		}
	}
	return taken
}

func TestAHouseholdHasTwiceTheLimitAndASiteEightTimes(t *testing.T) {
	const seconds = 6
	for name, tc := range map[string]struct{ nets, share int }{
		"one link":             {1, 1},
		"one household, a /56": {256, 2},
		"one site, a /48":      {65_536, 8},
	} {
		t.Run(name, func(t *testing.T) {
			l := newArrivals(t, 1200, 2000)
			most := tc.share * (2000 + seconds*20)
			if n := flood(l, "2001:db8:7::", tc.nets, 50_000, seconds*time.Second); n < most-tc.share || n > most {
				t.Errorf("took %d of 50000 places in six seconds, want %d", n, most)
			}
		})
	}
}

func TestAThousandHouseholdsAreNotTouchedByOneThatFloods(t *testing.T) {
	l := newArrivals(t, 1200, 2000)
	flood(l, "2001:db8:7::", 65_536, 50_000, time.Second)
	for i := range 1000 {
		home := address6("2001:db8:8::", i<<16|i) // each in a /48 of its own
		for person := range 10 {
			if ok, _ := l.Allow(home, noon.Add(time.Second)); !ok {
				t.Fatalf("person %d of household %d is refused", person+1, i+1)
			}
		}
	}
}

func TestAnArrivalThatOneNetworkRefusesCostsTheOthersNothing(t *testing.T) {
	l := newArrivals(t, 60, 1)
	// Two links of a household use up what the household has.
	for i := range 2 {
		if ok, _ := l.Allow(address6("2001:db8:7::", i), noon); !ok {
			t.Fatalf("link %d is refused", i+1)
		}
	}
	for i := range 1000 {
		if ok, after := l.Allow(address6("2001:db8:7::", 2+i%254), noon); ok || after != 500*time.Millisecond {
			t.Fatalf("a further link of the household: %v, after %v", ok, after)
		}
	}
	if n := l.known(); n != 4 {
		t.Errorf("%d networks are known, want two links, the household and the site", n)
	}
	// Three other households still have what is left of the site's eight.
	for i := range 6 {
		if ok, _ := l.Allow(address6("2001:db8:7::", (1+i/2)<<8|i), noon); !ok {
			t.Fatalf("link %d of another household pays for what was refused", i+1)
		}
	}
	if ok, _ := l.Allow(address6("2001:db8:7::", 9<<8), noon); ok {
		t.Error("the site has a ninth arrival")
	}
}

func TestWhatIsPaidIsForgottenAndItsMemoryGivenBack(t *testing.T) {
	l := newArrivals(t, 60, 1)
	for i := range 200_000 {
		l.Allow(address(i), noon)
	}
	if n := l.known(); n < 150_000 {
		t.Fatalf("only %d networks are known", n)
	}
	later := noon.Add(time.Minute)
	for range 2 * arrivalShards {
		l.Allow(address(1<<30), later)
	}
	if n := l.known(); n != 1 {
		t.Errorf("%d networks are known when all but one have paid", n)
	}
	for i := range l.shards {
		if s := &l.shards[i]; s.peak > 64 {
			t.Fatalf("a shard with %d networks holds the memory of %d", len(s.next), s.peak)
		}
	}
}

func TestManyNetworksTogetherNeitherFreeABusyOneNorLockAnybodyOut(t *testing.T) {
	l := newArrivals(t, 1, 100)
	town := address(1 << 30)
	for range 100 {
		l.Allow(town, noon)
	}
	// A /32 has 65,536 /48s; each arrival is three networks.
	refused := 0
	for i := range 1 << 18 {
		if ok, _ := l.Allow(address6("2001:db8::", i%65_536<<16|i>>16), noon); !ok {
			refused++
		}
	}
	if n := l.known(); n > arrivalShards*arrivalsAShard {
		t.Errorf("%d networks are known, want at most %d", n, arrivalShards*arrivalsAShard)
	}
	if refused > 0 {
		t.Errorf("%d arrivals were refused that were the first of their /64", refused)
	}
	if ok, _ := l.Allow(town, noon); ok {
		t.Error("the flood made the limit forget what the busiest network owes")
	}
	if ok, _ := l.Allow(address6("2001:db9::", 1), noon); !ok {
		t.Error("a newcomer is locked out while the memory is full")
	}
}

func BenchmarkArrivalsIPv6(b *testing.B) {
	l := newArrivals(b, 1200, 2000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.Allow(address6("2001:db8::", i%(1<<20)), noon)
	}
}

func BenchmarkArrivals(b *testing.B) {
	l := newArrivals(b, 1200, 2000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.Allow(address(i%(1<<20)), noon)
	}
}

func TestTheLimitOfAHouseholdHoldsForItsLinksAtOnce(t *testing.T) {
	l := newArrivals(t, 60, 50)
	var taken atomic.Int64
	var all sync.WaitGroup
	for link := range 8 {
		all.Go(func() {
			for range 100 {
				if ok, _ := l.Allow(address6("2001:db8:7::", link), noon); ok {
					taken.Add(1)
				}
			}
		})
	}
	all.Wait()
	if taken.Load() != 100 {
		t.Errorf("%d taken, want 100", taken.Load())
	}
}
