package httpx

import (
	"context"
	"crypto/tls"
	"io"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// refused counts refusals.
type refused [RefusedUnanswered + 1]atomic.Int64

func (r *refused) count(kind Refusal) { r[kind].Add(1) }

func (r *refused) want(t *testing.T, network, full, unanswered int64) {
	t.Helper()
	got, want := [3]int64{r[RefusedNetwork].Load(), r[RefusedFull].Load(), r[RefusedUnanswered].Load()}, [3]int64{network, full, unanswered}
	if got != want {
		t.Errorf("refused %v (%v), want %v", got, Refusals(), want)
	}
}

func TestAConnectionTooManyIsAnsweredAndClosedInOrder(t *testing.T) {
	var n refused
	_, addr := serve(t, given(func(c *Config) {
		c.Limits.ConnectionsPerIP = 1
		c.OnRefused = n.count
	}), ok)
	dial(t, addr).ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	for name, tc := range map[string]struct{ request, contentType string }{
		"page load": {"GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n", "text/html"},
		"script":    {"GET / HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nSec-Fetch-Mode: cors\r\n\r\n", "application/problem+json"},
		"HEAD":      {"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, addr)
			resp, _ := c.ask(tc.request, 429)
			if resp.Header.Get("Retry-After") != "5" || !resp.Close || !strings.HasPrefix(resp.Header.Get("Content-Type"), tc.contentType) {
				t.Errorf("headers %v, close %v", resp.Header, resp.Close)
			}
			c.closed()
		})
	}
	// A form that is still being sent when the answer is there: closing at once would reset the connection under it.
	c := dial(t, addr)
	c.send("POST / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\nContent-Length: 300000\r\n\r\n")
	if _, err := c.br.Peek(1); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		c.send(strings.Repeat("a", 10_000))
	}
	if resp, _ := c.answer("POST"); resp.StatusCode != 429 {
		t.Errorf("a form: status %d", resp.StatusCode)
	}
	c.closed()
	n.want(t, 4, 0, 0)
}

func TestAConnectionTooManyInAllIsToldToComeAgain(t *testing.T) {
	var n refused
	_, addr := serve(t, given(func(c *Config) {
		c.Limits.Connections = 2
		c.OnRefused = n.count
	}), ok)
	a, b := dial(t, addr), dial(t, addr)
	a.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	b.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	c := dial(t, addr)
	resp, _ := c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 503)
	if resp.Header.Get("Retry-After") != "5" {
		t.Errorf("headers %v", resp.Header)
	}
	c.closed()
	a.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	n.want(t, 0, 1, 0)
	// What is told that there is no place takes none: one is free again as soon as a connection ends.
	dial(t, addr) // says nothing
	_ = b.Close()
	for status := 0; status != 200; {
		c := dial(t, addr)
		c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		resp, _ := c.answer("GET")
		if status = resp.StatusCode; status != 200 {
			// No more than a few are told at once: the others are cut off.
			_ = c.Close()
		}
	}
}

func TestAConnectionTooManyIsAnsweredByTLSToo(t *testing.T) {
	var n refused
	addr, trusting := serveTLS(t, given(func(c *Config) {
		c.Limits.ConnectionsPerIP = 1
		c.OnRefused = n.count
	}), ok)
	dialTLS := func() *client {
		c, err := tls.Dial("tcp", addr, trusting)
		if err != nil {
			t.Fatal(err)
		}
		return wrapClient(t, c)
	}
	dialTLS().ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	c := dialTLS()
	c.ask("GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n", 429)
	c.closed()
	n.want(t, 1, 0, 0)
}

func TestWhoIsSlowToHearThatTheyAreTooManyIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n refused
		s, ln := servePipes(t, given(func(c *Config) {
			c.Limits.Connections = 1
			c.OnRefused = n.count
		}), ok)
		ln.dial(t).ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		begun := time.Now()
		var slow []*client
		// Some say nothing, some stop in the middle of a head, some do not read their answer: a pipe has no buffer.
		for i := range refusals {
			c := ln.dial(t)
			switch i % 3 {
			case 1:
				c.send("GET / HTTP/1.1\r\n")
			case 2:
				c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			}
			slow = append(slow, c)
		}
		synctest.Wait()
		n.want(t, 0, refusals, 0)
		// Beyond the bound a connection is closed at once.
		ln.dial(t).dropped()
		n.want(t, 0, refusals, 1)
		within(t, begun, 0, 0)
		for _, c := range slow {
			_, _ = io.ReadAll(c.patient())
		}
		within(t, begun, 0, refusalTime)
		synctest.Wait()
		if st := s.Stats(); st.Connections != 1 || s.places.refusing != 0 {
			t.Errorf("left: %+v, %d refusals", st, s.places.refusing)
		}
	})
}

func TestOneNetworkDoesNotTakeAllAnswersOfRefusals(t *testing.T) {
	var n refused
	told := make(chan Refusal, 2*refusalsANetwork)
	count := func(kind Refusal) { n.count(kind); told <- kind }
	_, addr := serve(t, given(func(c *Config) {
		c.Limits.ConnectionsPerIP = 1
		c.TrustedProxies = loopback
		c.ProxyProtocol = true
		c.OnRefused = count
	}), ok)
	const request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	dial(t, addr).ask(viaProxy("198.51.100.7")+request, 200)
	dial(t, addr).ask(viaProxy("198.51.100.8")+request, 200)
	for range refusalsANetwork {
		dial(t, addr).send(viaProxy("198.51.100.7"))
		<-told
	}
	c := dial(t, addr)
	c.send(viaProxy("198.51.100.7") + request)
	c.dropped()
	dial(t, addr).ask(viaProxy("198.51.100.8")+request, 429)
	n.want(t, refusalsANetwork+1, 0, 1)
}

func TestShutdownDoesNotWaitForRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(func(c *Config) { c.Limits.Connections = 1 }), ok)
		ln.dial(t).ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		ln.dial(t)
		synctest.Wait()
		begun := time.Now()
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		within(t, begun, lastLook, lastLook)
	})
}
