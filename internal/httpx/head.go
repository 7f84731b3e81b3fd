package httpx

import (
	"bytes"
)

// limits bounds what a head may be.
type limits struct {
	headBytes, fieldCount, urlBytes int
	bodyBytes                       int64
}

// head is a checked request head. Its slices point into raw.
type head struct {
	raw    []byte // from the request line to the empty line
	method []byte
	target []byte // origin-form, or "*"
	host   []byte // as sent; empty only in HTTP/1.0
	fields []field

	minor     byte  // HTTP/1.minor
	length    int64 // of the body; -1: chunked
	expect    bool  // 100-continue
	keepAlive bool
}

type field struct{ name, value []byte }

// parse checks a whole head, raw ending with an empty line, by RFC 9112 without its leniencies.
func (h *head) parse(raw []byte, lim *limits) Fault {
	*h = head{raw: raw, fields: h.fields[:0]}
	line, rest, ok := cutLine(raw)
	if !ok {
		return FaultLineEnd
	}
	if f := h.requestLine(line, lim); f != NoFault {
		return f
	}
	for {
		line, next, ok := cutLine(rest)
		if !ok {
			return FaultLineEnd
		}
		if len(line) == 0 {
			break
		}
		if len(h.fields) == lim.fieldCount {
			return FaultHeaderSize
		}
		if f := h.addField(line); f != NoFault {
			return f
		}
		rest = next
	}
	return h.interpret(lim)
}

// cutLine takes one line off. Lines end with CR LF and hold neither.
func cutLine(b []byte) (line, rest []byte, ok bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 1 || b[i-1] != '\r' || bytes.IndexByte(b[:i-1], '\r') >= 0 {
		return nil, nil, false
	}
	return b[:i-1], b[i+1:], true
}

// requestLine is method SP target SP version, with single spaces (RFC 9112 §3).
func (h *head) requestLine(line []byte, lim *limits) Fault {
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || !isToken(method) {
		return FaultRequestLine
	}
	target, version, ok := bytes.Cut(rest, []byte(" "))
	if !ok || len(target) == 0 {
		return FaultRequestLine
	}
	switch {
	case string(version) == "HTTP/1.1":
		h.minor, h.keepAlive = 1, true
	case string(version) == "HTTP/1.0":
		h.minor = 0
	case len(version) == 8 && string(version[:5]) == "HTTP/" && isDigit(version[5]) && version[6] == '.' && isDigit(version[7]):
		return FaultVersion
	default:
		return FaultRequestLine
	}
	h.method, h.target = method, target
	switch {
	case len(target) > lim.urlBytes:
		return FaultURILength
	case string(method) == "CONNECT", string(method) == "TRACE":
		// We are no tunnel, and an echo of the request would show cookies to scripts (RFC 9110 §9.3.8).
		return FaultMethod
	}
	for _, c := range target {
		if c <= ' ' || c == 0x7f || c == '#' {
			return FaultTarget
		}
	}
	return NoFault
}

// addField is name ":" OWS value OWS, nothing folded and no space before the colon (RFC 9112 §5).
func (h *head) addField(line []byte) Fault {
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || !isToken(line[:colon]) {
		return FaultHeaderField
	}
	value := line[colon+1:]
	for len(value) > 0 && (value[0] == ' ' || value[0] == '\t') {
		value = value[1:]
	}
	for n := len(value); n > 0 && (value[n-1] == ' ' || value[n-1] == '\t'); n = len(value) {
		value = value[:n-1]
	}
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return FaultHeaderField
		}
	}
	h.fields = append(h.fields, field{line[:colon], value})
	return NoFault
}

// interpret draws the conclusions that framing and routing rest on.
func (h *head) interpret(lim *limits) Fault {
	var hosts, lengths, codings int
	for _, f := range h.fields {
		switch len(f.name) {
		case len("Host"):
			if equalFold(f.name, "host") {
				hosts++
				h.host = f.value
			}
		case len("Expect"):
			if equalFold(f.name, "expect") {
				if !equalFold(f.value, "100-continue") {
					return FaultExpect
				}
				h.expect = true
			}
		case len("Connection"):
			if equalFold(f.name, "connection") {
				h.connection(f.value)
			}
		case len("Content-Length"):
			if equalFold(f.name, "content-length") {
				lengths++
				n, ok := parseLength(f.value)
				if !ok {
					return FaultFraming
				}
				h.length = n
			}
		case len("Transfer-Encoding"):
			if equalFold(f.name, "transfer-encoding") {
				codings++
				if !equalFold(f.value, "chunked") {
					return FaultFraming
				}
			}
		}
	}
	switch {
	case hosts > 1 || hosts == 0 && h.minor == 1 || hosts == 1 && !validHost(h.host):
		return FaultHost
	case lengths > 1 || codings > 1 || lengths+codings > 1 || codings == 1 && h.minor == 0:
		return FaultFraming
	case h.length > lim.bodyBytes:
		return FaultBodySize
	}
	if codings == 1 {
		h.length = -1
	}
	// An expectation without a body, or from HTTP/1.0, means nothing (RFC 9110 §10.1.1).
	h.expect = h.expect && h.length != 0 && h.minor == 1
	return h.normaliseTarget()
}

func (h *head) connection(value []byte) {
	for len(value) > 0 {
		var option []byte
		option, value, _ = bytes.Cut(value, []byte(","))
		switch option = bytes.Trim(option, " \t"); {
		case equalFold(option, "close"):
			h.keepAlive = false
			return
		case equalFold(option, "keep-alive") && h.minor == 0:
			h.keepAlive = true
		}
	}
}

// normaliseTarget accepts origin-form, "*" with OPTIONS, and absolute-form that names the same host as Host does
// (RFC 9112 §3.2), which is turned into origin-form.
func (h *head) normaliseTarget() Fault {
	t := h.target
	switch {
	case t[0] == '/':
		return NoFault
	case string(t) == "*":
		if string(h.method) != "OPTIONS" {
			return FaultTarget
		}
		return NoFault
	}
	scheme, rest, ok := bytes.Cut(t, []byte("://"))
	if !ok || !equalFold(scheme, "http") && !equalFold(scheme, "https") {
		return FaultTarget
	}
	authority := rest
	if i := bytes.IndexAny(rest, "/?"); i >= 0 {
		authority = rest[:i]
	}
	if !validHost(authority) {
		return FaultHost
	}
	if !bytes.EqualFold(authority, h.host) {
		return FaultOtherHost
	}
	path := rest[len(authority):]
	if len(path) == 0 || path[0] == '?' {
		path = append([]byte("/"), path...)
	}
	h.target = path
	return NoFault
}

// parseLength is 1*DIGIT, at most 18 of them.
func parseLength(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if !isDigit(c) {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// validHost is uri-host [":" port] without userinfo: a name, an IPv4 address or a bracketed IPv6 address.
func validHost(host []byte) bool {
	if len(host) == 0 || len(host) > 260 {
		return false
	}
	name, port := host, []byte(nil)
	if host[0] == '[' {
		end := bytes.IndexByte(host, ']')
		if end < 3 {
			return false
		}
		for _, c := range host[1:end] {
			if c != ':' && c != '.' && !isHex(c) {
				return false
			}
		}
		if port = host[end+1:]; len(port) > 0 && port[0] != ':' {
			return false
		}
		return validPort(port)
	}
	if i := bytes.IndexByte(host, ':'); i >= 0 {
		name, port = host[:i], host[i:]
	}
	for _, c := range name {
		if c != '-' && c != '.' && c != '_' && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return len(name) > 0 && validPort(port)
}

// validPort is empty or ":" and up to five digits.
func validPort(port []byte) bool {
	if len(port) == 0 {
		return true
	}
	n, ok := parseLength(port[1:])
	return ok && len(port) <= 6 && n <= 65535
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// tokenTable marks tchar (RFC 9110 §5.6.2).
var tokenTable = func() (t [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t[c] = true
	}
	return t
}()

func isToken(b []byte) bool {
	for _, c := range b {
		if !tokenTable[c] {
			return false
		}
	}
	return len(b) > 0
}

// equalFold compares with a lower-case ASCII word.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
