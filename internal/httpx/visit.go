package httpx

import (
	"bytes"
	"iter"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// Visit is one guarded request: everything the rest of the gateway may know about it. It and everything it returns live
// as long as its handler; copy what outlives it.
type Visit struct {
	ctx    *fasthttp.RequestCtx
	c      *conn
	s      *Server
	method string
	host   string
	path   []byte
	query  []byte
	client netip.Addr
	secure bool
	trust  bool
	now    time.Time
	addrs  []netip.Addr // for walking forwarding fields
}

func (v *Visit) begin(ctx *fasthttp.RequestCtx, c *conn, s *Server) {
	*v = Visit{ctx: ctx, c: c, s: s, now: ctx.Time(), addrs: v.addrs[:0]}
	v.method = methodName(c.head.method)
	v.path, v.query = c.head.target, nil
	if i := bytes.IndexByte(c.head.target, '?'); i >= 0 {
		v.path, v.query = c.head.target[:i], c.head.target[i+1:]
	}
	v.host = s.hostName(c.head.host)
	v.trust = s.trusts(c.peer)
	v.client, v.secure = c.source, c.secure
	if v.trust {
		v.fromTrustedPeer()
	}
	if c.head.length != 0 {
		ctx.Request.SetBodyStream(&c.body, int(c.head.length))
	}
}

// methodName avoids an allocation for the methods of every day.
func methodName(b []byte) string {
	switch string(b) {
	case "GET":
		return "GET"
	case "HEAD":
		return "HEAD"
	case "POST":
		return "POST"
	case "PUT":
		return "PUT"
	case "PATCH":
		return "PATCH"
	case "DELETE":
		return "DELETE"
	case "OPTIONS":
		return "OPTIONS"
	}
	return string(b)
}

// Ctx is for writing an answer. Its request is not the visitor's: read that from the Visit. Its RequestBodyStream is
// the request body, decoded, nil if there is none.
func (v *Visit) Ctx() *fasthttp.RequestCtx { return v.ctx }

// Method is the method as sent; it is case-sensitive (RFC 9110 §9.1).
func (v *Visit) Method() string { return v.method }

// Target is the raw path and query, or "*". An absolute-form target of this host has been made origin-form.
func (v *Visit) Target() []byte { return v.c.head.target }

// Path is the raw path, never decoded or cleaned: what is decided on is what is forwarded.
func (v *Visit) Path() []byte { return v.path }

// Query is what follows the first "?", raw; nil if there is none.
func (v *Visit) Query() []byte { return v.query }

// Host is the host's name in lower case without port; empty if an HTTP/1.0 request named none.
func (v *Visit) Host() string { return v.host }

// HostPort is the Host field as sent.
func (v *Visit) HostPort() []byte { return v.c.head.host }

// Headers are the field lines as sent, in order, duplicates included.
func (v *Visit) Headers() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for i := range v.c.head.fields {
			if f := &v.c.head.fields[i]; !yield(f.name, f.value) {
				return
			}
		}
	}
}

// Header is the first value of a field, nil if it is not there. The name's case does not matter.
func (v *Visit) Header(name string) []byte {
	for i := range v.c.head.fields {
		if f := &v.c.head.fields[i]; len(f.name) == len(name) && strings.EqualFold(string(f.name), name) {
			return f.value
		}
	}
	return nil
}

// ContentLength is the body's length, 0 for none, -1 for a chunked one.
func (v *Visit) ContentLength() int64 { return v.c.head.length }

// HTTP10 reports HTTP/1.0.
func (v *Visit) HTTP10() bool { return v.c.head.minor == 0 }

// ClientIP is the visitor's address as far as trusted peers tell it, else the peer's. Invalid on a Unix socket
// whose peer tells nothing.
func (v *Visit) ClientIP() netip.Addr { return v.client }

// PeerIP is the address at the other end of the TCP connection.
func (v *Visit) PeerIP() netip.Addr { return v.c.peer }

// PeerTrusted reports whether the peer is a trusted proxy.
func (v *Visit) PeerTrusted() bool { return v.trust }

// Secure reports whether the visitor came by TLS: here, or by a trusted proxy's word.
func (v *Visit) Secure() bool { return v.secure }

// Scheme is "https" if Secure, else "http".
func (v *Visit) Scheme() string {
	if v.secure {
		return "https"
	}
	return "http"
}

// Now is when the handler was begun.
func (v *Visit) Now() time.Time { return v.now }

// Navigation reports whether a person waits for a page. Browsers of today say so in Sec-Fetch-Mode and -Dest (W3C
// Fetch Metadata); without them, a GET, HEAD or POST that takes HTML by name counts.
func (v *Visit) Navigation() bool {
	if mode := v.Header("Sec-Fetch-Mode"); mode != nil {
		if string(mode) != "navigate" {
			return false
		}
		switch string(v.Header("Sec-Fetch-Dest")) {
		case "", "document", "iframe", "frame", "embed", "object":
			return true
		}
		return false
	}
	if v.method != "GET" && v.method != "HEAD" && v.method != "POST" {
		return false
	}
	if equalFold(v.Header("X-Requested-With"), "xmlhttprequest") {
		return false
	}
	return bytes.Contains(v.Header("Accept"), []byte("text/html"))
}

// Cookie is the value of the first cookie of that name, nil if there is none (RFC 6265 §4.2).
func (v *Visit) Cookie(name string) []byte {
	for i := range v.c.head.fields {
		f := &v.c.head.fields[i]
		if !equalFold(f.name, "cookie") {
			continue
		}
		for rest := f.value; len(rest) > 0; {
			var pair []byte
			pair, rest, _ = bytes.Cut(rest, []byte(";"))
			for len(pair) > 0 && (pair[0] == ' ' || pair[0] == '\t') {
				pair = pair[1:]
			}
			if len(pair) > len(name) && pair[len(name)] == '=' && string(pair[:len(name)]) == name {
				return pair[len(name)+1:]
			}
		}
	}
	return nil
}

// Answer sends an answer of our own: never cached unless extra says otherwise, never indexed. body is copied. extra is
// pairs of name and value.
func (v *Visit) Answer(status int, contentType string, body []byte, extra ...string) {
	h := &v.ctx.Response.Header
	v.ctx.Response.SetStatusCode(status)
	cached := false
	for i := 0; i+1 < len(extra); i += 2 {
		cached = cached || strings.EqualFold(extra[i], "Cache-Control")
		h.Add(extra[i], extra[i+1])
	}
	if !cached {
		h.Add("Cache-Control", "private, no-store")
	}
	h.Add("X-Robots-Tag", "noindex")
	if contentType != "" {
		h.SetContentType(contentType)
	}
	if v.s.cfg.HSTS > 0 && v.secure {
		h.Add("Strict-Transport-Security", v.s.hsts)
	}
	v.ctx.Response.SetBody(body)
	if v.method == "HEAD" {
		// The length that GET would have sent, and no body (RFC 9110 §9.3.2).
		v.ctx.Response.SkipBody = true
	}
}

// Fault refuses the request: one answer, and the connection is closed.
func (v *Visit) Fault(f Fault) {
	contentType, body, headers := v.s.cfg.Page(f.Status(), f.Kind(), v.Navigation(), v.Header("Accept-Language"))
	v.Answer(f.Status(), contentType, body, headers...)
	v.ctx.SetConnectionClose()
}

// Close ends the connection after this visit, with or without an answer.
func (v *Visit) Close() { v.ctx.SetConnectionClose() }

// Cookie is a cookie of ours.
type Cookie struct {
	Name, Value string
	// MaxAge is its life, cut to seconds; negative deletes it.
	MaxAge time.Duration
	Secure bool
}

// SetCookie adds a cookie to whatever answer is sent, also a forwarded one. It is HttpOnly, SameSite=Lax and for the
// whole host.
func (v *Visit) SetCookie(c Cookie) {
	b := make([]byte, 0, len(c.Name)+len(c.Value)+80)
	b = append(append(append(b, c.Name...), '='), c.Value...)
	b = append(b, "; Path=/; HttpOnly; SameSite=Lax; Max-Age="...)
	b = strconv.AppendInt(b, max(0, int64(c.MaxAge/time.Second)), 10)
	if c.Secure {
		b = append(b, "; Secure"...)
	}
	v.ctx.Response.Header.AddBytesV("Set-Cookie", b)
}
