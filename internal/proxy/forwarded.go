package proxy

import (
	"bytes"
	"net/netip"

	"github.com/einlass/einlass/internal/httpx"
)

// appendForwarding adds the client's address, and the scheme, host and port of the request. Nothing that the request claimed about
// that was kept, but for the fields that the operator names of a trusted peer, whose chain is continued.
func (r *request) appendForwarding(dst []byte, v *httpx.Visit, b *Backend) []byte {
	client, peer := v.ClientIP().Unmap().WithZone(""), v.PeerIP().Unmap().WithZone("")
	dst = r.appendForwardedFor(dst, v, peer)
	if client.IsValid() {
		dst = append(dst, "X-Real-IP: "...)
		dst = client.AppendTo(dst)
		dst = append(dst, crlf...)
	}
	dst = append(dst, "X-Forwarded-Proto: "...)
	dst = append(dst, v.Scheme()...)
	dst = append(dst, "\r\nX-Forwarded-Host: "...)
	dst = append(dst, r.believedOr(kindForwardedHost, v, v.HostPort())...)
	dst = append(dst, "\r\nX-Forwarded-Port: "...)
	dst = append(dst, r.believedOr(kindForwardedPort, v, portOf(v))...)
	dst = append(dst, crlf...)
	if b.cfg.Forwarded {
		dst = appendForwardedElement(dst, v, peer)
	}
	if b.cfg.Via != "" {
		dst = append(dst, "Via: 1."...)
		if v.HTTP10() {
			dst = append(dst, '0')
		} else {
			dst = append(dst, '1')
		}
		dst = append(dst, ' ')
		dst = append(dst, b.cfg.Via...)
		dst = append(dst, crlf...)
	}
	return dst
}

// appendForwardedFor appends the peer to the chain that a trusted peer brought, if that is believed.
func (r *request) appendForwardedFor(dst []byte, v *httpx.Visit, peer netip.Addr) []byte {
	begin := len(dst)
	dst = append(dst, "X-Forwarded-For: "...)
	value := len(dst)
	for i := range r.fields {
		if f := &r.fields[i]; f.kind == kindForwardedFor && !f.drop && len(f.value) > 0 && v.Believes(f.name) {
			dst = append(append(dst, f.value...), ", "...)
		}
	}
	if client := v.ClientIP().Unmap().WithZone(""); len(dst) == value && client.IsValid() && client != peer {
		dst = append(client.AppendTo(dst), ", "...) // known by another field
	}
	if peer.IsValid() {
		return append(peer.AppendTo(dst), crlf...)
	}
	if len(dst) == value {
		return dst[:begin]
	}
	return append(dst[:len(dst)-2], crlf...)
}

// believedOr gives what a trusted peer said, else our own knowledge.
func (r *request) believedOr(k nameKind, v *httpx.Visit, own []byte) []byte {
	for i := range r.fields {
		if f := &r.fields[i]; f.kind == k && !f.drop && len(f.value) > 0 && v.Believes(f.name) {
			return f.value
		}
	}
	return own
}

var port80, port443 = []byte("80"), []byte("443")

// portOf is the port that the visitor asked for, by name or by scheme.
func portOf(v *httpx.Visit) []byte {
	host := v.HostPort()
	if i := bytes.LastIndexByte(host, ':'); i >= 0 && i > bytes.LastIndexByte(host, ']') && i+1 < len(host) {
		return host[i+1:]
	}
	if v.Scheme() == "https" {
		return port443
	}
	return port80
}

// appendForwardedElement writes one element of RFC 7239. Hosts are always quoted: a
// port or an IPv6 address needs it, and nothing forbids it.
func appendForwardedElement(dst []byte, v *httpx.Visit, peer netip.Addr) []byte {
	dst = append(dst, "Forwarded: for="...)
	switch {
	case !peer.IsValid():
		dst = append(dst, "unknown"...)
	case peer.Is4():
		dst = peer.AppendTo(dst)
	default:
		dst = append(dst, `"[`...)
		dst = peer.AppendTo(dst)
		dst = append(dst, `]"`...)
	}
	dst = append(dst, `;host="`...)
	for _, c := range v.HostPort() {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	dst = append(dst, `";proto=`...)
	dst = append(dst, v.Scheme()...)
	return append(dst, crlf...)
}
