package config

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/einlass/einlass/pkg/queue"
)

// Warnings are the values that an operator may not have meant, each with its key: those that are read as others, and those whose
// spelling is a usual slip, and bounds that do not go together. A configuration that has some is good.
func (c *Config) Warnings() (all []*Problem) {
	for i, network := range c.TrustedProxies {
		if text := slipOf(network); text != "" {
			all = append(all, &Problem{Path: fmt.Sprintf("trusted_proxies[%d]", i), Text: text})
		}
	}
	if a := &c.Admin; a.Listen != "" && !loopback(a.Listen) && a.TLS.CertFile == "" {
		all = append(all, &Problem{
			Path: "admin.listen", Text: a.Listen + " can be reached from other machines without TLS: tokens and passwords travel in clear; " +
				"give admin.tls, or listen at a loopback address or a unix: socket",
		})
	}
	for i := range c.Rooms {
		r, at := &c.Rooms[i], fmt.Sprintf("rooms[%d]", i)
		for _, cut := range r.cuts() {
			var before queue.Timing
			before.Max, before.Active, before.Resume = r.Session.Max, r.Session.Active, r.Session.Resume
			all = append(all, &Problem{
				Path: at + "." + cut.key, Text: fmt.Sprintf("%v is read as %v: %s", *cut.of(&before), cut.to, cut.why),
			})
		}
		if text := r.seats(); text != "" {
			all = append(all, &Problem{Path: at + ".pace.max_inside", Text: text})
		}
		all = append(all, r.inVain(at)...)
		if key, text := r.uncounted(); text != "" {
			all = append(all, &Problem{Path: at + "." + key, Text: text})
		}
		for j, text := range r.Backend.Addresses {
			if a, err := ParseAddress(text); err == nil && a.Network == "tcp" && !hasPort(a.Host) {
				port := a.Dial[strings.LastIndexByte(a.Dial, ':')+1:]
				all = append(all, &Problem{
					Path: r.Backend.AddressPath(at+".backend", j), Text: fmt.Sprintf("%s names no port and is read as port %s", text, port),
				})
			}
		}
	}
	return all
}

func hasPort(host string) bool {
	i := strings.LastIndexByte(host, ':')
	return i > strings.LastIndexByte(host, ']') && i+1 < len(host)
}

// slipOf says what a trusted network probably should have been: an address that ends as networks do lacks its mask, and a mask of 0
// is everybody.
func slipOf(network netip.Prefix) string {
	addr := network.Addr()
	switch {
	case network.Bits() == 0:
		return fmt.Sprintf("%v is everybody: each visitor may claim any address, and that TLS was used; name the proxy's own addresses", network)
	case !network.IsSingleIP():
		return ""
	case addr.Is4() && addr.As4()[3] == 0:
		return fmt.Sprintf("%v is one address, which ends as a network does; is its mask missing, as in %v?", addr, masked(addr))
	case addr.Is6() && strings.HasSuffix(addr.String(), "::"):
		return fmt.Sprintf("%v is one address, which ends as a network does; is its mask missing, as in %v/64?", addr, addr)
	}
	return ""
}

// masked is the network that an IPv4 address most likely stands for: each zero at its end is a byte of hosts.
func masked(addr netip.Addr) netip.Prefix {
	bits, bytes := 32, addr.As4()
	for i := len(bytes) - 1; i > 0 && bytes[i] == 0; i-- {
		bits -= 8
	}
	return netip.PrefixFrom(addr, bits)
}
