//go:build long

package fronts

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/einlass/einlass/test/e2e/harness"
)

// site is a booking site with all that a front can spoil.
//
//	/events  an event, and another one when the test says so
//	/socket  a WebSocket that sends back what it gets
//	/upload  the length of the body
//	else     the fields of the request, as JSON
type site struct {
	harness.Site
	second chan struct{}
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{second: make(chan struct{}, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("/events", s.events)
	mux.HandleFunc("/socket", s.socket)
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintln(w, n, err)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Host", r.Host)
		w.Header().Set("X-Site", "here")
		_ = json.NewEncoder(w).Encode(r.Header)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	s.Addr = strings.TrimPrefix(server.URL, "http://")
	return s
}

func (s *site) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "data: one\n\n")
	_ = http.NewResponseController(w).Flush()
	select {
	case <-s.second:
		fmt.Fprint(w, "data: two\n\n")
	case <-r.Context().Done():
	}
}

func (s *site) socket(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = c.CloseNow() }()
	for {
		kind, data, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}
