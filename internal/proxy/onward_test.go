package proxy

import (
	"bufio"
	"net/http"
	"slices"
	"testing"

	"github.com/einlass/einlass/internal/httpx"
)

func TestTheGatewaySaysWhereARedirectLeads(t *testing.T) {
	for name, test := range map[string]struct {
		status, to, leads string
		store             []string
	}{
		"changed":          {"302 Found", "/other", "/other", []string{"public", "no-store"}},
		"a permanent one":  {"308 Permanent Redirect", "/other", "/other", []string{"public", "no-store"}},
		"left":             {"302 Found", "", "/start", []string{"public"}},
		"no redirect":      {"201 Created", "/other", "/start", []string{"public"}},
		"what would split": {"302 Found", "/a\r\nSet-Cookie: b=c", "/start", []string{"public"}},
	} {
		t.Run(name, func(t *testing.T) {
			origin := newScriptedBackend(t, answering("HTTP/1.1 "+test.status+"\r\nCache-Control: public\r\nLocation: /start\r\nContent-Length: 0\r\n\r\n"))
			_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin.addr}}, func(f *forwarder) {
				f.options = func(*httpx.Visit) Options {
					return Options{Onward: func(location []byte) string {
						if string(location) != "/start" {
							t.Errorf("told %q", location)
						}
						return test.to
					}}
				}
			})
			c := dialTest(t, addr)
			send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if got := resp.Header.Values("Location"); !slices.Equal(got, []string{test.leads}) {
				t.Errorf("it leads to %q", got)
			}
			if got := resp.Header.Values("Cache-Control"); !slices.Equal(got, test.store) {
				t.Errorf("Cache-Control: %q", got)
			}
		})
	}
}
