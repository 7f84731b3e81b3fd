package httpx

import (
	"bytes"
	"net/netip"
	"strings"
)

// Prefix is the network that counts as one visitor's: a single IPv4 address, or an IPv6 /64, which is what one
// household or one phone is given.
func Prefix(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// trusts reports whether a peer is a trusted proxy. A peer without an address, at a Unix socket, is: only processes
// of this machine with the right to the socket get there.
func (s *Server) trusts(ip netip.Addr) bool {
	if !ip.IsValid() {
		return true
	}
	for _, p := range s.cfg.TrustedProxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// fromTrustedPeer takes address and scheme from the fields that a trusted proxy sets: Forwarded (RFC 7239) if it is
// there, else X-Forwarded-For and X-Forwarded-Proto. The list is walked from its end, the nearest hop, past
// trusted proxies; the first other address is the visitor's. What cannot be read ends the walk.
func (v *Visit) fromTrustedPeer() {
	proto := v.Header("X-Forwarded-Proto")
	if v.Header("Forwarded") != nil {
		proto = v.forwarded()
	} else {
		v.each("x-forwarded-for", func(item []byte) bool { return v.hop(item) })
	}
	v.walk()
	// The last proto is the nearest proxy's, the one we trust.
	if i := bytes.LastIndexByte(proto, ','); i >= 0 {
		proto = proto[i+1:]
	}
	proto = bytes.TrimSpace(proto)
	if len(proto) > 0 {
		v.secure = equalFold(proto, "https")
	}
}

// each calls use with the comma-separated items of all fields of that (lower-case) name.
func (v *Visit) each(name string, use func([]byte) bool) {
	for i := range v.c.head.fields {
		f := &v.c.head.fields[i]
		if !equalFold(f.name, name) {
			continue
		}
		for rest := f.value; len(rest) > 0; {
			var item []byte
			item, rest, _ = bytes.Cut(rest, []byte(","))
			use(bytes.TrimSpace(item))
		}
	}
}

// forwarded reads Forwarded and answers the last proto.
func (v *Visit) forwarded() (proto []byte) {
	v.each("forwarded", func(item []byte) bool {
		proto = nil
		found := false
		for rest := item; len(rest) > 0; {
			var pair []byte
			pair, rest, _ = bytes.Cut(rest, []byte(";"))
			name, value, _ := bytes.Cut(bytes.TrimSpace(pair), []byte("="))
			value = bytes.Trim(value, `"`)
			switch {
			case equalFold(name, "for"):
				found = v.hop(value)
			case equalFold(name, "proto"):
				proto = value
			}
		}
		if !found {
			v.addrs = append(v.addrs, netip.Addr{})
		}
		return true
	})
	return proto
}

// hop notes one address of the list; an invalid one stands for what cannot be read.
func (v *Visit) hop(text []byte) bool {
	ip, _ := parseHop(string(text))
	v.addrs = append(v.addrs, ip)
	return true
}

// parseHop reads an address with or without port, IPv6 with or without brackets.
func parseHop(s string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return ip.Unmap().WithZone(""), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}

// walk goes from the nearest hop outwards.
func (v *Visit) walk() {
	for i := len(v.addrs) - 1; i >= 0; i-- {
		ip := v.addrs[i]
		if !ip.IsValid() {
			return
		}
		v.client = ip
		if !v.s.trusts(ip) {
			return
		}
	}
}
