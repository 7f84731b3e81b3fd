package capacity

import (
	"errors"
	"net"
	"net/http"
	"time"
)

const (
	sitePage = "/"
	siteDone = "/done" // the site's confirmation
)

// socketSite is a site of two pages.
type socketSite struct {
	listener net.Listener
	server   *http.Server
	served   chan error
}

// newSocketSite serves on a free port. A silent one says nothing when a visit is over.
func newSocketSite(silent bool) (*socketSite, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc(sitePage, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == siteDone && !silent {
			w.Header().Set("Einlass-Finish", "1")
		}
		_, _ = w.Write([]byte("<!doctype html><title>site</title>")) // a visitor who has gone
	})
	s := &socketSite{listener: l, server: &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}, served: make(chan error, 1)}
	go func() { s.served <- s.server.Serve(l) }()
	return s, nil
}

func (s *socketSite) url() string { return "http://" + s.listener.Addr().String() }

func (s *socketSite) close() error {
	err := s.server.Close()
	if ended := <-s.served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}
