package probe

import (
	"context"
	"net/netip"
	"slices"
	"strings"
)

// address judges whether the gateway sees the visitor's address or a proxy's.
func (c *client) address(all *findings, r *reply) {
	s := r.seen
	peer, _ := netip.ParseAddr(s.Peer)
	client, _ := netip.ParseAddr(s.Client)
	told := tells(s.Fields)
	switch {
	case s.Relayed:
		all.good("the gateway sees the visitor's address by the PROXY protocol: %s", s.Client)
	case !s.Trusted && r.local.IsValid() && s.Source == r.local.String():
		all.good("no proxy in front: the gateway sees %s itself", s.Client)
	case !s.Trusted && told && near(peer):
		mend := "set trusted_proxies: [" + netip.PrefixFrom(peer.WithZone(""), peer.BitLen()).String() + "] and restart the gateway"
		if slices.ContainsFunc(c.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(peer) }) {
			mend = "restart the gateway: the file names the proxy, and the running gateway does not"
		}
		all.bad(mend, "the gateway sees the proxy's address %s as that of every visitor: the proxy tells the visitor's, and is not trusted", s.Peer)
	case !s.Trusted && near(peer):
		all.bad("have the front send X-Forwarded-For and X-Forwarded-Proto, see configs/fronts, and name it in trusted_proxies",
			"the gateway sees %s as the address of every visitor, and the proxy there tells no other", s.Peer)
	case !s.Trusted:
		all.good("the gateway sees the address %s; if that is a proxy of yours, name it in trusted_proxies", s.Client)
	case !told:
		all.bad("have the front send X-Forwarded-For and X-Forwarded-Proto, see configs/fronts",
			"the proxy %s is trusted and tells no visitor's address: all count as one", s.Peer)
	case client != r.local.Addr() && between(s.Fields, r.local.Addr()):
		all.bad("name "+s.Client+" in trusted_proxies too", "another proxy stands before the trusted one: the gateway sees %s as the visitor", s.Client)
	default:
		all.good("the gateway sees the visitor's address: %s, by way of the trusted proxy %s", s.Client, s.Peer)
	}
}

// tells reports whether a field names the visitor's address in a way that the gateway believes of a trusted proxy.
func tells(fields []Field) bool {
	return slices.ContainsFunc(fields, func(f Field) bool {
		return strings.EqualFold(f.Name, "X-Forwarded-For") || strings.EqualFold(f.Name, "Forwarded") && strings.Contains(strings.ToLower(f.Value), "for=")
	})
}

// between reports whether the address stands in X-Forwarded-For.
func between(fields []Field, ip netip.Addr) bool {
	for _, f := range fields {
		for item := range strings.SplitSeq(f.Value, ",") {
			if strings.EqualFold(f.Name, "X-Forwarded-For") && ip.IsValid() && strings.TrimSpace(item) == ip.String() {
				return true
			}
		}
	}
	return false
}

// near is an address at which a proxy of the operator's may stand.
func near(ip netip.Addr) bool { return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() }

// scheme judges whether the gateway knows that the visitor came by TLS.
func (c *client) scheme(all *findings, r *reply) {
	const tell = "have the front set X-Forwarded-Proto to https (nginx: proxy_set_header X-Forwarded-Proto $scheme;) and name it in trusted_proxies"
	switch https := c.base.Scheme == "https"; {
	case https && !r.seen.Secure && c.Redirects:
		all.bad(tell, "visitors come by https and the gateway sees http: it redirects them for ever")
	case https && !r.seen.Secure:
		all.bad(tell, "visitors come by https and the gateway sees http: the site would be told so, and cookies are not Secure")
	case https:
		all.good("the gateway sees https")
	case r.seen.Secure:
		all.bad("have the front set X-Forwarded-Proto to the scheme of each request", "visitors come by http and the gateway sees https")
	default:
		all.warn("serve https, and redirect http to it", "visitors come by http: cookies and forms can be read on the way")
	}
}

// forgery is what a visitor may write to be taken for somebody else. The addresses are for documentation (RFC 5737).
func forgery(https bool) []Field {
	proto := "https"
	if https {
		proto = "http"
	}
	const host = "forged.invalid"
	return []Field{
		{"X-Forwarded-For", forgedAddress},
		{"X-Real-Ip", forgedAddress},
		{"Forwarded", "for=" + forgedAddress + ";proto=" + proto + ";host=" + host},
		{"X-Forwarded-Proto", proto},
		{"X-Forwarded-Host", host},
		{"X-Forwarded-Port", "1"},
		{"X-Forwarded-Prefix", "/forged"},
		{"X-Forwarded-Uri", "/forged"},
		{"X-Original-Url", "/forged"},
		{"X-Rewrite-Url", "/forged"},
		{"True-Client-Ip", forgedAddress},
		{"Front-End-Https", "forged"},
	}
}

const forgedAddress = "192.0.2.66"

// forged asks with forged fields, and judges what becomes of them. The cookie of the first answer goes with the question.
func (c *client) forged(ctx context.Context, all *findings, first *reply) *reply {
	forgery := forgery(c.base.Scheme == "https")
	r, err := c.ask(ctx, question{fields: forgery, cookie: probeCookie(first)})
	switch {
	case err != nil:
		all.bad("look at the front's log", "a request with forwarding fields of a visitor's own is not answered: %v", err)
		return nil
	case r.stale:
		return r
	case r.seen == nil:
		all.warn("look at the front's log", "a request with forwarding fields of a visitor's own is answered %s", r.Status)
		return nil
	}
	if r.seen.Client != first.seen.Client || r.seen.Secure != first.seen.Secure {
		all.bad("have the front set X-Forwarded-For to the address of its peer and remove Forwarded, see configs/fronts",
			"a visitor can pretend to be somebody else: with forged fields the gateway sees %s, https %v", r.seen.Client, r.seen.Secure)
		return r
	}
	passed := through(forgery, r.seen.Fields)
	switch {
	case len(passed) == 0:
		all.good("a visitor's own forwarding fields do not pass the front")
	case r.seen.Trusted:
		all.warn("have the front set or remove them, see configs/fronts",
			"the front passes on what a visitor writes into %s; the gateway itself does not believe it", strings.Join(passed, ", "))
	default:
		all.good("a visitor's own forwarding fields are not believed")
	}
	return r
}

// through names the forged fields that came to the gateway as they were sent, or within a list.
func through(forged, seen []Field) []string {
	var names []string
	for _, f := range forged {
		if slices.ContainsFunc(seen, func(s Field) bool {
			return strings.EqualFold(s.Name, f.Name) && slices.ContainsFunc(strings.Split(s.Value, ","), func(item string) bool { return strings.TrimSpace(item) == f.Value })
		}) {
			names = append(names, f.Name)
		}
	}
	return names
}
