package limit

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
)

// Networks are those that an address counts for, narrowest first, as keyed hashes: addresses are not kept. An
// IPv4 address is one by itself. Of an IPv6 address there are three: its /64, which is one link; the /56, which is what
// a line at home is given (RIPE-690) and has 256 of those; and the /48, which is what a company is given. Counting the
// /64 alone would give one household 256 times the limit.
type Networks struct {
	keys [len(Shares)]uint64
	n    int
}

// Shares is how many times the limit of one address each of its networks has, in the order of [Networks.All].
var Shares = [...]int{1, 2, 8}

// All are the hashes, narrowest network first.
func (n *Networks) All() []uint64 { return n.keys[:n.n] }

// None reports whether there is no network: the address is not known.
func (n *Networks) None() bool { return n.n == 0 }

// Widest is the one that contains the others. There must be one.
func (n *Networks) Widest() uint64 { return n.keys[n.n-1] }

// NetworksOf is empty for an invalid address.
func NetworksOf(seed maphash.Seed, ip netip.Addr) (n Networks) {
	switch ip = ip.Unmap(); {
	case ip.Is4():
		n.keys[0], n.n = hashNetwork(seed, ip, 32), 1
	case ip.Is6():
		for i, bits := range [...]int{64, 56, 48} {
			n.keys[i] = hashNetwork(seed, ip, bits)
		}
		n.n = len(n.keys)
	}
	return n
}

// WideNetwork is a keyed hash of the network that one visitor's connections usually share: an IPv4 /24, because mobile and
// other large networks give one visitor's connections different addresses of a pool, or an IPv6 /56, which is one line at
// home. ok is false for an invalid address.
func WideNetwork(seed maphash.Seed, ip netip.Addr) (hash uint64, ok bool) {
	switch ip = ip.Unmap(); {
	case ip.Is4():
		return hashNetwork(seed, ip, 24), true
	case ip.Is6():
		return hashNetwork(seed, ip, 56), true
	default:
		return 0, false
	}
}

// hashNetwork hashes the first bits of an address, at most 64: the smallest IPv6 network that is assigned is a /64.
func hashNetwork(seed maphash.Seed, ip netip.Addr, bits int) uint64 {
	whole := ip.As16()
	first := binary.BigEndian.Uint64(whole[:8])
	if ip.Is4() {
		first = uint64(binary.BigEndian.Uint32(whole[12:])) << 32
	}
	first &= ^uint64(0) << (64 - bits)
	// IPv4 and IPv6 never have the same number of bits here.
	return maphash.Comparable(seed, [2]uint64{first, uint64(bits)})
}
