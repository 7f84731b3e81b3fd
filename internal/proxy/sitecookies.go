package proxy

import "bytes"

// A site may do with its own cookies what it likes. What it says of ours is not passed on: a visitor whose cookie the site
// deletes, or replaces, has lost a place. Browsers delete all cookies of a host and of the domain above it for
// Clear-Site-Data: "cookies", so that directive is answered for: the site's own cookies are deleted one by one.

const (
	setCookieName = "set-cookie"
	clearSiteName = "clear-site-data"

	clearCookies = `"cookies"`
	clearAll     = `"*"`
	// clearRest is "*" without the cookies: the directives of W3C Clear Site Data and those that browsers have beside them.
	// A browser passes over what it does not know.
	clearRest = `"cache", "clientHints", "executionContexts", "prefetchCache", "prerenderCache", "storage"`
	// maxExpired bounds how many Set-Cookie fields stand for one directive. The longest heads that servers take hold more
	// cookies, but no site sets so many.
	maxExpired = 128
)

// appendField appends a field of the origin's answer as the visitor gets it, with the line end before it: as it came, unless it
// would touch a cookie of ours.
func (x *exchange) appendField(dst []byte, f *field) []byte {
	if x.opt.StripCookies != nil {
		switch {
		case equalFold(f.name, setCookieName) && isStripped(setPair(f.value), x.opt.StripCookies):
			return dst
		case equalFold(f.name, clearSiteName):
			return appendClear(dst, f.value)
		}
	}
	return append(append(dst, crlf...), f.line...)
}

// setPair is the pair that a browser makes of a Set-Cookie value. A cookie without a name is sent as its value alone, which
// then reads as a pair (RFC 6265bis section 5.7): "=a=b" is sent as "a=b".
func setPair(value []byte) []byte {
	pair, _, _ := bytes.Cut(value, separator)
	return bytes.TrimLeft(pair, "= \t")
}

// appendClear appends Clear-Site-Data without what deletes cookies.
func appendClear(dst, value []byte) []byte {
	begin, some := len(dst), false
	dst = append(dst, "\r\nClear-Site-Data: "...)
	for directive := range listMembers(value) {
		switch string(directive) {
		case clearCookies:
			continue
		case clearAll:
			directive = []byte(clearRest)
		}
		if some {
			dst = append(dst, ", "...)
		}
		dst, some = append(dst, directive...), true
	}
	if !some {
		return dst[:begin]
	}
	return dst
}

// clearsCookies tells whether the answer asks the browser to delete its cookies. Browsers do so for answers by TLS only.
func (x *exchange) clearsCookies() bool {
	if x.opt.StripCookies == nil || !x.v.Secure() {
		return false
	}
	for i := range x.ans.fields {
		f := &x.ans.fields[i]
		if f.drop || !equalFold(f.name, clearSiteName) {
			continue
		}
		for directive := range listMembers(f.value) {
			if d := string(directive); d == clearCookies || d == clearAll {
				return true
			}
		}
	}
	return false
}

// appendExpired appends a field for each cookie that the visitor sent to the site and that is to be deleted. A request does
// not say for which path and domain its cookies were set, so each is deleted for all that apply to it (RFC 6265 section 5.3).
// It stands before the fields of the answer: a cookie that the site sets anew stays.
func (x *exchange) appendExpired(dst []byte) []byte {
	n := 0
	for name, value := range x.v.Headers() {
		if !equalFold(name, "cookie") {
			continue
		}
		for rest, more := value, true; more; {
			var crumb []byte
			if crumb, rest, more = bytes.Cut(rest, separator); isStripped(crumb, x.opt.StripCookies) {
				continue
			}
			key, _, named := bytes.Cut(crumb, []byte{'='})
			if key = trimOWS(key); !named || !isToken(key) {
				continue
			}
			dst = x.expireCookie(dst, key, &n)
		}
	}
	return dst
}

// expireCookie appends the fields that delete one cookie.
func (x *exchange) expireCookie(dst, name []byte, n *int) []byte {
	path := x.v.Path()
	for end := 1; end > 0; end = nextSlash(path, end) {
		domain := []byte(nil)
		for more := true; more && *n < maxExpired; *n++ {
			dst = append(append(dst, "\r\nSet-Cookie: "...), name...)
			dst = append(append(dst, "=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; Path="...), path[:end]...)
			if domain != nil {
				dst = append(append(dst, "; Domain="...), domain...)
			}
			domain, more = x.domainAbove(domain)
		}
		if bytes.HasPrefix(name, []byte("__Host-")) {
			break // for the whole host, as its prefix says
		}
	}
	return dst
}

// nextSlash is where the next longer cookie path ends in path, 0 if there is none. end is 1, or where one ended.
func nextSlash(path []byte, end int) int {
	if end >= len(path) || bytes.IndexByte(path, ';') >= 0 {
		return 0
	}
	if i := bytes.IndexByte(path[end+min(1, end-1):], '/'); i >= 0 {
		return end + min(1, end-1) + i
	}
	return len(path)
}

// domainAbove is the next domain that a cookie of the visitor's host can be set for: the host's own after none, then those
// above it, as long as they have a dot. Browsers refuse those that are a public suffix.
func (x *exchange) domainAbove(domain []byte) ([]byte, bool) {
	if domain == nil {
		domain = []byte(x.v.Host())
		return domain, bytes.IndexByte(domain, '.') > 0 && !isAddress(domain)
	}
	_, above, _ := bytes.Cut(domain, []byte{'.'})
	return above, bytes.IndexByte(above, '.') > 0
}

// isAddress tells an IP address from a name: the last label of a name is not a number, and no name holds a colon.
func isAddress(host []byte) bool {
	last := host[len(host)-1]
	return last >= '0' && last <= '9' || bytes.IndexByte(host, ':') >= 0
}
