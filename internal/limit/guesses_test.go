package limit_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/limit"
)

func TestWrongCodesAreBoundedPerNetworkAndInAll(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	g, err := limit.NewGuesses(5, 20, now)
	if err != nil {
		t.Fatal(err)
	}
	one, neighbour := netip.MustParseAddr("2001:db8:1:2::1"), netip.MustParseAddr("2001:db8:1:2::99")
	for i := range 5 {
		if after := g.Blocked(one, now); after != 0 {
			t.Fatalf("code %d has to wait %v", i, after)
		}
		g.Wrong(one, now)
	}
	if after := g.Blocked(neighbour, now); after != 12*time.Second {
		t.Errorf("the same /64 after five wrong codes: %v, want 12s", after)
	}
	for range 100 { // asking costs nothing
		g.Blocked(one, now)
	}
	now = now.Add(12 * time.Second)
	if after := g.Blocked(one, now); after != 0 {
		t.Errorf("a fifth of a minute later: %v", after)
	}
	other := netip.MustParseAddr("192.0.2.1")
	for i := range 20 {
		g.Wrong(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), now)
	}
	if g.Blocked(other, now) == 0 {
		t.Error("the bound of all is not held")
	}
	if after := g.Blocked(other, now.Add(time.Minute)); after != 0 {
		t.Errorf("a minute later: %v", after)
	}
	if after := g.Blocked(other, now.Add(-24*time.Hour)); after != 0 {
		t.Errorf("after the clock was set back: %v", after)
	}
}

func TestGuessesNeedABound(t *testing.T) {
	for _, bad := range [][2]int64{{0, 1}, {1, 0}} {
		if _, err := limit.NewGuesses(bad[0], bad[1], time.Unix(1, 0)); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
}
