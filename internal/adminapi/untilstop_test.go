package adminapi

import (
	"context"
	"net"
	"net/http"
	"testing"

	"go.uber.org/zap"
)

func TestAProfileDoesNotHoldUpAStop(t *testing.T) {
	for _, path := range []string{"/debug/pprof/profile?seconds=600", "/debug/pprof/trace?seconds=600", "/debug/pprof/heap?seconds=600"} {
		t.Run(path, func(t *testing.T) { stopDuring(t, path) })
	}
}

// stopDuring stops a server while it answers a request that takes ten minutes.
func stopDuring(t *testing.T, path string) {
	s, err := New((&town{}).service(), Config{Token: token, Log: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	began := make(chan struct{})
	inner := s.handler
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(began)
		inner.ServeHTTP(w, r)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served, answered := make(chan error, 1), make(chan struct{})
	go func() { served <- s.Serve(l) }()
	go func() {
		defer close(answered)
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+l.Addr().String()+path, http.NoBody)
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("Authorization", "Bearer "+token)
		if resp, err := http.DefaultTransport.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-began
	if err := s.Shutdown(context.Background()); err != nil { // without an end of its own: it would wait for ten minutes
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	<-answered
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}
