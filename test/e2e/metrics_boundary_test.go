//go:build long

package e2e

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

// boundaryMoves makes each fault of a request and of a connection, at gateways with small limits.
func boundaryMoves(t *testing.T, w *metricsWatch) {
	g := harness.NewGate(t, &program, harness.Settings{
		Limits: launch.Limits{HeadTimeout: time.Second}, Rooms: []harness.Room{{Site: &oddSite(t).Site}},
	})
	w.look(g)
	for fault, request := range map[string]string{
		"request-line":     "GET\r\n\r\n",
		"version":          "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
		"target":           "GET x HTTP/1.1\r\nHost: h\r\n\r\n",
		"url-too-long":     "GET /" + strings.Repeat("x", 9<<10) + " HTTP/1.1\r\nHost: h\r\n\r\n",
		"host":             "GET / HTTP/1.1\r\n\r\n",
		"other-host":       "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
		"header-field":     "GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n",
		"header-too-large": "GET / HTTP/1.1\r\nHost: h\r\nA: " + strings.Repeat("x", 17<<10) + "\r\n\r\n",
		"line-end":         "GET / HTTP/1.1\nHost: h\n\n",
		"framing":          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
		"body-too-large":   "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n",
		"expectation":      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n",
		"method":           "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n",
		"request-timeout":  "GET / HTTP/1.1\r\nHost: h\r\n",
	} {
		answer := raw(t, g, request)
		if series := `einlass_faults_total{fault="` + fault + `"}`; !w.has(g, series) {
			t.Errorf("%s was answered with %.200q", fault, answer)
		}
	}
	for range 2 {
		raw(t, g, "GET /.einlass/readyz HTTP/1.0\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n")
	}
	if !w.has(g, "einlass_untrusted_proxy_requests_total") {
		t.Error("a proxy that is not trusted is not counted")
	}
	if n := g.Logged("a proxy in front is not trusted"); n != 1 || g.Logged("trusted_proxies: [127.0.0.1/32]") != 1 || g.Logged("203.0.113") > 0 {
		t.Errorf("said %d times: %s", n, g.Log())
	}
	w.look(g)

	small := func(limits launch.Limits) *harness.Gate {
		return harness.NewGate(t, &program, harness.Settings{Limits: limits, Rooms: []harness.Room{{Site: &oddSite(t).Site}}})
	}
	hold := func(g *harness.Gate, n int) {
		for range n {
			c, err := net.Dial("tcp", g.Addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
		}
	}
	const ask = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	perNetwork := small(launch.Limits{ConnectionsPerIP: 1})
	w.look(perNetwork)
	hold(perNetwork, 1)
	w.until(perNetwork, 10*time.Second, "einlass_connections_open")
	if answer := raw(t, perNetwork, ask); !strings.HasPrefix(answer, "HTTP/1.1 429 ") {
		t.Errorf("a second connection was answered with %.100q", answer)
	}
	hold(perNetwork, 100)
	w.until(perNetwork, 10*time.Second, `einlass_connections_refused_total{reason="unanswered"}`)
	inAll := small(launch.Limits{Connections: 1})
	w.look(inAll)
	hold(inAll, 1)
	w.until(inAll, 10*time.Second, "einlass_connections_open")
	if answer := raw(t, inAll, ask); !strings.HasPrefix(answer, "HTTP/1.1 503 ") {
		t.Errorf("a second connection was answered with %.100q", answer)
	}
	w.look(perNetwork, inAll)
}

// raw sends bytes to a gateway and reads until it closes the connection.
func raw(t *testing.T, g *harness.Gate, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", g.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(c, text)
	answer, _ := io.ReadAll(c)
	return string(answer)
}
