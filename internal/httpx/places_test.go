package httpx

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// viaProxy is a PROXY header that names a client.
func viaProxy(ip string) string {
	if netip.MustParseAddr(ip).Is4() {
		return "PROXY TCP4 " + ip + " 192.0.2.1 1 2\r\n"
	}
	return "PROXY TCP6 " + ip + " 2001:db8::1 1 2\r\n"
}

func TestOneNetworkMayHaveSoManyConnectionsAndOthersTheirs(t *testing.T) {
	_, addr := serve(t, given(func(c *Config) {
		c.Limits.ConnectionsPerIP = 2
		c.TrustedProxies = loopback
		c.ProxyProtocol = true
	}), ok)
	const request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	from := viaProxy
	first := dial(t, addr)
	first.ask(from("2001:db8:0:1::1")+request, 200)
	dial(t, addr).ask(from("2001:db8:0:1:ffff::2")+request, 200)
	third := dial(t, addr)
	third.ask(from("2001:db8:0:1::3")+request, 429)
	third.closed()
	dial(t, addr).ask(from("2001:db8:0:2::1")+request, 200)
	dial(t, addr).ask(from("198.51.100.7")+request, 200)
	dial(t, addr).ask(from("198.51.100.8")+request, 200)
	// The proxy's own connections are not counted for anybody.
	for range 4 {
		dial(t, addr).ask("PROXY UNKNOWN\r\n"+request, 200)
	}
	// A place is given back with its connection.
	first.ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 200)
	first.closed()
	_ = first.Close()
	for {
		c := dial(t, addr)
		if _, err := io.WriteString(c, from("2001:db8:0:1::4")+request); err == nil {
			if resp, _, err := c.tryAnswer("GET"); err == nil && resp.StatusCode == 200 {
				break
			}
		}
		_ = c.Close() // one too many: answered, or closed at once where many are being answered
	}
}

// address6 is an address in the /64 of that number, counted within a prefix.
func address6(prefix string, i int) netip.Addr {
	b := netip.MustParseAddr(prefix).As16()
	binary.BigEndian.PutUint64(b[:8], binary.BigEndian.Uint64(b[:8])+uint64(i))
	return netip.AddrFrom16(b)
}

func TestAHouseholdHasTwiceTheConnectionsAndASiteEightTimes(t *testing.T) {
	_, addr := serve(t, given(func(c *Config) {
		c.Limits.ConnectionsPerIP = 2
		c.TrustedProxies = loopback
		c.ProxyProtocol = true
	}), ok)
	const request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	for i, want := range []int{200, 200, 200, 200, 429} {
		dial(t, addr).ask(viaProxy(address6("2001:db8:7::", i).String())+request, want)
	}
	for i := range 12 {
		dial(t, addr).ask(viaProxy(address6("2001:db8:7::", (1+i)<<8).String())+request, 200)
	}
	dial(t, addr).ask(viaProxy("2001:db8:7:ffff::1")+request, 429)
	dial(t, addr).ask(viaProxy("2001:db8:8::1")+request, 200)
}

func TestNothingIsLeftOfClosedConnections(t *testing.T) {
	s, addr := serve(t, given(), ok)
	for range 20 {
		c := dial(t, addr)
		c.ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 200)
		c.closed()
		_ = c.Close()
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.Connections != 0 || len(s.places.taken) != 0 {
		t.Errorf("left: %+v, %v", st, s.places.taken)
	}
}

func TestShutdownWaitsForRequestsAndNotForIdleConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		enter, leave := make(chan struct{}), make(chan struct{})
		s, ln := servePipes(t, given(), func(v *Visit) {
			if string(v.Path()) == "/slow" {
				close(enter)
				<-leave
			}
			ok(v)
		})
		fresh, used, busy := ln.dial(t), ln.dial(t), ln.dial(t)
		used.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
		<-enter
		done := make(chan error, 1)
		go func() { done <- s.Shutdown(context.Background()) }()
		fresh.closed()
		used.closed()
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("Shutdown did not wait for the request")
		default:
		}
		close(leave)
		if resp, _ := busy.answer("GET"); resp.StatusCode != 200 || !resp.Close {
			t.Errorf("status %d, close %v", resp.StatusCode, resp.Close)
		}
		busy.closed()
		if err := <-done; err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
}

func TestShutdownLetsAParkedConnectionGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(), ok)
		c := ln.dial(t)
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if s.Stats().Idle != 1 {
			t.Fatal("not parked")
		}
		begun := time.Now()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		within(t, begun, lastLook, lastLook)
		c.closed()
	})
}

// A request may be on its way when its connection is let go: the client could not know.
func TestARequestThatCameBeforeItsConnectionWasClosedIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(), ok)
		c := ln.dial(t)
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		time.Sleep(5 * time.Second)
		done := make(chan error, 1)
		go func() { done <- s.Shutdown(context.Background()) }()
		synctest.Wait()
		if resp, _ := c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200); !resp.Close {
			t.Error("the answer does not say that the connection is over")
		}
		c.closed()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestAServerThatPartsSaysSoInEachAnswerAndTakesNewConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(), ok)
		before := ln.dial(t)
		before.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		s.Part(true)
		for _, c := range []*client{before, ln.dial(t)} {
			if resp, _ := c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200); !resp.Close {
				t.Error("an answer does not say that its connection is over")
			}
			c.closed()
		}
		s.Part(false)
		if resp, _ := ln.dial(t).ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200); resp.Close {
			t.Error("the server parts yet")
		}
	})
}

func TestAServerGoesOnWithoutItsListenerAndTakesAnother(t *testing.T) {
	s := newServer(t, given(), ok)
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := first.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kept.Close() }()
	served := make(chan error, 1)
	go func() { served <- s.Serve(first, false) }()
	at := first.Addr().String()
	old := dial(t, at)
	old.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	s.Unlisten()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	waits := dial(t, at) // the socket is open elsewhere: the kernel keeps the connection
	old.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	second, err := net.FileListener(kept)
	if err != nil {
		t.Fatal(err)
	}
	go func() { served <- s.Serve(second, false) }()
	waits.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	s.Unlisten()
	ctx, cancel := context.WithCancel(t.Context())
	quiet := make(chan struct{})
	go func() { s.Quiet(ctx); close(quiet) }()
	_, _ = old.Close(), waits.Close()
	<-quiet
	cancel()
	if n := s.Stats().Connections; n != 0 {
		t.Errorf("%d connections are left", n)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestShutdownBreaksOffWhatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := newServer(t, given(), func(v *Visit) {
			_, err := io.Copy(io.Discard, v.Ctx().RequestBodyStream())
			if err == nil {
				t.Error("the body came to an end")
			}
		}), newPipeListener()
		go func() { _ = s.Serve(ln, false) }()
		c := ln.dial(t)
		c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		begun := time.Now()
		if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Shutdown: %v", err)
		}
		within(t, begun, 5*time.Second, 5*time.Second)
		synctest.Wait()
	})
}

func TestShutdownWaitsForAFirstRequestButAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(func(c *Config) { c.ProxyProtocol = true }), ok) // a pipe has no address and is trusted
		ln.dial(t).send("PROXY")
		synctest.Wait()
		begun := time.Now()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		within(t, begun, firstLook, firstLook)
	})
}

func TestAPROXYHeaderThatDoesNotComeClosesTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(func(c *Config) {
			c.ProxyProtocol = true
			c.Limits.HeadTimeout = 10 * time.Second
		}), ok)
		c := ln.dial(t).patient()
		begun := time.Now()
		c.send("PROXY TCP4 ")
		c.closed()
		within(t, begun, 10*time.Second*3/4, 10*time.Second)
	})
}

func TestAServerThatWasShutDownServesNoMore(t *testing.T) {
	s := newServer(t, given(), ok)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	ln := newPipeListener()
	if err := s.Serve(ln, false); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ln.done:
	default:
		t.Error("the listener was not closed")
	}
}

// failing is a listener that fails a few times before it works.
type failing struct {
	net.Listener
	errs chan error
}

func (l *failing) Accept() (net.Conn, error) {
	select {
	case err := <-l.errs:
		return nil, err
	default:
		return l.Listener.Accept()
	}
}

type tableFull struct{}

func (tableFull) Error() string   { return "too many open files" }
func (tableFull) Timeout() bool   { return false }
func (tableFull) Temporary() bool { return true }

func TestAFullTableOfFilesDoesNotEndTheListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := newServer(t, given(), ok), newPipeListener()
		errs := make(chan error, 3)
		for range 3 {
			errs <- &net.OpError{Op: "accept", Err: tableFull{}}
		}
		done := make(chan error, 1)
		go func() { done <- s.Serve(&failing{ln, errs}, false) }()
		ln.dial(t).ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestAListenerThatFailsForGoodIsReported(t *testing.T) {
	s, broken := newServer(t, given(), ok), errors.New("broken")
	errs := make(chan error, 1)
	errs <- broken
	if err := s.Serve(&failing{newPipeListener(), errs}, false); !errors.Is(err, broken) {
		t.Errorf("Serve: %v", err)
	}
}

// A second signal ends the time for a stop. Where nothing is under way, nothing was broken off.
func TestAStopThatHasNothingToWaitForSucceedsHoweverLateItIs(t *testing.T) {
	late, cancel := context.WithCancel(context.Background())
	cancel()
	for range 60 {
		if err := newServer(t, given(), ok).Shutdown(late); err != nil {
			t.Fatal(err)
		}
	}
}
