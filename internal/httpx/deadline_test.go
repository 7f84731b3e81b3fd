package httpx

import (
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/socket"
)

// within checks that something that began at begun took no less and no more than this.
func within(t *testing.T, begun time.Time, least, most time.Duration) {
	t.Helper()
	if took := time.Since(begun); took < least || took > most {
		t.Errorf("took %v, want %v to %v", took, least, most)
	}
}

// patient makes a client wait for a day rather than for seconds.
func (c *client) patient() *client {
	_ = c.SetDeadline(time.Now().Add(24 * time.Hour))
	return c
}

func TestAHeadThatDoesNotEndIs408(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(func(c *Config) { c.Limits.HeadTimeout = 10 * time.Second }), ok)
		c := ln.dial(t).patient()
		begun := time.Now()
		// Each byte comes in time; the head as a whole does not.
		var writing sync.WaitGroup
		defer writing.Wait()
		writing.Go(func() {
			for _, b := range []byte("GET / HTTP/1.1\r\nHost: h\r\n") {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		})
		if resp, _ := c.answer("GET"); resp.StatusCode != 408 || !resp.Close {
			t.Errorf("status %d, close %v", resp.StatusCode, resp.Close)
		}
		within(t, begun, 10*time.Second, 10*time.Second)
		c.closed()
	})
}

func TestAnIdleConnectionIsClosedWithoutAWord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(func(c *Config) { c.Limits.IdleTimeout = 75 * time.Second }), ok)
		fresh, used := ln.dial(t).patient(), ln.dial(t).patient()
		begun := time.Now()
		used.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		fresh.closed()
		within(t, begun, 75*time.Second*3/4, 75*time.Second)
		used.closed()
		within(t, begun, 75*time.Second*3/4, 75*time.Second)
		synctest.Wait()
		if n := s.Stats().Connections; n != 0 {
			t.Errorf("%d connections left", n)
		}
	})
}

func TestAParkedConnectionServesTheNextRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(), ok)
		c := ln.dial(t).patient()
		for range 3 {
			c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
			time.Sleep(30 * time.Second)
			synctest.Wait()
			for parked := range s.places.conns {
				if parked.req != nil || !parked.parked {
					t.Error("an idle connection holds on to its request")
				}
			}
		}
	})
}

// In the first second of a crowd everybody is fresh: nobody may hold buffers and a deep stack for that long.
func TestAConnectionIsParkedWellWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(), ok)
		c := ln.dial(t).patient()
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		time.Sleep(150 * time.Millisecond)
		synctest.Wait()
		if n := s.Stats().Idle; n != 1 {
			t.Errorf("%d connections are parked, want the one", n)
		}
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	})
}

func TestABodySlowerThanTheFloorIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var got error
		_, ln := servePipes(t, given(func(c *Config) { c.Limits.BodyMinRate = 1000 }), func(v *Visit) {
			_, got = io.Copy(io.Discard, v.Ctx().RequestBodyStream())
			within(t, begun, 30*time.Second, 40*time.Second)
			v.Fault(FaultTimeout)
		})
		c := ln.dial(t).patient()
		c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
		var writing sync.WaitGroup
		defer writing.Wait()
		writing.Go(func() {
			for range 1000 {
				if _, err := c.Write(make([]byte, 100)); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		})
		if resp, _ := c.answer("POST"); resp.StatusCode != 408 {
			t.Errorf("status %d", resp.StatusCode)
		}
		c.closed()
		if !errors.Is(got, os.ErrDeadlineExceeded) {
			t.Errorf("the handler got %v", got)
		}
	})
}

func TestABodyAsFastAsTheFloorMayTakeLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(func(c *Config) { c.Limits.BodyMinRate = 1000 }), func(v *Visit) {
			if n, err := io.Copy(io.Discard, v.Ctx().RequestBodyStream()); n != 1_000_000 || err != nil {
				t.Errorf("read %d, %v", n, err)
			}
			ok(v)
		})
		c := ln.dial(t).patient()
		c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
		for range 500 {
			c.send(string(make([]byte, 2000)))
			time.Sleep(2 * time.Second)
		}
		c.answer("POST")
	})
}

func TestASlowHandlerIsNotTheClientsFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(), func(v *Visit) {
			part := make([]byte, 1)
			for range v.ContentLength() {
				if _, err := v.Ctx().RequestBodyStream().Read(part); err != nil {
					t.Errorf("body: %v", err)
				}
				time.Sleep(time.Minute)
			}
			ok(v)
		})
		c := ln.dial(t).patient()
		c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")
		for range 10 {
			c.send("x")
		}
		c.answer("POST")
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	})
}

func TestAChunkedBodyThatStopsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		_, ln := servePipes(t, given(), func(v *Visit) {
			if _, err := io.Copy(io.Discard, v.Ctx().RequestBodyStream()); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("body: %v", err)
			}
			v.Fault(FaultTimeout)
		})
		c := ln.dial(t).patient()
		c.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5")
		c.answer("POST")
		within(t, begun, 30*time.Second*3/4, 30*time.Second)
	})
}

func TestAHandlersOwnDeadlineHoldsWhenItIsEarlier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		_, ln := servePipes(t, given(), func(v *Visit) {
			_ = v.Ctx().Conn().SetReadDeadline(time.Now().Add(5 * time.Second))
			if _, err := io.Copy(io.Discard, v.Ctx().RequestBodyStream()); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("body: %v", err)
			}
			within(t, begun, 5*time.Second, 5*time.Second)
			ok(v)
		})
		c := ln.dial(t).patient()
		c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")
		c.answer("POST")
		c.closed()
	})
}

func TestAHandlersDeadlineIsForgottenWithItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(), func(v *Visit) {
			_ = v.Ctx().Conn().SetReadDeadline(time.Now().Add(time.Second))
			ok(v)
		})
		c := ln.dial(t).patient()
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
		time.Sleep(20 * time.Second)
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	})
}

func TestAReadOfABodyCanBeBrokenOffFromElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(), func(v *Visit) {
			conn := v.Ctx().Conn()
			done := make(chan error)
			go func() {
				_, err := io.Copy(io.Discard, v.Ctx().RequestBodyStream())
				done <- err
			}()
			synctest.Wait()
			_ = conn.SetReadDeadline(time.Unix(1, 0))
			if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("body: %v", err)
			}
			ok(v)
		})
		c := ln.dial(t).patient()
		c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")
		if resp, _ := c.answer("POST"); !resp.Close {
			t.Error("a connection with half a body is kept")
		}
	})
}

func TestAnAnswerThatNobodyTakesIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, ln := servePipes(t, given(func(c *Config) { c.Limits.WriteStall = 30 * time.Second }), func(v *Visit) {
			v.Answer(200, "text/plain", make([]byte, 1<<20))
		})
		c := ln.dial(t).patient()
		begun := time.Now()
		c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		for s.Stats().Connections == 1 {
			time.Sleep(time.Second)
		}
		within(t, begun, 30*time.Second*3/4, 31*time.Second)
	})
}

func TestAnAnswerThatIsTakenSlowlyIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(func(c *Config) { c.Limits.WriteStall = 30 * time.Second }), func(v *Visit) {
			v.Answer(200, "text/plain", make([]byte, 1<<20))
		})
		c := ln.dial(t).patient()
		c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
		total, piece := 0, make([]byte, 32<<10)
		for total < 1<<20 {
			n, err := c.Read(piece)
			if err != nil {
				t.Fatalf("after %d: %v", total, err)
			}
			total += n
			time.Sleep(10 * time.Second)
		}
	})
}

func TestARestOfABodyThatDoesNotComeClosesTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(), ok)
		c := ln.dial(t).patient()
		c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello")
		begun := time.Now()
		if resp, _ := c.answer("POST"); resp.StatusCode != 200 {
			t.Errorf("status %d", resp.StatusCode)
		}
		c.closed()
		within(t, begun, skipTime, skipTime)
	})
}

func TestARestOfABodyThatDripsClosesTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ln := servePipes(t, given(), ok)
		c := ln.dial(t).patient()
		c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n")
		c.answer("POST")
		begun := time.Now()
		for {
			if _, err := c.Write([]byte("x")); err != nil {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		within(t, begun, skipTime, skipTime+100*time.Millisecond)
	})
}

func TestTheCloseIsAnnouncedWhenABodyIsTooLargeToSkip(t *testing.T) {
	_, addr := serve(t, given(), ok)
	for name, rest := range map[string]string{
		"a length":       "Content-Length: 70000\r\n\r\n",
		"chunks":         "Transfer-Encoding: chunked\r\n\r\n",
		"an expectation": "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
	} {
		c := dial(t, addr)
		if resp, _ := c.ask("POST / HTTP/1.1\r\nHost: h\r\n"+rest, 200); !resp.Close {
			t.Errorf("%s: the answer does not say that the connection is closed", name)
		}
		c.closed()
	}
	c := dial(t, addr)
	if resp, _ := c.ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", 200); resp.Close {
		t.Error("a small rest: the connection is not kept")
	}
}

func TestAnAnswerArrivesThoughTheBodyIsStillBeingSent(t *testing.T) {
	_, addr := serve(t, given(func(c *Config) { c.Limits.BodyBytes = 100 }), ok)
	c := dial(t, addr)
	c.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = c.Write(make([]byte, 1_000_000))
	}()
	if resp, _ := c.answer("POST"); resp.StatusCode != 413 {
		t.Errorf("status %d", resp.StatusCode)
	}
	_ = c.Conn.(*net.TCPConn).CloseWrite()
	<-sent
	c.closed()
}

// A busy machine wakes the reader of a connection after its deadline, with a request there that came in time.
func TestARequestThatCameInTimeIsReadByWhoWakesLate(t *testing.T) {
	s, err := New(given(), ok)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	late := func(sent string) (*conn, error) {
		client, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		nc, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		c := &conn{Conn: socket.Direct(nc), s: s}
		t.Cleanup(func() { _ = c.Conn.Close() })
		if _, err := io.WriteString(client, sent); err != nil {
			t.Fatal(err)
		}
		for sent != "" && !c.hasMore() {
			runtime.Gosched()
		}
		c.idleUntil = time.Now().Add(-time.Second)
		return c, c.await(time.Minute)
	}
	const sent = "GET / HTTP/1.1\r\n"
	if c, err := late(sent); err != nil || string(c.req.unused()) != sent {
		t.Errorf("a request before the deadline: %v", err)
	}
	if _, err := late(""); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("nothing before the deadline: %v", err)
	}
}
