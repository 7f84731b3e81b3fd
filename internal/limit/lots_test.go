package limit

import (
	"math"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func newLots(ipv4, ipv6 int64) *Lots {
	l := &Lots{}
	l.Limit(LotsOf{ipv4, ipv6})
	return l
}

// takes is how many of count arrivals in a lobby got a lot.
func takes(l *Lots, lobby string, count int, of func(i int) netip.Addr) (n int) {
	for i := range count {
		if ok, _ := l.Take(lobby, of(i)); ok {
			n++
		}
	}
	return n
}

func always(a netip.Addr) func(int) netip.Addr { return func(int) netip.Addr { return a } }

func TestASchoolClassBehindOneAddressHasItsLots(t *testing.T) {
	l := newLots(100, 16)
	if n := takes(l, "a", 30, always(address(1))); n != 30 {
		t.Errorf("%d of 30 take part", n)
	}
	if n := takes(l, "a", 130, always(address(2))); n != 100 {
		t.Errorf("of 130 behind one address %d take part, want 100", n)
	}
	if n := takes(l, "a", 1, always(address(3))); n != 1 {
		t.Error("another address pays for it")
	}
}

func TestAnIPv6NetworkHasItsLotsOnceTwiceAndEightTimes(t *testing.T) {
	for name, tc := range map[string]struct{ nets, want int }{
		"one link": {1, 16}, "one household, a /56": {256, 32}, "one site, a /48": {65_536, 128},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLots(100, 16)
			if n := takes(l, "a", 10_000, func(i int) netip.Addr { return address6("2001:db8:7::", i%tc.nets) }); n != tc.want {
				t.Errorf("%d take part, want %d", n, tc.want)
			}
			if n := takes(l, "a", 1, always(address6("2001:db8:8::", 0))); n != 1 {
				t.Error("another site pays for it")
			}
		})
	}
}

func TestALotThatOneNetworkRefusesCostsTheOthersNothing(t *testing.T) {
	l := newLots(1, 1)
	takes(l, "a", 2, func(i int) netip.Addr { return address6("2001:db8:7::", i) }) // all that the household has
	takes(l, "a", 1000, func(i int) netip.Addr { return address6("2001:db8:7::", 2+i%254) })
	if n := takes(l, "a", 6, func(i int) netip.Addr { return address6("2001:db8:7::", (1+i/2)<<8|i) }); n != 6 {
		t.Errorf("three other households have %d lots, want the 6 that are left of the site's", n)
	}
}

func TestALotWithoutANumberIsGivenBack(t *testing.T) {
	l := newLots(1, 1)
	for _, client := range []netip.Addr{address(1), address6("2001:db8::", 1)} {
		for range 3 {
			if ok, _ := l.Take("a", client); !ok {
				t.Fatalf("%v: the lot that was given back is gone", client)
			}
			l.Return("a", client)
		}
		l.Take("a", client)
		l.Return("b", client) // of a lobby that is over
		if ok, _ := l.Take("a", client); ok {
			t.Errorf("%v: a lot of another lobby was given back", client)
		}
	}
	if len(l.given) != 4 {
		t.Errorf("%d networks are known, want 4", len(l.given))
	}
}

func TestALobbyThatIsOverIsForgotten(t *testing.T) {
	l := newLots(2, 2)
	takes(l, "a", 5, always(address(1)))
	before := l.seed
	l.See("a")
	if ok, _ := l.Take("a", address(1)); ok {
		t.Error("forgotten while the lobby is open")
	}
	if l.See(""); l.given != nil {
		t.Error("the hashes outlive the lobby")
	}
	if n := takes(l, "b", 5, always(address(1))); n != 2 {
		t.Errorf("in the next lobby %d take part, want 2", n)
	}
	if l.seed == before {
		t.Error("two lobbies hash by one key")
	}
	if n := takes(l, "c", 5, always(address(1))); n != 2 {
		t.Errorf("in a lobby right behind another %d take part, want 2", n)
	}
}

func TestTheFirstThatIsOneTooManyIsToldOnceALobby(t *testing.T) {
	l := newLots(1, 1)
	for _, lobby := range []string{"a", "b"} {
		var told []int
		for i := range 6 {
			if _, first := l.Take(lobby, address(i/3)); first {
				told = append(told, i)
			}
		}
		if len(told) != 1 || told[0] != 1 {
			t.Errorf("lobby %s: told at %v, want once, at the second arrival", lobby, told)
		}
	}
}

func TestLotsThatAreOffBoundNothing(t *testing.T) {
	l := newLots(0, 1)
	if n := takes(l, "a", 1000, always(address(1))); n != 1000 || len(l.given) != 0 {
		t.Errorf("IPv4 is off: %d take part, %d networks are known", n, len(l.given))
	}
	if n := takes(l, "a", 10, always(address6("2001:db8::", 1))); n != 1 {
		t.Errorf("IPv6 is not off: %d take part", n)
	}
	if n := takes(newLots(1, 1), "a", 10, always(netip.Addr{})); n != 10 {
		t.Errorf("an unknown address: %d take part", n)
	}
	huge := newLots(1, math.MaxInt32)
	if n := takes(huge, "a", 10, always(address6("2001:db8::", 1))); n != 10 {
		t.Errorf("a huge bound: %d take part", n)
	}
}

func TestALimitThatIsChangedLeavesWhatWasGiven(t *testing.T) {
	l := newLots(2, 2)
	takes(l, "a", 2, always(address(1)))
	l.Limit(LotsOf{3, 3})
	if n := takes(l, "a", 5, always(address(1))); n != 1 {
		t.Errorf("%d further lots, want 1", n)
	}
}

func TestLotsHoldForManyAtOnce(t *testing.T) {
	l := newLots(50, 50)
	var taken, firsts atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				ok, first := l.Take("a", address(1))
				if ok {
					taken.Add(1)
				}
				if first {
					firsts.Add(1)
				}
				l.See("a")
			}
		})
	}
	all.Wait()
	if taken.Load() != 50 || firsts.Load() != 1 {
		t.Errorf("%d taken, told %d times; want 50, once", taken.Load(), firsts.Load())
	}
}

// BenchmarkLots says what a million networks cost: time of an arrival, and memory of a network.
func BenchmarkLots(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		l := newLots(100, 16)
		for i := range 1_000_000 {
			l.Take("a", address(i))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "B/network")
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/arrival")
		runtime.KeepAlive(l)
	}
}
