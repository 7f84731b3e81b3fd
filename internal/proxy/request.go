package proxy

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"

	"github.com/einlass/einlass/internal/httpx"
)

// requestField is one of the visitor's field lines. Its slices live as long as the visit.
type requestField struct {
	name, value []byte
	kind        nameKind
	drop        bool // named by a Connection field
}

// request turns a visit into the bytes that the origin gets. It is reused.
type request struct {
	method  string
	fields  []requestField
	head    []byte // the head as sent; a small body is appended to it
	length  int64  // of the body, -1 chunked
	upgrade bool   // asks for a WebSocket
	close   bool   // the origin is asked to close the connection behind its answer
	key     []byte // Sec-WebSocket-Key
	wantsTE bool   // the visitor takes trailers
}

// read collects the field lines and what they say about this hop. httpx has checked the
// head already; what would split our own head in two is looked for once more.
func (r *request) read(v *httpx.Visit) error {
	r.fields = r.fields[:0]
	r.method = v.Method()
	r.length = v.ContentLength()
	r.upgrade, r.wantsTE, r.key = false, false, nil
	if !isToken(r.method) || !isTarget(v.Target()) {
		return fmt.Errorf("%w: the request line", ErrBadRequest)
	}
	var names, connUpgrade bool
	var protocol []byte
	for name, value := range v.Headers() {
		f := requestField{name: name, value: value, kind: classify(name)}
		if hasControl(value) {
			return fmt.Errorf("%w: a control character in a field", ErrBadRequest)
		}
		switch f.kind {
		case kindConnection:
			for option := range listMembers(value) {
				switch {
				case equalFold(option, "upgrade"):
					connUpgrade = true
				case !equalFold(option, "close") && !equalFold(option, "keep-alive"):
					names = true
				}
			}
		case kindUpgrade:
			protocol = value
		case kindTE:
			r.wantsTE = r.wantsTE || listContains(value, "trailers")
		case kindPlain:
			if len(name) == len(secWebSocketKey) && equalFold(name, secWebSocketKey) {
				r.key = value
			}
		}
		r.fields = append(r.fields, f)
	}
	if names {
		r.dropNamed()
	}
	r.upgrade = connUpgrade && equalFold(protocol, "websocket") && r.method == "GET" &&
		r.length == 0 && !v.HTTP10() && isWebSocketKey(r.key)
	return nil
}

const secWebSocketKey = "sec-websocket-key"

// isWebSocketKey wants 16 bytes in base64 (RFC 6455 section 4.1).
func isWebSocketKey(key []byte) bool {
	var nonce [18]byte
	if len(key) != 24 {
		return false
	}
	n, err := base64.StdEncoding.Decode(nonce[:], key)
	return err == nil && n == 16
}

// isTarget accepts origin-form and asterisk-form; the guard has refused the rest.
func isTarget(t []byte) bool {
	if len(t) == 0 || (t[0] != '/' && string(t) != "*") {
		return false
	}
	for _, c := range t {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

// dropNamed marks the fields that Connection fields name as belonging to this hop. Host
// and the framing of the body are ours to write and cannot be named away, nor can what
// trusted proxies before us said: one that passes Connection on would let its visitor
// take its own address out of the chain.
func (r *request) dropNamed() {
	for i := range r.fields {
		if r.fields[i].kind != kindConnection {
			continue
		}
		for option := range listMembers(r.fields[i].value) {
			for j := range r.fields {
				f := &r.fields[j]
				if !staysNamed(f.kind) && len(f.name) == len(option) && bytes.EqualFold(f.name, option) {
					f.drop = true
				}
			}
		}
	}
}

// staysNamed tells whether a Connection field has no say about a field of this kind.
func staysNamed(k nameKind) bool {
	switch k {
	case kindContentLength, kindTransferEncoding, kindVia,
		kindForwarded, kindForwardedFor, kindForwardedHost, kindForwardedPort, kindForwardedOther:
		return true
	}
	return false
}

// build writes the request head as the origin gets it: the visitor's lines in their
// order, less what must not pass, then what we vouch for.
func (r *request) build(v *httpx.Visit, b *Backend, opt *Options) error {
	dst := append(r.head[:0], r.method...)
	dst = append(dst, ' ')
	dst = append(dst, v.Target()...)
	dst = append(dst, " HTTP/1.1\r\nHost: "...)
	dst = append(dst, b.hostFor(v)...)
	dst = append(dst, crlf...)
	framed := false
	for i := range r.fields {
		f := &r.fields[i]
		if f.drop {
			continue
		}
		switch f.kind {
		case kindPlain:
			dst = appendField(dst, f.name, f.value)
		case kindCookie:
			dst = appendCookieField(dst, f, opt.StripCookies)
		case kindContentLength, kindTransferEncoding:
			if !framed {
				framed = true
				dst = r.appendFraming(dst)
			}
		case kindForwarded, kindForwardedOther:
			if v.Believes(f.name) {
				dst = appendField(dst, f.name, f.value)
			}
		case kindVia:
			if v.PeerTrusted() {
				dst = appendField(dst, f.name, f.value)
			}
		}
	}
	if !framed && r.length != 0 {
		dst = r.appendFraming(dst)
	}
	dst = r.appendForwarding(dst, v, b)
	dst, err := appendIdentity(dst, opt.Identity)
	if err != nil {
		return err
	}
	dst = r.appendHop(dst)
	r.head = append(dst, crlf...)
	return nil
}

// appendFraming says how the body ends, in our words: the number that was parsed, not
// the visitor's spelling of it.
func (r *request) appendFraming(dst []byte) []byte {
	if r.length < 0 {
		return append(dst, "Transfer-Encoding: chunked\r\n"...)
	}
	dst = append(dst, "Content-Length: "...)
	dst = strconv.AppendInt(dst, r.length, 10)
	return append(dst, crlf...)
}

// appendHop writes the fields of our own hop.
func (r *request) appendHop(dst []byte) []byte {
	switch {
	case r.upgrade:
		return append(dst, "Connection: Upgrade\r\nUpgrade: websocket\r\n"...)
	case r.wantsTE && r.close:
		return append(dst, "Connection: close, TE\r\nTE: trailers\r\n"...)
	case r.wantsTE:
		return append(dst, "Connection: TE\r\nTE: trailers\r\n"...)
	case r.close:
		return append(dst, "Connection: close\r\n"...)
	}
	return dst
}

func appendField(dst, name, value []byte) []byte {
	dst = append(dst, name...)
	dst = append(dst, ": "...)
	dst = append(dst, value...)
	return append(dst, crlf...)
}

// appendCookieField passes a Cookie field on less our own cookies, or not at all if
// nothing else is in it.
func appendCookieField(dst []byte, f *requestField, strip func([]byte) bool) []byte {
	if strip == nil {
		return appendField(dst, f.name, f.value)
	}
	begin := len(dst)
	dst = append(append(dst, f.name...), ": "...)
	value := len(dst)
	if dst = appendCookies(dst, f.value, strip); len(dst) == value {
		return dst[:begin]
	}
	return append(dst, crlf...)
}

// appendIdentity adds the gateway's own pairs of name and value. A bad one is a
// mistake of the caller, not of the visitor; it must not become a second request.
func appendIdentity(dst []byte, pairs []string) ([]byte, error) {
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i], pairs[i+1]
		if !isToken(name) || hasControl([]byte(value)) {
			return dst, fmt.Errorf("proxy: identity field %q cannot be sent", name)
		}
		dst = append(dst, name...)
		dst = append(dst, ": "...)
		dst = append(dst, value...)
		dst = append(dst, crlf...)
	}
	return dst, nil
}

// isIdempotent tells whether sending the request twice is the same as once
// (RFC 9110 section 9.2.2).
func isIdempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	}
	return false
}

// takesBody tells whether a body has a meaning in a request of this method. In DELETE it has none either (RFC 9110
// section 9.3.5), but there are interfaces that want one.
func takesBody(method string) bool {
	return method != "GET" && method != "HEAD"
}
