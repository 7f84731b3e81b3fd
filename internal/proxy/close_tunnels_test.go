package proxy

import (
	"context"
	"testing"

	"github.com/coder/websocket"
)

func TestWebSocketsAreToldBeforeTheLastRequestsHaveEnded(t *testing.T) {
	closed := make(chan error, 1)
	b, addr := startProxy(t, siteAt(echoServer(t, func(err error) { closed <- err })))
	ctx, cancel := testTimeout()
	defer cancel()
	visitor := dialWebSocket(t, addr, nil)
	b.CloseTunnels()
	if _, _, err := visitor.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("a visitor saw %v", err)
	}
	if err := <-closed; websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the origin saw %v", err)
	}
	c := dialTest(t, addr)
	send(t, c, handshakeRequest)
	want(t, c, "HTTP/1.1 503 ")
	if err := b.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
}

func TestAStopThatComesLateWithNothingToBreakOffIsAGoodOne(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 { // a choice between two channels that are ready is made by lot
		b, err := New(siteAt("http://127.0.0.1:1"), Deps{})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Stop(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
