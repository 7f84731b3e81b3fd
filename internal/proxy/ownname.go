package proxy

import (
	"bytes"
	"net"
	"strings"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// A site speaks of itself by the name that it knows: often its own address and port behind the gate, where no visitor
// can follow. nginx and Apache change such names in the answers of what they stand in front of, nginx by default
// (proxy_redirect, ProxyPassReverse); so does this. What is changed: Location, Content-Location, the URL in Refresh, and
// the domain of a cookie, which browsers refuse under another host's name.

// ownNames are the names by which the site may know itself, beside the host that visitors ask for.
type ownNames struct {
	addresses []endpoint // of the backend's addresses, sockets apart
	header    endpoint   // host_header; without a host if it is not set
	tls       bool       // the site is spoken to in https
}

// endpoint is what an authority names. The host is in lower case and without brackets; the port may be empty.
type endpoint struct{ host, port string }

func newOwnNames(cfg *config.Backend, addresses []config.Address) ownNames {
	n := ownNames{tls: addresses[0].TLS}
	for _, a := range addresses {
		if a.Network != "unix" {
			host, port, _ := net.SplitHostPort(a.Dial)
			n.addresses = append(n.addresses, endpoint{foldHost(host), port})
		}
	}
	if cfg.HostHeader != "" {
		n.header = endpointOf([]byte(cfg.HostHeader))
	}
	return n
}

// endpointOf splits an authority without user.
func endpointOf(authority []byte) endpoint {
	host, port := string(authority), ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host, port = host[:i], host[i+1:]
	}
	return endpoint{foldHost(strings.Trim(host, "[]")), port}
}

func foldHost(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

func defaultPort(tls bool) string {
	if tls {
		return "443"
	}
	return "80"
}

// hasPort tells whether one of the addresses listens there.
func (n *ownNames) hasPort(port string) bool {
	for i := range n.addresses {
		if n.addresses[i].port == port {
			return true
		}
	}
	return false
}

// means tells whether an absolute URL names the site, but not as visitors do. own tells which hosts visitors ask for; asked is
// the one of this visit, with its port.
func (n *ownNames) means(url *absolute, asked endpoint, secure bool, own func(host string) bool) bool {
	at := url.endpoint
	for i := range n.addresses {
		if at == n.addresses[i] {
			return at != asked
		}
	}
	switch {
	case own(at.host):
		// By default, nginx adds the port that it listens on, and Apache makes a URL of the host that it was asked for
		// and its own scheme.
		return at.port != asked.port && n.hasPort(at.port) || secure && !n.tls && !url.tls && at.port == "80"
	case n.header.host != "" && at.host == n.header.host:
		return at.port == n.header.port || at.port == defaultPort(url.tls) || n.hasPort(at.port)
	}
	return false
}

// absolute is an http or https URL, or a network-path reference, cut in two.
type absolute struct {
	endpoint
	tls  bool
	rest []byte // path, query and fragment, as they were sent
}

// cutAbsolute cuts a URL behind its authority. It refuses one with a user, and bytes that browsers pass over. A reference
// without a scheme has that of the request.
func cutAbsolute(url []byte, secure bool) (a absolute, ok bool) {
	for _, c := range url {
		if c <= ' ' || c == 0x7f {
			return a, false
		}
	}
	scheme, rest, found := bytes.Cut(url, []byte("//"))
	switch {
	case !found:
		return a, false
	case len(scheme) == 0:
		a.tls = secure
	case equalFold(scheme, "https:"):
		a.tls = true
	case !equalFold(scheme, "http:"):
		return a, false
	}
	end := bytes.IndexAny(rest, `/\?#`)
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	if len(authority) == 0 || bytes.IndexByte(authority, '@') >= 0 {
		return a, false
	}
	a.endpoint, a.rest = endpointOf(authority), rest[end:]
	if a.port == "" {
		a.port = defaultPort(a.tls)
	}
	return a, true
}

// appendTo appends the URL as visitors know it: a reference to the host that they asked for, or, if the site named another one
// of theirs, to that host at the same port. What begins with two slashes would name a host of its own and gets a dot segment.
func (a *absolute) appendTo(dst []byte, asked endpoint, explicitPort bool) []byte {
	if a.host != asked.host {
		dst = append(append(dst, "//"...), bracketed(a.host)...)
		if explicitPort {
			dst = append(append(dst, ':'), asked.port...)
		}
	}
	if len(a.rest) == 0 || a.rest[0] == '?' || a.rest[0] == '#' {
		dst = append(dst, '/')
	}
	return append(dst, httpx.OnThisHost(string(a.rest))...)
}

func bracketed(host string) string {
	if strings.IndexByte(host, ':') >= 0 {
		return "[" + host + "]"
	}
	return host
}

// nameAsVisitorsDo changes the fields of the answer by which the site names itself. It comes before everything that
// reads the head: a rule about a redirect is about what visitors see.
func (x *exchange) nameAsVisitorsDo() {
	for i := range x.ans.fields {
		f := &x.ans.fields[i]
		if f.drop || f.kind != kindPlain {
			continue
		}
		switch len(f.name) {
		case len("refresh"):
			if equalFold(f.name, "refresh") {
				x.renameRefresh(f)
			}
		case len("location"):
			if equalFold(f.name, "location") {
				x.rename(f, 0, len(f.value), x.v.Target())
			}
		case len(setCookieName):
			if equalFold(f.name, setCookieName) {
				x.renameCookie(f)
			}
		case len("content-location"):
			if equalFold(f.name, "content-location") {
				x.rename(f, 0, len(f.value), nil)
			}
		}
	}
}

// rename changes the URL that stands at f.value[from:to]. A redirect to the URL that was asked for is left as it is: a site that
// sends a visitor from https to http or back would do so for ever.
func (x *exchange) rename(f *field, from, to int, target []byte) {
	url, ok := cutAbsolute(f.value[from:to], x.v.Secure())
	if !ok || len(x.v.HostPort()) == 0 {
		return
	}
	asked := endpointOf(x.v.HostPort())
	explicit := asked.port != ""
	if !explicit {
		asked.port = defaultPort(x.v.Secure())
	}
	if !x.b.names.means(&url, asked, x.v.Secure(), x.isVisitorsHost) {
		return
	}
	if !x.isVisitorsHost(url.host) {
		url.host = asked.host
	}
	value := append([]byte(nil), f.value[:from]...)
	value = url.appendTo(value, asked, explicit)
	if target != nil && bytes.Equal(value, target) {
		return
	}
	f.set(append(value, f.value[to:]...))
}

// isVisitorsHost tells whether visitors ask for a host by that name.
func (x *exchange) isVisitorsHost(host string) bool {
	return host == x.v.Host() || x.opt.VisitorsHost != nil && x.opt.VisitorsHost(host)
}

// set gives the field another value.
func (f *field) set(value []byte) {
	f.value = value
	f.line = append(append(append([]byte(nil), f.name...), ": "...), value...)
}

// renameRefresh changes the URL in "5; url=http://…", which may stand in quotes (HTML, shared declarative refresh steps).
func (x *exchange) renameRefresh(f *field) {
	from := bytes.IndexAny(f.value, ";,")
	if from < 0 {
		return
	}
	rest := bytes.TrimLeft(f.value[from+1:], "; ,\t")
	if len(rest) > 3 && equalFold(rest[:3], "url") {
		if after := bytes.TrimLeft(rest[3:], " \t"); len(after) > 0 && after[0] == '=' {
			rest = bytes.TrimLeft(after[1:], " \t")
		}
	}
	to := len(f.value)
	if len(rest) > 1 && (rest[0] == '"' || rest[0] == '\'') {
		if end := bytes.IndexByte(rest[1:], rest[0]); end >= 0 {
			to -= len(rest) - 1 - end
		}
		rest = rest[1:]
	}
	from = len(f.value) - len(rest)
	if from < to {
		x.rename(f, from, to, nil)
	}
}

// renameCookie takes the domain from a cookie that is set for the site's own name: the cookie is then of the host that visitors
// ask for (RFC 6265 section 5.3). A domain that visitors' browsers accept stays.
func (x *exchange) renameCookie(f *field) {
	at := bytes.IndexByte(f.value, ';')
	if at < 0 || len(f.value)-at < len(";domain=") {
		return
	}
	value, changed := append([]byte(nil), f.value[:at]...), false
	for attribute := range bytes.SplitSeq(f.value[at+1:], separator) {
		name, domain, _ := bytes.Cut(attribute, []byte{'='})
		if equalFold(trimOWS(name), "domain") && x.b.names.isCookieDomain(trimOWS(domain), x.v.Host()) {
			changed = true
			continue
		}
		value = append(append(value, ';'), attribute...)
	}
	if changed {
		f.set(value)
	}
}

// isCookieDomain tells whether a cookie's domain is the site's own name or one above it, and of no use at the host that was
// asked for. Sites that take the domain from their Host field may leave a port on it.
func (n *ownNames) isCookieDomain(domain []byte, asked string) bool {
	d := strings.TrimPrefix(endpointOf(domain).host, ".")
	if d == "" || matchesDomain(asked, d) {
		return false
	}
	if n.header.host != "" && matchesDomain(n.header.host, d) {
		return true
	}
	for i := range n.addresses {
		if matchesDomain(n.addresses[i].host, d) {
			return true
		}
	}
	return false
}

// matchesDomain is RFC 6265 section 5.1.3.
func matchesDomain(host, domain string) bool {
	above, ok := strings.CutSuffix(host, domain)
	return ok && (above == "" || above[len(above)-1] == '.' && !isAddress([]byte(host)))
}
