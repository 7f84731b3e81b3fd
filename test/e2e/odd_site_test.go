//go:build long

package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/einlass/einlass/test/e2e/harness"
)

// oddSite is a site of which each path does one thing that sites do. It ends with the test.
func oddSite(t *testing.T) *odd {
	raw := func(w http.ResponseWriter, text string) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(c, text)
		_ = c.Close()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		code, err := strconv.Atoi(r.PathValue("code"))
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(code)
	})
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	mux.HandleFunc("/hang", hang)
	mux.HandleFunc("/inside/hang", hang)
	mux.HandleFunc("/done", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Einlass-Finish", "1") })
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) { raw(w, "") })
	mux.HandleFunc("/garbage", func(w http.ResponseWriter, _ *http.Request) { raw(w, "garbage\r\n\r\n") })
	mux.HandleFunc("/inside/surplus", func(w http.ResponseWriter, _ *http.Request) {
		raw(w, "HTTP/1.1 200 OK\r\nX-Site: odd\r\nContent-Length: 2\r\n\r\nok, and more")
	})
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		if c, err := websocket.Accept(w, r, nil); err == nil {
			_ = c.Close(websocket.StatusNormalClosure, "")
		}
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Site", "odd")
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return &odd{harness.Site{Addr: strings.TrimPrefix(server.URL, "http://")}, server}
}

// odd is a site that can be closed.
type odd struct {
	harness.Site
	server *httptest.Server
}

// Close ends the site, and what hangs in it.
func (o *odd) Close() {
	o.server.CloseClientConnections()
	o.server.Close()
}
