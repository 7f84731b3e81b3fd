package theatre

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Site is a booking site: /book takes a form, /done says that the visitor is done, everything else is a page. All
// answers have the header Site.
type Site struct {
	Addr   string
	Booked atomic.Int64

	server *http.Server
	done   chan error
}

// SiteHeader tells the site's answers from others.
const SiteHeader = "X-Site"

// NewSite serves it until Close.
func NewSite() (*Site, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	s := &Site{Addr: ln.Addr().String(), done: make(chan error, 1)}
	s.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(s.serve)}
	go func() { s.done <- s.server.Serve(ln) }()
	return s, nil
}

func (s *Site) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(SiteHeader, "1")
	switch r.URL.Path {
	case "/book":
		if r.FormValue("name") == "" {
			http.Error(w, "no name", http.StatusBadRequest)
			return
		}
		s.Booked.Add(1)
	case "/done":
		w.Header().Set("Einlass-Finish", "1")
	}
	fmt.Fprintln(w, "site", r.URL.Path)
}

// Close ends it.
func (s *Site) Close() error {
	err := s.server.Close()
	if served := <-s.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
