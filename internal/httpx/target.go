package httpx

import (
	"bytes"
	"net/netip"
)

// checkTarget looks at every byte of the target: no space, no control, no fragment (RFC 9112 §3.2), and percent signs
// that mean something in the path (RFC 3986 §2.1). In a query they are the site's own affair: many sites are sent
// "?discount=10%" and live. So are bytes above ASCII, which old links hold: they delimit nothing.
func (h *head) checkTarget() Fault {
	t := h.target
	for i := 0; i < len(t); i++ {
		c := t[i]
		if targetTable[c] {
			continue
		}
		switch {
		case c == '?':
			return checkQuery(t[i+1:])
		case c == '%' && i+2 < len(t) && isHex(t[i+1]) && isHex(t[i+2]):
			i += 2
		default:
			return targetFault(c)
		}
	}
	return NoFault
}

func checkQuery(b []byte) Fault {
	for _, c := range b {
		if !targetTable[c] && c != '?' && c != '%' {
			return targetFault(c)
		}
	}
	return NoFault
}

func targetFault(c byte) Fault {
	if c == '\r' {
		return FaultLineEnd
	}
	return FaultTarget
}

// targetTable marks bytes that need no second look in a target.
var targetTable = func() (t [256]bool) {
	for c := range t {
		t[c] = c > ' ' && c != 0x7f && c != '#' && c != '?' && c != '%'
	}
	return t
}()

// normaliseTarget accepts origin-form, "*" with OPTIONS, and absolute-form that names the same host as Host does
// (RFC 9112 §3.2), which is turned into origin-form.
func (h *head) normaliseTarget() Fault {
	switch {
	case h.target[0] == '/':
		return NoFault
	case string(h.target) == "*":
		if string(h.method) != "OPTIONS" {
			return FaultTarget
		}
		return NoFault
	}
	scheme, rest, ok := bytes.Cut(h.target, []byte("://"))
	if !ok || !equalFold(scheme, "http") && !equalFold(scheme, "https") {
		return FaultTarget
	}
	authority := rest
	if i := bytes.IndexAny(rest, "/?"); i >= 0 {
		authority = rest[:i]
	}
	switch {
	case !validHost(authority):
		return FaultHost
	case len(h.host) == 0 && h.minor == 0:
		// HTTP/1.0 may name the host here only.
	case !equalFoldAny(authority, string(h.host)):
		return FaultOtherHost
	}
	h.host = authority // which rules over the field (RFC 9112 §3.2.2)
	h.target = h.originForm(rest[len(authority):])
	return NoFault
}

// originForm completes an empty path. OPTIONS without a path is about the server as a whole (RFC 9112 §3.2.4).
func (h *head) originForm(path []byte) []byte {
	switch {
	case len(path) == 0 && string(h.method) == "OPTIONS":
		return []byte("*")
	case len(path) == 0 || path[0] == '?':
		return append([]byte("/"), path...)
	}
	return path
}

// maxHost is the longest DNS name, a final dot and a port.
const maxHost = 253 + len(".") + len(":65535")

// validHost is uri-host [":" port] without userinfo: a name, an IPv4 address or a bracketed IPv6 address.
func validHost(host []byte) bool {
	if len(host) == 0 || len(host) > maxHost {
		return false
	}
	if host[0] == '[' {
		end := bytes.IndexByte(host, ']')
		if end < 0 {
			return false
		}
		ip, err := netip.ParseAddr(string(host[1:end]))
		return err == nil && ip.Is6() && ip.Zone() == "" && validPort(host[end+1:])
	}
	name, port := host, []byte(nil)
	if i := bytes.IndexByte(host, ':'); i >= 0 {
		name, port = host[:i], host[i:]
	}
	return validName(name) && validPort(port)
}

// validName is labels of letters, digits, "-" and "_" between dots, and at most a dot behind them.
func validName(name []byte) bool {
	dot := true // the byte before was a dot, or there is none
	for _, c := range name {
		switch {
		case c == '.':
			if dot {
				return false
			}
			dot = true
		case isLetter(c), isDigit(c), c == '-', c == '_':
			dot = false
		default:
			return false
		}
	}
	return len(name) > 0
}

// validPort is nothing, or ":" and a port of up to five digits.
func validPort(port []byte) bool {
	if len(port) == 0 {
		return true
	}
	n, ok := parseLength(port[1:])
	return ok && port[0] == ':' && len(port) <= 6 && n <= 65535
}
