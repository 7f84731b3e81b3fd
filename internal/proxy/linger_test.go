package proxy

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"
)

// The side that closes first holds the port.
func TestAnOriginThatWasToldToCloseClosesFirst(t *testing.T) {
	answered, peerClosed := make(chan net.Conn), make(chan error, 1)
	proceed := make(chan struct{})
	origin := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		if _, err := readRawHead(r); err != nil {
			return
		}
		_, _ = io.WriteString(c, okAnswer)
		answered <- c
		<-proceed
		_ = c.(*net.TCPConn).CloseWrite()
		_, err := r.ReadByte()
		peerClosed <- err
	})
	_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) { f.options = insideByHeader })
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	up := <-answered
	wantAnswer(t, bufio.NewReader(c), "GET", 200, "ok")
	if hasLeft(up) {
		t.Error("we closed first")
	}
	close(proceed)
	if err := <-peerClosed; err != io.EOF {
		t.Errorf("and then: %v", err)
	}
}

func TestLingeringConnectionsAreBoundedInTimeNumberAndByTheStop(t *testing.T) {
	gone := func(peer net.Conn) {
		t.Helper()
		_ = peer.SetReadDeadline(time.Now().Add(30 * time.Second))
		if _, err := peer.Read(make([]byte, 1)); err == nil || (!isReset(err) && err != io.EOF) {
			t.Errorf("the connection was not ended: %v", err)
		}
	}
	a, b := tcpPair(t)
	impatient := lingering{max: 1, patience: 20 * time.Millisecond}
	impatient.add(newConn(a))
	gone(b) // the origin does not close: it is not waited for without end
	impatient.stop()

	p := lingering{max: 1, patience: time.Hour}
	a, stays := tcpPair(t)
	p.add(newConn(a))
	a, b = tcpPair(t)
	p.add(newConn(a))
	gone(b) // one too many
	if hasLeft(stays) {
		t.Error("the first was ended for the second")
	}
	p.stop()
	gone(stays)
	a, b = tcpPair(t)
	p.add(newConn(a))
	gone(b)
}
