package httpx

import (
	"bytes"
	"net/netip"
)

// normalisePrefixes makes IPv4 networks of IPv4-mapped ones, as addresses are compared unmapped.
func normalisePrefixes(ps []netip.Prefix) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(ps))
	for _, p := range ps {
		if ip := p.Addr(); ip.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(ip.Unmap(), p.Bits()-96)
		}
		out = append(out, p.Masked())
	}
	return out
}

// trusts reports whether a peer is a trusted proxy. A peer without an address, at a Unix socket, is: only processes
// of this machine with the right to the socket get there.
func (s *Server) trusts(ip netip.Addr) bool {
	if !ip.IsValid() {
		return true
	}
	ip = ip.WithZone("")
	for _, p := range s.trusted {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// believe takes address and scheme from the fields that trusted proxies set. The list is walked from its end, the
// nearest hop, past trusted proxies; the first other address is the visitor's. What cannot be read ends the walk: what
// lies beyond was not written by a proxy that we trust, or was broken by one.
func (v *Visit) believe() {
	trust := &v.s.fields
	var client netip.Addr
	var proto []byte
	if trust.forwarded && v.Header("Forwarded") != nil {
		client, proto = v.walkForwarded()
	}
	if trust.forwardedFor && v.Header("X-Forwarded-For") != nil {
		client = v.walkXForwardedFor()
	}
	if client.IsValid() {
		v.client = client
	} else {
		v.noticeUnnamed()
	}
	if trust.forwardedProto {
		if said := v.lastItem("x-forwarded-proto"); said != nil {
			proto = said
		}
	}
	switch {
	case equalFold(proto, "https"):
		v.secure = true
	case equalFold(proto, "http"):
		v.secure = false
	}
}

// walkXForwardedFor goes through the items of all X-Forwarded-For fields from the last one to the first.
func (v *Visit) walkXForwardedFor() netip.Addr {
	client := v.c.peer
	for i := len(v.head.fields) - 1; i >= 0; i-- {
		f := &v.head.fields[i]
		if !equalFold(f.name, "x-forwarded-for") {
			continue
		}
		for rest, more := f.value, true; more; {
			var item []byte
			rest, item, more = cutLast(rest)
			ip, ok := parseNode(item)
			if !ok {
				return client
			}
			client = ip
			if !v.s.trusts(ip) {
				return client
			}
		}
	}
	return client
}

// cutLast takes the last item off a list without quoting.
func cutLast(list []byte) (rest, item []byte, more bool) {
	if i := bytes.LastIndexByte(list, ','); i >= 0 {
		return list[:i], trimSpace(list[i+1:]), true
	}
	return nil, trimSpace(list), false
}

// lastItem is the last item of the last field of that (lower-case) name: what the nearest proxy said.
func (v *Visit) lastItem(name string) []byte {
	for i := len(v.head.fields) - 1; i >= 0; i-- {
		if f := &v.head.fields[i]; equalFold(f.name, name) {
			_, item, _ := cutLast(f.value)
			return item
		}
	}
	return nil
}

// parseNode reads an address, with a port or without, IPv6 with brackets or without. Zones are refused: they mean
// something on one machine only.
func parseNode(b []byte) (netip.Addr, bool) {
	if len(b) == 0 || len(b) > len("[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]:65535") {
		return netip.Addr{}, false
	}
	if b[0] == '[' {
		end := bytes.IndexByte(b, ']')
		if end < 0 || !validPort(b[end+1:]) {
			return netip.Addr{}, false
		}
		ip, ok := parseAddr(b[1:end])
		return ip.Unmap(), ok && ip.Is6()
	}
	if i := bytes.IndexByte(b, ':'); i >= 0 && i == bytes.LastIndexByte(b, ':') {
		ip, ok := parseAddr(b[:i])
		return ip, ok && ip.Is4() && validPort(b[i:])
	}
	ip, ok := parseAddr(b)
	return ip.Unmap(), ok
}

func parseAddr(b []byte) (netip.Addr, bool) {
	if ip, ok := parseIPv4(b); ok {
		return ip, true
	}
	ip, err := netip.ParseAddr(string(b))
	return ip, err == nil && ip.Zone() == ""
}

// parseIPv4 is netip.ParseAddr for dotted decimals, without making a string.
func parseIPv4(b []byte) (netip.Addr, bool) {
	var ip [4]byte
	for i := range ip {
		part := b
		if i < 3 {
			var found bool
			if part, b, found = cutByte(b, '.'); !found {
				return netip.Addr{}, false
			}
		}
		n, ok := parseLength(part)
		if !ok || len(part) > 3 || n > 255 || len(part) > 1 && part[0] == '0' {
			return netip.Addr{}, false
		}
		ip[i] = byte(n)
	}
	return netip.AddrFrom4(ip), true
}
