package adminapi

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/zap"
)

// knock opens a connection to a server of few connections and asks for nothing.
func knock(t *testing.T, at string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestWhoOnlyOpensConnectionsKeepsNoOperatorOut(t *testing.T) {
	rooms := &town{}
	s, err := New(rooms.service(), Config{Token: token, Log: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	s.connections.most = 8
	at := strings.TrimPrefix(serveOn(t, s), "http://")
	for range 200 {
		knock(t, at)
	}
	ask := knock(t, at)
	if _, err := io.WriteString(ask, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(ask), nil)
	if err != nil {
		t.Fatalf("an operator behind 200 idle connections: %v", err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("status %d, %v", answer.StatusCode, err)
	}
	s.connections.mu.Lock()
	defer s.connections.mu.Unlock()
	if n := len(s.connections.quiet); n < 1 || n > 8 {
		t.Errorf("%d connections are known as open, want 1 to 8", n)
	}
}

func TestARequestUnderWayIsNotBrokenOffForANewConnection(t *testing.T) {
	c := newConnections(2)
	conns := make([]net.Conn, 4)
	for i := range conns {
		ours, theirs := net.Pipe()
		conns[i] = ours
		t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	}
	steps := []struct {
		conn  int
		state http.ConnState
		over  net.Conn
	}{
		{0, http.StateNew, nil},
		{0, http.StateActive, nil},
		{1, http.StateNew, nil},
		{2, http.StateNew, conns[1]}, // the quiet one goes
		{1, http.StateActive, nil},   // it had begun to ask; it is closed all the same
		{1, http.StateClosed, nil},
		{2, http.StateActive, nil},
		{3, http.StateNew, conns[3]}, // all others ask
		{3, http.StateClosed, nil},
		{0, http.StateIdle, nil},
		{3, http.StateNew, conns[0]},
	}
	for i, step := range steps {
		if over := c.note(conns[step.conn], step.state); over != step.over {
			t.Errorf("step %d: connection %d, %v: closed the wrong one", i, step.conn, step.state)
		}
	}
	if len(c.quiet) != 2 {
		t.Errorf("%d are open, want 2", len(c.quiet))
	}
}
