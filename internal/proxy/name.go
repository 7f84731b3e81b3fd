package proxy

import "bytes"

// nameKind says what a proxy has to do with a field of that name. The zero value is
// the common case: an end-to-end field that passes as it is.
type nameKind uint8

const (
	kindPlain nameKind = iota
	kindHop
	kindConnection
	kindTransferEncoding
	kindContentLength
	kindTE
	kindTrailer
	kindUpgrade
	kindHost
	kindCookie
	kindExpect
	kindVia
	kindForwarded      // Forwarded, RFC 7239
	kindForwardedFor   // X-Forwarded-For
	kindForwardedOther // the rest of the X-Forwarded family, and other fields that name a client, a host, a scheme or a path
	kindForwardedHost  // X-Forwarded-Host
	kindForwardedPort  // X-Forwarded-Port
	kindForwardedSet   // X-Forwarded-Proto, X-Real-IP: always said afresh, by us
	kindOwn            // Einlass-* and X-Einlass-*
	kindDeceptive      // a special name in another spelling, which CGI would read as the name itself
)

// classify names the kind of a field. Special names are recognised with any other
// mark in place of the hyphen too (X_Forwarded_For, Content.Length): gateways to CGI,
// WSGI and PHP fold them together, so such a spelling is the name in disguise.
func classify(name []byte) nameKind {
	if len(name) < 2 {
		return kindPlain
	}
	switch name[0] | 0x20 {
	case 'a':
		if len(name) == 7 {
			// An answer's offer to come to another port, where the gate is not (RFC 7838 section 3).
			return kindIf(name, "alt-svc", kindHop)
		}
	case 'c':
		switch len(name) {
		case 6:
			return kindIf(name, "cookie", kindCookie)
		case 10:
			return kindIf(name, "connection", kindConnection)
		case 9:
			return kindIf(name, "client-ip", kindForwardedOther)
		case 14:
			return kindIf(name, "content-length", kindContentLength)
		case 16:
			return kindIf(name, "cf-connecting-ip", kindForwardedOther)
		}
	case 'e':
		switch {
		case isOwn(name):
			return kindOwn
		case len(name) == 6:
			return kindIf(name, "expect", kindExpect)
		}
	case 'f':
		switch len(name) {
		case 9:
			return kindIf(name, "forwarded", kindForwarded)
		case 15:
			return kindIf(name, "front-end-https", kindForwardedOther)
		case 13:
			if name[1]|0x20 == 'l' {
				return kindIf(name, "fly-client-ip", kindForwardedOther)
			}
			return kindIf(name, "forwarded-for", kindForwardedOther)
		case 16:
			return kindIf(name, "fastly-client-ip", kindForwardedOther)
		}
	case 'h':
		switch len(name) {
		case 4:
			return kindIf(name, "host", kindHost)
		case 14:
			return kindIf(name, "http2-settings", kindHop)
		}
	case 'k':
		if len(name) == 10 {
			return kindIf(name, "keep-alive", kindHop)
		}
	case 'p':
		return classifyP(name)
	case 's':
		if len(name) == 11 {
			// Some application servers (gunicorn, for one) cut it off the path: /x/termine is then /termine for the site.
			return kindIf(name, "script-name", kindHop)
		}
	case 't':
		switch len(name) {
		case 2:
			return kindIf(name, "te", kindTE)
		case 7:
			return kindIf(name, "trailer", kindTrailer)
		case 14:
			return kindIf(name, "true-client-ip", kindForwardedOther)
		case 17:
			return kindIf(name, "transfer-encoding", kindTransferEncoding)
		}
	case 'u':
		if len(name) == 7 {
			return kindIf(name, "upgrade", kindUpgrade)
		}
	case 'v':
		if len(name) == 3 {
			return kindIf(name, "via", kindVia)
		}
	case 'x':
		return classifyX(name)
	}
	return kindPlain
}

func classifyP(name []byte) nameKind {
	switch len(name) {
	case 9:
		return kindIf(name, "path-info", kindHop) // as script-name
	case 5:
		// CGI turns it into HTTP_PROXY, which many clients take for their own setting.
		return kindIf(name, "proxy", kindHop)
	case 16:
		return kindIf(name, "proxy-connection", kindHop)
	case 18:
		return kindIf(name, "proxy-authenticate", kindHop)
	case 19:
		return kindIf(name, "proxy-authorization", kindHop)
	}
	return kindPlain
}

func classifyX(name []byte) nameKind {
	if len(name) < 6 || isAlphaNum(name[1]) {
		return kindPlain
	}
	switch name[2] | 0x20 {
	case 'a':
		switch len(name) {
		case 9:
			return kindIf(name, "x-arr-ssl", kindForwardedOther)
		case 15:
			return kindIf(name, "x-accel-mapping", kindForwardedOther)
		case 16:
			return kindIf(name, "x-azure-clientip", kindForwardedOther)
		}
	case 'c':
		switch len(name) {
		case 11:
			return kindIf(name, "x-client-ip", kindForwardedOther)
		case 19:
			return kindIf(name, "x-cluster-client-ip", kindForwardedOther)
		}
	case 'h':
		switch len(name) {
		case 6:
			return kindIf(name, "x-host", kindForwardedOther)
		case 20:
			return kindIf(name, "x-http-host-override", kindForwardedOther)
		}
	case 's':
		switch len(name) {
		case 8:
			return kindIf(name, "x-scheme", kindForwardedOther)
		case 13:
			return kindIf(name, "x-script-name", kindForwardedOther)
		case 15:
			return kindIf(name, "x-sendfile-type", kindForwardedOther)
		}
	case 'u':
		if len(name) == 12 {
			return kindIf(name, "x-url-scheme", kindForwardedOther)
		}
	case 'e':
		switch {
		case isOwn(name[2:]):
			return kindOwn
		case len(name) == 21:
			return kindIf(name, "x-envoy-original-path", kindForwardedOther)
		case len(name) == 24:
			return kindIf(name, "x-envoy-external-address", kindForwardedOther)
		}
	case 'f':
		if !hasSpelling(name, "x-forwarded") || (len(name) > 11 && isAlphaNum(name[11])) {
			return kindPlain
		}
		return classifyForwarded(name)
	case 'o':
		if len(name) == 16 && name[9]|0x20 == 't' {
			return kindIf(name, "x-originating-ip", kindForwardedOther)
		}
		return kindFamily(name, "x-original", kindForwardedOther)
	case 'r':
		switch n, third := len(name), name[4]|0x20; {
		case n == 9 && third == 'a':
			return kindIf(name, "x-real-ip", kindForwardedSet)
		case n == 11 && third == 'm':
			return kindIf(name, "x-remote-ip", kindForwardedOther)
		case n == 13 && third == 'm':
			return kindIf(name, "x-remote-addr", kindForwardedOther)
		}
		return kindFamily(name, "x-rewrite", kindForwardedOther)
	}
	return kindPlain
}

// kindFamily gives k for the names that begin with a word and a hyphen, and kindDeceptive for other spellings of them.
func kindFamily(name []byte, word string, k nameKind) nameKind {
	switch {
	case !hasSpelling(name, word) || len(name) > len(word) && isAlphaNum(name[len(word)]):
		return kindPlain
	case isDisguised(name):
		return kindDeceptive
	}
	return k
}

// NamesVisitor reports whether a field is one by which proxies tell of a visitor, and through which other proxies it came: who, by
// which host, scheme, port and path.
func NamesVisitor(name []byte) bool {
	switch classify(name) {
	case kindVia, kindForwarded, kindForwardedFor, kindForwardedHost, kindForwardedPort, kindForwardedSet, kindForwardedOther:
		return true
	}
	return false
}

// classifyForwarded sorts the X-Forwarded family.
func classifyForwarded(name []byte) nameKind {
	if isDisguised(name) {
		return kindDeceptive
	}
	switch {
	case equalFold(name, "x-forwarded-for"):
		return kindForwardedFor
	case equalFold(name, "x-forwarded-host"):
		return kindForwardedHost
	case equalFold(name, "x-forwarded-port"):
		return kindForwardedPort
	case equalFold(name, "x-forwarded-proto"):
		return kindForwardedSet
	}
	return kindForwardedOther
}

// isDisguised tells whether a mark other than the hyphen stands in the name.
func isDisguised(name []byte) bool {
	for _, c := range name {
		if c != '-' && !isAlphaNum(c) {
			return true
		}
	}
	return false
}

// kindIf compares name with want, which is lower case and as long as name. It gives k
// for the name itself and kindDeceptive for another spelling of it.
func kindIf(name []byte, want string, k nameKind) nameKind {
	exact := true
	for i := range len(want) {
		switch c := name[i]; {
		case c == want[i], c|0x20 == want[i] && want[i] >= 'a':
		case want[i] == '-' && !isAlphaNum(c):
			exact = false
		default:
			return kindPlain
		}
	}
	if !exact {
		return kindDeceptive
	}
	return k
}

// hasSpelling tells whether name begins with want (lower case) in any spelling.
func hasSpelling(name []byte, want string) bool {
	return len(name) >= len(want) && kindIf(name[:len(want)], want, kindOwn) != kindPlain
}

// isOwn recognises our own fields: "einlass" followed by a mark or by nothing.
func isOwn(name []byte) bool {
	const own = "einlass"
	return hasSpelling(name, own) && (len(name) == len(own) || !isAlphaNum(name[len(own)]))
}

func isAlphaNum(c byte) bool {
	return c-'0' <= 9 || (c|0x20)-'a' <= 'z'-'a'
}

// tokenChar marks the characters of a field name (RFC 9110 section 5.6.2).
var tokenChar = func() (t [256]bool) {
	for c := range 256 {
		t[c] = isAlphaNum(byte(c))
	}
	for _, c := range []byte("!#$%&'*+-.^_`|~") {
		t[c] = true
	}
	return t
}()

func isToken[T string | []byte](s T) bool {
	for i := range len(s) {
		if !tokenChar[s[i]] {
			return false
		}
	}
	return len(s) > 0
}

// equalFold compares ASCII without case; lower must be lower case.
func equalFold(s []byte, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i, c := range s {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// listMembers yields the members of a comma separated list, trimmed, empty ones left
// out (RFC 9110 section 5.6.1).
func listMembers(value []byte) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(value) > 0 {
			member := value
			if i := bytes.IndexByte(value, ','); i >= 0 {
				member, value = value[:i], value[i+1:]
			} else {
				value = nil
			}
			if member = trimOWS(member); len(member) > 0 && !yield(member) {
				return
			}
		}
	}
}

func listContains(value []byte, lower string) bool {
	for m := range listMembers(value) {
		if equalFold(m, lower) {
			return true
		}
	}
	return false
}

func trimOWS(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
