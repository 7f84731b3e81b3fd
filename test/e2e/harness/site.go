package harness

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Site is an ordinary site that knows nothing of the gateway, except that it may say when a visitor is done. It counts
// what it saw, and the test fails if it was sent anything that is the gateway's own.
type Site struct {
	Addr string

	mu   sync.Mutex
	seen map[string]int // by method and path
	all  int
}

// NewSite serves a site until the test ends:
//
//	/done   answers with Einlass-Finish: 1
//	/login  sets a cookie of the site's own
//	else    says what it was asked, and the cookies and the body that came with it
func NewSite(tb testing.TB) *Site {
	tb.Helper()
	s := &Site{seen: map[string]int{}}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s.Addr = ln.Addr().String()
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(tb, w, r) }),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(ln) // ends by Close
	}()
	tb.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return s
}

func (s *Site) serve(tb testing.TB, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.seen[r.Method+" "+r.URL.Path]++
	s.all++
	s.mu.Unlock()
	for name, values := range r.Header {
		if strings.HasPrefix(strings.ToLower(name), "einlass") || strings.Contains(strings.Join(values, " "), "einlass-") {
			tb.Errorf("the site was sent %s: %q", name, values)
		}
	}
	if strings.HasPrefix(r.URL.Path, "/.einlass") {
		tb.Errorf("the site was asked for %s", r.URL.Path)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		tb.Errorf("the site got half a request: %v", err)
	}
	h := w.Header()
	h.Set("X-Site", s.Addr)
	h.Set("Content-Type", "text/plain")
	switch r.URL.Path {
	case "/done":
		h.Set("Einlass-Finish", "1")
	case "/login":
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "of-the-site", Path: "/"})
	}
	fmt.Fprintf(w, "site %s %s cookies=%q body=%q", r.Method, r.RequestURI, r.Header.Get("Cookie"), body)
}

// Seen is how many requests reached the site; with a "METHOD /path" how many of those.
func (s *Site) Seen(what ...string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(what) == 0 {
		return s.all
	}
	n := 0
	for _, w := range what {
		n += s.seen[w]
	}
	return n
}
