package adminapi

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestAnErrorOfAConnectionIsToldWithoutItsAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"http: TLS handshake error from 192.0.2.7:51234: EOF":                              "http: TLS handshake error from …: EOF",
		"read tcp 127.0.0.1:9000->198.51.100.9:4444: i/o timeout":                          "read tcp …->…: i/o timeout",
		"http: TLS handshake error from [2001:db8::7]:443: EOF":                            "http: TLS handshake error from …: EOF",
		"write tcp [::1]:9000->[fe80::1%eth0]:5: broken pipe":                              "write tcp …->…: broken pipe",
		"tls: client offered only unsupported versions: [302 301]":                         "tls: client offered only unsupported versions: [302 301]",
		"http: Accept error: accept tcp: too many open files; retrying in 5ms":             "http: Accept error: accept tcp: too many open files; retrying in 5ms",
		"malformed: line 3 of 12.5 seconds at 08:00:00, version 1.2.3 and [a] of rooms[0]": "malformed: line 3 of 12.5 seconds at 08:00:00, version 1.2.3 and [a] of rooms[0]",
	} {
		if got := unaddressed(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// signal is told of writes.
type signal chan struct{}

func (s signal) Write(p []byte) (int, error) {
	s <- struct{}{}
	return len(p), nil
}

func TestABodyThatStopsIsToldAndRecordedWithoutAddresses(t *testing.T) {
	raw := &net.OpError{Op: "read", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 5}, Err: errors.New("i/o timeout")}
	core, logged := observer.New(zap.DebugLevel)
	s, err := New((&town{log: zap.New(core)}).service(), Config{Token: token, Log: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct{ method, path, kind string }{
		{http.MethodPatch, "/v1/rooms/termine", patchType},
		{http.MethodPost, "/v1/rooms/termine/mode", jsonType},
		{http.MethodPost, "/v1/rooms/termine/debug/join", jsonType},
		{http.MethodPost, "/v1/session", jsonType},
		{http.MethodPut, "/v1/log", jsonType},
		{http.MethodPost, "/v1/keys/rotate", jsonType},
	} {
		body := io.MultiReader(strings.NewReader(`{"rate"`), failing{raw})
		req, w := httptest.NewRequestWithContext(t.Context(), at.method, "http://localhost"+at.path, body), httptest.NewRecorder()
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", at.kind)
		s.ServeHTTP(w, req)
		if text := w.Body.String(); w.Code != http.StatusBadRequest || strings.Contains(text, "192.0.2.7") || !strings.Contains(text, "did not come whole") {
			t.Errorf("%s %s: %d %s", at.method, at.path, w.Code, text)
		}
	}
	for _, entry := range logged.All() {
		if text := fmt.Sprint(entry.Message, entry.ContextMap()); strings.Contains(text, "192.0.2.7") {
			t.Errorf("the log says %s", text)
		}
	}
}

func TestAHandshakeThatFailsIsLoggedWithoutAddresses(t *testing.T) {
	core, logged := observer.New(zap.DebugLevel)
	s, err := New((&town{}).service(), Config{Token: token, Log: zap.New(core)})
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan struct{}, 1)
	s.http.ErrorLog.SetOutput(io.MultiWriter(s.http.ErrorLog.Writer(), signal(said)))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12})) }()
	c := knock(t, l.Addr().String())
	if _, err := io.WriteString(c, "hello, this is no handshake\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	_, _ = bufio.NewReader(c).ReadByte()
	<-said
	if logged.Len() != 1 || !strings.Contains(fmt.Sprint(logged.All()[0].ContextMap()), "handshake") || strings.Contains(fmt.Sprint(logged.All()[0].ContextMap()), "127.0.0.1") {
		t.Errorf("logged: %v", logged.All())
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
