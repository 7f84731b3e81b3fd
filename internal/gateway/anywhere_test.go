package gateway_test

import (
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue"
)

func TestHealthIsAnsweredAtAnyHostAndAtNone(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1}, config.Room{ID: "termine", Hosts: []string{"termine.example.org"}, Paths: []string{"/"}})
	for _, head := range []string{
		"GET /.einlass/readyz HTTP/1.0", // HAProxy's option httpchk
		"GET /.einlass/readyz HTTP/1.0\r\nHost: einlass_1",
		"GET /.einlass/readyz HTTP/1.1\r\nHost: 10.1.2.3:8080\r\nConnection: close",
		"GET /.einlass/readyz?from=lb HTTP/1.1\r\nHost: termine.example.org\r\nConnection: close",
		"HEAD /.einlass/readyz HTTP/1.0",
	} {
		for _, want := range []struct {
			notReady bool
			status   int
			body     string
		}{{false, 200, "ready\n"}, {true, 503, "not ready\n"}} {
			s.notReady.Store(want.notReady)
			a := s.raw(head + "\r\n\r\n")
			if strings.HasPrefix(head, "HEAD") {
				want.body = ""
			}
			if a.StatusCode != want.status || a.body != want.body || a.Header.Get("Cache-Control") != "private, no-store" || len(a.Cookies()) > 0 {
				t.Errorf("not ready %v: %q is answered %d %v %q", want.notReady, head, a.StatusCode, a.Header, a.body)
			}
		}
	}
	if a := s.raw("POST /.einlass/readyz HTTP/1.0\r\n\r\n"); a.StatusCode != 405 {
		t.Errorf("POST is answered %d", a.StatusCode)
	}
	if a := s.raw("GET /.einlass/status HTTP/1.0\r\n\r\n"); a.StatusCode != 404 {
		t.Errorf("another own URL without Host is answered %d", a.StatusCode)
	}
}
