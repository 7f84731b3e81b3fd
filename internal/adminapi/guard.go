package adminapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
)

// guard refuses requests that another origin's page in an operator's browser could send. It runs before everything else.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set(MarkField, Mark)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		defer s.recovered(w)
		switch {
		case !isHealth(r.URL) && !s.ours(r.Host):
			s.fail(w, errMisdirected)
		case foreign(r) && !followed(r), s.origins.Check(r) != nil:
			s.fail(w, errForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isHealth reports whether a URL is answered whatever host the request names, or without one. A load balancer asks by HTTP/1.0
// without Host (HAProxy's option httpchk), by a pod's name or by one of its own, and what these paths say is worth no
// rebinding attack, unless they are asked to say more.
func isHealth(u *url.URL) bool {
	return u.RawQuery == "" && slices.Contains([]string{"/healthz", "/livez", "/readyz", "/startupz"}, u.Path)
}

// recovered turns a panic of a handler into an answer. If one was begun already, the client sees it cut off.
func (s *Server) recovered(w http.ResponseWriter) {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler: // how handlers cut an answer off
		panic(v)
	default:
		s.fail(w, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
	}
}

// ours reports whether a Host names this listener. A rebinding attack needs a name whose owner can point it at this
// listener, so IP addresses are safe, and so is localhost, which browsers resolve themselves.
func (s *Server) ours(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host == "localhost" || slices.Contains(s.cfg.Hosts, host)
}

// foreign reports whether a browser says that another origin's page made the request.
func foreign(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return true
	}
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		return false
	}
	u, err := url.Parse(origins[0])
	return len(origins) > 1 || err != nil || !strings.EqualFold(u.Host, r.Host)
}

// followed reports whether somebody has followed a link to a page, in a mail for example. A browser sends our cookie with none of these, and
// pages show nothing by themselves.
func followed(r *http.Request) bool {
	h := r.Header
	return r.Method == http.MethodGet && h.Get("Sec-Fetch-Mode") == "navigate" && h.Get("Sec-Fetch-Dest") == "document" &&
		!strings.HasPrefix(r.URL.Path, "/v1/") && !strings.HasPrefix(r.URL.Path, "/debug/")
}

func same(token, wanted string) bool {
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(wanted))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}
