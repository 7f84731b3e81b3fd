package httpx

import (
	"bytes"
	"iter"
	"net/netip"
	"time"

	"github.com/valyala/fasthttp"
)

// Visit is one guarded request: everything the rest of the gateway may know about it. It and everything it returns live
// as long as its handler; copy what outlives it. It is used by one goroutine at a time.
type Visit struct {
	ctx    *fasthttp.RequestCtx
	c      *conn
	s      *Server
	head   *head
	method string
	host   string
	path   []byte
	query  []byte
	client netip.Addr
	secure bool
	now    time.Time
	cookie bool  // SetCookie was called
	chain  []hop // for walking forwarding fields
}

func (v *Visit) begin(ctx *fasthttp.RequestCtx, c *conn, s *Server) {
	h := &c.req.head
	*v = Visit{ctx: ctx, c: c, s: s, head: h, now: ctx.Time(), chain: v.chain[:0]}
	v.method = methodName(h.method)
	v.path = h.target
	if path, query, found := cutByte(h.target, '?'); found {
		v.path, v.query = path, query
	}
	v.host = s.hostName(h.host)
	v.client, v.secure = c.peer, c.secure
	switch {
	case c.trust:
		v.believe()
	case c.near:
		v.noticeProxy()
	}
	if h.length != 0 && c.req.fault == NoFault {
		ctx.Request.SetBodyStream(&c.req.body, int(h.length))
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
// the request body, decoded, nil if there is none; its errors are ErrFraming, ErrBodyTooLarge, io.ErrUnexpectedEOF,
// os.ErrDeadlineExceeded and those of the connection.
func (v *Visit) Ctx() *fasthttp.RequestCtx { return v.ctx }

// Method is the method as sent; it is case-sensitive (RFC 9110 §9.1).
func (v *Visit) Method() string { return v.method }

// Target is the raw path and query, or "*". An absolute-form target of this host has been made origin-form.
func (v *Visit) Target() []byte { return v.head.target }

// Path is the raw path, never decoded or cleaned: what is decided on is what is forwarded.
func (v *Visit) Path() []byte { return v.path }

// Query is what follows the first "?", raw; nil if there is no "?".
func (v *Visit) Query() []byte { return v.query }

// Host is the host's name in lower case without port and final dot; empty if an HTTP/1.0 request named none.
func (v *Visit) Host() string { return v.host }

// HostPort is the host as sent.
func (v *Visit) HostPort() []byte { return v.head.host }

// Headers are the field lines as sent, in order, duplicates included.
func (v *Visit) Headers() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for i := range v.head.fields {
			if f := &v.head.fields[i]; !yield(f.name, f.value) {
				return
			}
		}
	}
}

// Header is the first value of a field, nil if it is not there. The name's case does not matter.
func (v *Visit) Header(name string) []byte {
	for i := range v.head.fields {
		if f := &v.head.fields[i]; equalFoldAny(f.name, name) {
			return f.value
		}
	}
	return nil
}

// ContentLength is the body's length in bytes, 0 for none, -1 for a chunked one.
func (v *Visit) ContentLength() int64 { return v.head.length }

// HTTP10 reports HTTP/1.0.
func (v *Visit) HTTP10() bool { return v.head.minor == 0 }

// ClientIP is the visitor's address as far as trusted proxies tell it, else PeerIP.
func (v *Visit) ClientIP() netip.Addr { return v.client }

// PeerIP is the address at the other end of the connection: the TCP peer's, or the one that a trusted peer's PROXY
// header names. Invalid on a Unix socket whose peer tells nothing.
func (v *Visit) PeerIP() netip.Addr { return v.c.peer }

// PeerTrusted reports whether PeerIP is a trusted proxy, whose forwarding fields are believed.
func (v *Visit) PeerTrusted() bool { return v.c.trust }

// Relayed reports whether a trusted peer's PROXY header came before the request.
func (v *Visit) Relayed() bool { return v.c.told }

// Secure reports whether the visitor came by TLS: here, or by a trusted proxy's word.
func (v *Visit) Secure() bool { return v.secure }

// Scheme is "https" if Secure, else "http".
func (v *Visit) Scheme() string {
	if v.secure {
		return "https"
	}
	return "http"
}

// SetsCookie reports whether a cookie goes with the answer: then no shared cache may keep it.
func (v *Visit) SetsCookie() bool { return v.cookie }

// HSTS is the value of Strict-Transport-Security (RFC 6797) that answers to this visitor carry; empty for none.
func (v *Visit) HSTS() string {
	if v.s.cfg.HSTS > 0 && v.secure {
		return v.s.hsts
	}
	return ""
}

// Now is when the handler was begun.
func (v *Visit) Now() time.Time { return v.now }

// ReadsHTML reports whether a person reads the answer as a page, in a window or in a part of one. Browsers of today
// say so in Sec-Fetch-Mode (W3C Fetch Metadata): a navigation is one whatever it is for, since a service worker that
// passes it on leaves the destination empty, see navigates. Without these fields, a GET, HEAD or POST that takes HTML by name counts.
func (v *Visit) ReadsHTML() bool {
	mode, dest := v.Header("Sec-Fetch-Mode"), v.Header("Sec-Fetch-Dest")
	if mode != nil || dest != nil {
		return v.navigates(mode, dest)
	}
	switch v.method {
	case "GET", "HEAD", "POST":
		return v.takesHTML()
	}
	return false
}

// PageLoad reports whether a person loads a page into a window: of what ReadsHTML reports, that which stands for
// somebody. What a browser puts into a frame may be anybody's doing. Neither is a POST anything without Fetch
// Metadata: programs send it with "text/html" in Accept, as Java does unasked.
func (v *Visit) PageLoad() bool {
	mode, dest := v.Header("Sec-Fetch-Mode"), v.Header("Sec-Fetch-Dest")
	if mode != nil || dest != nil {
		return v.navigates(mode, dest) && !isFrame(dest) && (v.method == "GET" || v.method == "POST")
	}
	return v.method == "GET" && v.takesHTML()
}

// Framed reports whether the answer becomes a part of another page, as far as the browser says so.
func (v *Visit) Framed() bool { return isFrame(v.Header("Sec-Fetch-Dest")) }

// SameOrigin reports whether the browser says that a page of this very host asked.
func (v *Visit) SameOrigin() bool { return string(v.Header("Sec-Fetch-Site")) == "same-origin" }

// Speculative reports whether a browser loads in advance what its user has not asked for yet (Sec-Purpose, and what older
// browsers and those derived from them send in its place).
func (v *Visit) Speculative() bool {
	for i := range v.head.fields {
		if f := &v.head.fields[i]; !isPurpose(f.name) {
			continue
		} else if containsFold(f.value, "prefetch") || containsFold(f.value, "prerender") || containsFold(f.value, "preview") {
			return true
		}
	}
	return false
}

func isPurpose(name []byte) bool {
	return equalFold(name, "sec-purpose") || equalFold(name, "purpose") || equalFold(name, "x-purpose") || equalFold(name, "x-moz")
}

// MaxTarget is the longest target in bytes that a visitor may ask for here.
func (v *Visit) MaxTarget() int { return v.s.limits.urlBytes }

// navigates reports whether the browser says that it loads a page. Of one that a service worker passes on, Firefox says that its mode
// is same-origin, and of what it is for nothing; that it prefers https is said of page loads alone (W3C Upgrade Insecure
// Requests, section 3.2.1), also there.
func (v *Visit) navigates(mode, dest []byte) bool {
	switch string(mode) {
	case "":
		return mode == nil && (string(dest) == "document" || isFrame(dest))
	case "same-origin":
		return string(dest) == "empty" && v.SameOrigin() && string(v.Header("Upgrade-Insecure-Requests")) == "1" && v.takesHTML()
	}
	return string(mode) == "navigate"
}

func isFrame(dest []byte) bool {
	switch string(dest) {
	case "iframe", "frame", "embed", "object", "fencedframe":
		return true
	}
	return false
}

func (v *Visit) takesHTML() bool {
	return !equalFold(v.Header("X-Requested-With"), "xmlhttprequest") && bytes.Contains(v.Header("Accept"), []byte("text/html"))
}

// containsFold reports whether b holds a word of ASCII letters in lower case, in whatever case.
func containsFold(b []byte, word string) bool {
	for ; len(b) >= len(word); b = b[1:] {
		if equalFold(b[:len(word)], word) {
			return true
		}
	}
	return false
}

// Close ends the connection after this visit, with or without an answer.
func (v *Visit) Close() { v.ctx.SetConnectionClose() }

// Ender is called at an end.
type Ender interface{ Ended() }

// WhenAnswered tells w once that the answer to this visit is over: when its last byte was written, which for a stream
// is long after the handler returned; when the connection is closed; or when the tunnel that it became ends.
func (v *Visit) WhenAnswered(w Ender) { v.c.after = w }

// BreakOff ends the connection now, without an answer: for a client that has gone, or said that it sends no more. It
// may still listen, and would take the empty 200 that fasthttp begins with for the outcome of its request.
func (v *Visit) BreakOff() {
	v.ctx.SetConnectionClose()
	_ = v.c.Conn.Close()
}
