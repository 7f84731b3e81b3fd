package gateway

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

const (
	noonMs   = int64(1_800_000_000_000)
	minuteMs = int64(60_000)
)

var home = netip.MustParseAddr("198.51.100.7")

// visitorOf is a visitor's id; they spread over the shards.
func visitorOf(i int) (id queue.VisitorID) {
	binary.LittleEndian.PutUint64(id[:8], uint64(i))
	binary.LittleEndian.PutUint64(id[8:], uint64(i))
	return id
}

// place is the address of a network of that number.
func place(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 1}) }

// known is how many stays are remembered.
func (s *stays) known() (n int) {
	for i := range s.shards {
		n += len(s.shards[i].all)
	}
	return n
}

// serves asks for one request that is over at once, and reports whether it was served.
func (s *stays) serves(id queue.VisitorID, from netip.Addr, now int64) bool {
	a := s.enter(id, from, now)
	if a.networks || a.busy || a.turn != nil {
		return false
	}
	a.stay.Ended()
	return true
}

func TestAPassIsGoodForFourNetworksInTenMinutes(t *testing.T) {
	s := newStays(32, 4)
	one := visitorOf(1)
	for i := range 4 {
		if !s.serves(one, place(i), noonMs+int64(i)*minuteMs) {
			t.Fatalf("network %d is refused", i+1)
		}
	}
	now := noonMs + 5*minuteMs
	a := s.enter(one, place(4), now)
	if !a.networks || a.retry != 5*time.Minute {
		t.Errorf("the fifth network: refused %v, again in %v, want 5m", a.networks, a.retry)
	}
	if !s.serves(one, place(3), now) {
		t.Error("a network in use is refused because of another")
	}
	if !s.serves(visitorOf(2), place(4), now) {
		t.Error("another visitor is refused")
	}
	// At ten minutes the first has been silent for long enough, the second not yet.
	now = noonMs + 10*minuteMs
	if !s.serves(one, place(4), now) {
		t.Error("refused at the time that was told")
	}
	if s.serves(one, place(5), now) {
		t.Error("two more networks for one that was silent")
	}
}

// The time of a room goes back by moments when that of its store does. A copied pass must not push the visitor out then.
func TestAPassIsGoodForItsNetworksWhenTimeGoesBackByAMoment(t *testing.T) {
	s := newStays(32, 4)
	one := visitorOf(1)
	for i := range 4 {
		if !s.serves(one, place(i), noonMs-int64(i)) {
			t.Fatalf("network %d is refused", i+1)
		}
	}
	if s.serves(one, place(4), noonMs-4) {
		t.Error("a fifth network takes the place of one that was seen a moment ago")
	}
	if !s.serves(one, place(0), noonMs-5) {
		t.Error("the first network is refused")
	}
	if !s.serves(one, place(5), noonMs-11*minuteMs) {
		t.Error("what a clock saw that was eleven minutes ahead is not forgotten")
	}
}

func TestPeopleWhoseAddressChangesAreOneNetwork(t *testing.T) {
	for name, format := range map[string]string{
		"a pool of a carrier":    "100.64.7.%d",
		"the links of a home":    "2001:db8:0:7%02x::1",
		"the addresses of a PC":  "2001:db8::%x",
		"one address, mapped or": "::ffff:198.51.100.%d",
	} {
		t.Run(name, func(t *testing.T) {
			s := newStays(32, 1)
			for i := range 200 {
				if !s.serves(visitorOf(1), netip.MustParseAddr(fmt.Sprintf(format, i)), noonMs) {
					t.Fatalf("address %d is refused", i+1)
				}
			}
		})
	}
	s := newStays(32, 1)
	if !s.serves(visitorOf(1), home, noonMs) || !s.serves(visitorOf(1), netip.Addr{}, noonMs) {
		t.Error("an address that nobody knows counts as a network")
	}
}

func TestAPhoneThatGoesFromMobileToWLANIsServed(t *testing.T) {
	s := newStays(32, 4)
	for minute, ip := range []string{
		"100.64.7.9", "2001:db8:1:100::1", "203.0.113.4", "2001:db8:2:200::1", "100.64.7.12", "2001:db8:1:101::9", "203.0.113.4",
	} {
		if !s.serves(visitorOf(1), netip.MustParseAddr(ip), noonMs+int64(minute)*minuteMs) {
			t.Errorf("%s is refused", ip)
		}
	}
}

func TestAClockThatGoesBackLocksNobodyOut(t *testing.T) {
	s := newStays(32, 2)
	for i := range 2 {
		s.serves(visitorOf(1), place(i), noonMs)
	}
	if !s.serves(visitorOf(1), place(2), noonMs-60*minuteMs) {
		t.Error("refused because of requests that are yet to come")
	}
}

func TestRequestsBeyondTheBoundWaitInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStays(32, 4)
		var underWay, most, served atomic.Int64
		var all sync.WaitGroup
		// A page with sixty images through a front proxy, all at once.
		for range 61 {
			all.Go(func() {
				a := s.enter(visitorOf(1), home, noonMs)
				if a.busy || a.turn != nil && a.await(stayPatience, patient) != nil {
					return
				}
				most.Store(max(most.Load(), underWay.Add(1)))
				time.Sleep(300 * time.Millisecond)
				underWay.Add(-1)
				served.Add(1)
				a.stay.Ended()
			})
		}
		begun := time.Now()
		all.Wait()
		if served.Load() != 61 || most.Load() != 32 || time.Since(begun) != 600*time.Millisecond {
			t.Errorf("%d of 61 served in %v, %d at once, want all in 600ms and 32", served.Load(), time.Since(begun), most.Load())
		}
		if !s.serves(visitorOf(1), home, noonMs) || !s.shards[1].all[visitorOf(1)].idle() {
			t.Error("something is still held")
		}
	})
}

func TestWhatWaitsTooLongOrTooManyIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStays(2, 0)
		one := visitorOf(1)
		first, second := s.enter(one, home, noonMs), s.enter(one, home, noonMs)
		var waiting []admission
		for range 2 * stayWaiting {
			waiting = append(waiting, s.enter(one, home, noonMs))
		}
		if a := s.enter(one, home, noonMs); !a.busy || a.retry <= 0 {
			t.Errorf("one more than may wait: busy %v, again in %v", a.busy, a.retry)
		}
		begun := time.Now()
		if waiting[0].await(stayPatience, patient) == nil || time.Since(begun) != stayPatience {
			t.Errorf("the first that waits goes after %v", time.Since(begun))
		}
		// A request that gave up is passed over.
		first.stay.Ended()
		second.stay.Ended()
		if waiting[1].await(0, patient) != nil || waiting[2].await(0, patient) != nil || waiting[3].await(0, patient) == nil {
			t.Error("the turn does not go to those who wait longest")
		}
	})
}

func TestAStayIsForgottenWithItsEndOrItsSilence(t *testing.T) {
	s := newStays(32, 4)
	for i := range 10_000 {
		s.serves(visitorOf(i), home, noonMs)
	}
	busy := s.enter(visitorOf(20_000), home, noonMs)
	if s.end(visitorOf(1)); s.known() != 10_000 {
		t.Errorf("%d stays are known after the end of one, want 10000", s.known())
	}
	s.end(visitorOf(20_000))
	busy.stay.Ended() // what was under way at its end ends later
	held := s.enter(visitorOf(20_001), home, noonMs)
	for second := range int64(2 * stayShards) {
		s.serves(visitorOf(30_000), home, noonMs+11*minuteMs+1000*second)
	}
	if n := s.known(); n != 2 {
		t.Errorf("%d stays are known after ten minutes, want the one that asks and the one with a request under way", n)
	}
	for i := range s.shards {
		if shard := &s.shards[i]; shard.peak > 64 {
			t.Fatalf("a shard with %d stays holds the memory of %d", len(shard.all), shard.peak)
		}
	}
	held.stay.Ended()
}

func TestTheMemoryForStaysIsBounded(t *testing.T) {
	s := newStays(1, 4)
	working := s.enter(visitorOf(0), home, noonMs)
	for i := range stayShards*staysAShard + 10_000 {
		if !s.serves(visitorOf(1+i), home, noonMs+int64(i/1000)) {
			t.Fatalf("visitor %d is refused because others are remembered", i+1)
		}
	}
	if n := s.known(); n > stayShards*staysAShard {
		t.Errorf("%d stays are known, want at most %d", n, stayShards*staysAShard)
	}
	if a := s.enter(visitorOf(0), home, noonMs); a.turn == nil {
		t.Error("a stay with a request under way was forgotten")
	}
	working.stay.Ended()
	// Nothing is refused even when all that are known have a request under way.
	for i := range stayShards*staysAShard + 10_000 {
		if a := s.enter(visitorOf(1_000_000+i), home, noonMs+minuteMs); a.turn != nil || a.busy || a.networks {
			t.Fatalf("visitor %d is refused", i+1)
		}
	}
}

func TestManyAtOnceNeverHaveMoreUnderWayThanTheBound(t *testing.T) {
	s := newStays(4, 4)
	var underWay atomic.Int64
	var all sync.WaitGroup
	for worker := range 12 {
		all.Go(func() {
			for i := range 300 {
				a := s.enter(visitorOf(1), place(worker%6), noonMs)
				if a.networks || a.busy || a.turn != nil && a.await(time.Duration(i%3)*time.Millisecond, patient) != nil {
					continue
				}
				if n := underWay.Add(1); n > 4 {
					t.Errorf("%d under way", n)
				}
				underWay.Add(-1)
				a.stay.Ended()
			}
		})
	}
	all.Wait()
	if st := s.shards[1].all[visitorOf(1)]; !st.idle() || len(st.networks) != 4 {
		t.Errorf("left: %d under way, %d waiting, %d networks", st.held, len(st.waiting), len(st.networks))
	}
}

func TestAKnownStayCostsNoAllocation(t *testing.T) {
	s := newStays(32, 4)
	now := noonMs
	s.serves(visitorOf(1), home, now)
	if n := testing.AllocsPerRun(1000, func() { now++; s.serves(visitorOf(1), home, now) }); n > 0 {
		t.Errorf("%v allocations for a request of a known stay", n)
	}
}

func BenchmarkStay(b *testing.B) {
	s := newStays(32, 4)
	const people = 10_000
	for i := range people {
		s.serves(visitorOf(i), home, noonMs)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.serves(visitorOf(i%people), home, noonMs+int64(i/1000))
	}
}

// patient is a client that does not hang up.
func patient() bool { return false }

func TestOtherBoundsHoldForStaysThatAreKnown(t *testing.T) {
	s := newStays(1, 2)
	id := visitorOf(1)
	first := s.enter(id, home, noonMs)
	var turns []chan struct{}
	for range 3 {
		turns = append(turns, s.enter(id, home, noonMs).turn)
	}
	open := func() (n int) {
		for _, turn := range turns {
			select {
			case <-turn:
				n++
			default:
			}
		}
		return n
	}
	if s = s.rebound(3, 2); open() != 2 {
		t.Errorf("under a bound of 3, %d of those that waited go beside the first; want 2", open())
	}
	s = s.rebound(1, 2)
	first.stay.Ended()
	first.stay.Ended()
	if open() != 2 {
		t.Error("under a bound of 1, the end of two of three lets a further one go")
	}
	first.stay.Ended()
	if open() != 3 {
		t.Error("the last one that waited does not go")
	}
	if s = s.rebound(0, 1); s.serves(id, place(9), noonMs) {
		t.Error("a second network is let in under a bound of 1")
	}
	if s = s.rebound(0, 0); s != nil {
		t.Error("without bounds stays are remembered")
	}
	if s = s.rebound(1, 0); s == nil || !s.serves(id, home, noonMs) {
		t.Error("bounds that are switched on")
	}
}
