package gateway

import (
	"net/url"
	"strings"

	"github.com/einlass/einlass/internal/httpx"
)

// asked is the URL that was asked for, as a reference that leads back to it and nowhere else.
func asked(v *httpx.Visit) string { return onThisHost(string(v.Target())) }

// wanted is where a visitor goes who asked for a URL of the site: there, or, if that would be sending a form again, back
// to the page that held it.
func (g *Gateway) wanted(v *httpx.Visit) string {
	if !isSafe(v.Method()) {
		return g.backTo(v)
	}
	return asked(v)
}

// backTo is the path of the page a request came from, if that was on this host; else the root. A page of our own stands
// for what it leads to.
func (g *Gateway) backTo(v *httpx.Visit) string {
	u, err := url.Parse(string(v.Header("Referer")))
	if err != nil || !strings.EqualFold(u.Host, string(v.HostPort())) || !strings.HasPrefix(u.Path, "/") {
		return "/"
	}
	if from := u.RequestURI(); !strings.HasPrefix(from, string(g.prefix)) {
		return onThisHost(from)
	}
	return g.target([]byte(u.RawQuery))
}

// onThisHost makes a path safe to be sent to. "//elsewhere" is a path in a request, but a host in a reference, and
// browsers read a backslash as a slash: a link to this site would lead to another one. A dot segment in front is
// dropped by the browser after it has told host from path (RFC 3986 §5.3), so the path stays what it was.
func onThisHost(target string) string {
	if len(target) > 1 && (target[1] == '/' || target[1] == '\\') {
		return "/." + target
	}
	return target
}
