package httpx

import (
	"net/netip"

	"go.uber.org/zap"
)

// shared is the address space between a carrier's routers and its customers (RFC 6598), which clouds use for their own networks.
var shared = netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10)

// isNear reports whether an address is of this machine or of a network that the internet does not route, where a proxy of the
// operator's own stands. Visitors have others, unless the gateway serves such a network itself.
func isNear(ip netip.Addr) bool {
	ip = ip.WithZone("")
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || shared.Contains(ip)
}

// noticeProxy counts a request with forwarding fields from a near peer that is not trusted, and says once what it means: a proxy
// in front that trusted_proxies does not name, so that all visitors have one address and none has TLS. Anybody else may send such
// fields, and nobody is told.
func (v *Visit) noticeProxy() {
	field := v.forwardingField()
	if field == nil {
		return
	}
	s := v.s
	s.cfg.OnUntrusted()
	if s.warned.Load() || s.warned.Swap(true) {
		return
	}
	s.cfg.Log.Warn("a proxy in front is not trusted: all its visitors count as one address and as without TLS, the site sees http, and "+
		"cookies are not Secure; if the proxy is yours, name it in trusted_proxies and restart. Said once; "+
		"einlass_untrusted_proxy_requests_total counts",
		zap.Stringer("proxy", v.c.peer), zap.String("field", string(field)),
		zap.String("set", "trusted_proxies: ["+netip.PrefixFrom(v.c.peer.WithZone(""), v.c.peer.BitLen()).String()+"]"))
}

// noticeUnnamed says once that a trusted proxy tells of its visitors in a field that the operator has not named. It is called where
// none of the named fields tells of the visitor.
func (v *Visit) noticeUnnamed() {
	s := v.s
	if s.unnamed.Load() {
		return
	}
	for _, field := range []string{"Forwarded", "X-Forwarded-For"} {
		if v.Header(field) == nil || s.unnamed.Swap(true) {
			continue
		}
		s.cfg.Log.Warn("a trusted proxy tells of its visitors in a field that trusted_fields does not name, so all of them count as its "+
			"address; if the proxy sets the field itself, whatever visitors send, name it and restart. Said once",
			zap.String("field", field))
	}
}

// forwardingField is the name of the first field by which a proxy tells of the visitor, as it was sent, nil if there is none. The
// length alone shows of most that they are none.
func (v *Visit) forwardingField() []byte {
	for i := range v.head.fields {
		name := v.head.fields[i].name
		switch len(name) {
		case len("x-real-ip"): // as long as "forwarded"
			if equalFold(name, "x-real-ip") || equalFold(name, "forwarded") {
				return name
			}
		case len("x-forwarded-for"):
			if equalFold(name, "x-forwarded-for") {
				return name
			}
		case len("x-forwarded-host"):
			if equalFold(name, "x-forwarded-host") {
				return name
			}
		case len("x-forwarded-proto"):
			if equalFold(name, "x-forwarded-proto") {
				return name
			}
		}
	}
	return nil
}
