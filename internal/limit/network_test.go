package limit

import (
	"hash/maphash"
	"net/netip"
	"testing"
)

func TestNetworksThatAreTheSameHaveOneHash(t *testing.T) {
	seed := maphash.MakeSeed()
	of := func(ip string) Networks { return NetworksOf(seed, netip.MustParseAddr(ip)) }
	one := of("2001:db8:1:203::1")
	for ip, same := range map[string]int{
		"2001:db8:1:203:ffff::2": 3, // the same link
		"2001:db8:1:2ff::1":      2, // the same line
		"2001:db8:1:300::1":      1, // the same site
		"2001:db8:2:203::1":      0,
	} {
		got := 0
		for i, key := range of(ip).keys {
			if key == one.keys[i] {
				got++
			}
		}
		if got != same {
			t.Errorf("%s has %d networks in common, want %d", ip, got, same)
		}
	}
	if four := of("198.51.100.7"); four.n != 1 || four != of("::ffff:198.51.100.7") || four == of("198.51.100.8") {
		t.Error("an IPv4 address is not one network by itself")
	}
	if of("fe80::1%eth0") != of("fe80::1") {
		t.Error("a zone makes another network")
	}
	if NetworksOf(seed, netip.Addr{}).n != 0 {
		t.Error("no address has a network")
	}
	if one == NetworksOf(maphash.MakeSeed(), netip.MustParseAddr("2001:db8:1:203::1")) {
		t.Error("the hash is not keyed")
	}
}

func TestAWideNetworkIsASlash24OrASlash56(t *testing.T) {
	seed := maphash.MakeSeed()
	of := func(ip string) uint64 {
		hash, ok := WideNetwork(seed, netip.MustParseAddr(ip))
		if !ok {
			t.Fatalf("%s has no network", ip)
		}
		return hash
	}
	for _, same := range [][2]string{
		{"198.51.100.7", "198.51.100.250"}, {"198.51.100.7", "::ffff:198.51.100.8"}, {"2001:db8:0:100::1", "2001:db8:0:1ff::1"},
	} {
		if of(same[0]) != of(same[1]) {
			t.Errorf("%v are two networks", same)
		}
	}
	for _, other := range [][2]string{{"198.51.100.7", "198.51.101.7"}, {"2001:db8:0:100::1", "2001:db8:0:200::1"}} {
		if of(other[0]) == of(other[1]) {
			t.Errorf("%v are one network", other)
		}
	}
	if _, ok := WideNetwork(seed, netip.Addr{}); ok {
		t.Error("no address has a network")
	}
}
