package proxy

import (
	"hash/maphash"
	"net/netip"

	"github.com/einlass/einlass/internal/admission"
)

// Site is what the Backends of rooms with one site share: its health is measured once, one bound of requests in flight follows it, and
// the requests of all rooms wait for that together. It is safe for concurrent use.
type Site struct {
	// Meter measures the site's health.
	Meter *admission.Meter

	gate *gate
	seed maphash.Seed // of the keys that stand for clients and visitors
}

// NewSite makes a Site of which nothing is known.
func NewSite() *Site {
	return &Site{Meter: admission.NewMeter(), gate: newGate(), seed: maphash.MakeSeed()}
}

// subscriberBits is how much of an IPv6 address tells one subscriber from another.
const subscriberBits = 56

// client tells clients apart without keeping their addresses.
func (s *Site) client(a netip.Addr) uint64 {
	if a = a.Unmap(); a.Is6() {
		if p, err := a.WithZone("").Prefix(subscriberBits); err == nil {
			a = p.Addr()
		}
	}
	return maphash.Comparable(s.seed, a)
}

// holder tells visitors apart.
func (s *Site) holder(of *Stay) holder {
	if of.Visitor == ([len(of.Visitor)]byte{}) {
		return 0
	}
	return holder(maphash.Bytes(s.seed, of.Visitor[:])%holders) + 1
}
