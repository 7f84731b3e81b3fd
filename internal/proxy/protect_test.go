package proxy

import (
	"bufio"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/httpx"
)

func TestWhatTheOriginCannotKnowOfIsAddedToItsAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		origin       string // its fields
		cookie, tls  bool
		cache, https []string
	}{
		"nothing":                       {origin: "Cache-Control: public\r\n", cache: []string{"public"}},
		"a cookie":                      {origin: "Cache-Control: public\r\n", cookie: true, cache: []string{"public", "private"}},
		"TLS":                           {tls: true, https: []string{"max-age=3600"}},
		"TLS, and the origin says more": {origin: "strict-transport-security: max-age=9; preload\r\n", tls: true, https: []string{"max-age=9; preload"}},
	} {
		t.Run(name, func(t *testing.T) {
			origin := serveRaw(t, func(c net.Conn) {
				for r := bufio.NewReader(c); ; {
					if _, err := readRawHead(r); err != nil {
						return
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+test.origin+"Content-Length: 2\r\n\r\nok")
				}
			})
			_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) {
				f.options = func(v *httpx.Visit) Options {
					if test.cookie {
						v.SetCookie(httpx.Cookie{Name: "einlass-r", Value: "t"})
					}
					return Options{}
				}
				f.configure = append(f.configure, func(c *httpx.Config) {
					c.HSTS = time.Hour
					trustLoopback(c)
				})
			})
			c := dialTest(t, addr)
			extra := ""
			if test.tls {
				extra = "X-Forwarded-Proto: https\r\n"
			}
			send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n"+extra+"\r\n")
			h := wantAnswer(t, bufio.NewReader(c), "GET", 200, "ok").Header
			if got := h.Values("Cache-Control"); !slices.Equal(got, test.cache) {
				t.Errorf("Cache-Control: %q", got)
			}
			if got := h.Values("Strict-Transport-Security"); !slices.Equal(got, test.https) {
				t.Errorf("Strict-Transport-Security: %q", got)
			}
		})
	}
}
