package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/httpx"
)

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// get sends one request and expects one answer on c.
func exchangeOn(tb testing.TB, c net.Conn, r *bufio.Reader, method, rest string, status int, body string) {
	tb.Helper()
	send(tb, c, method+" / HTTP/1.1\r\nHost: h\r\n"+rest)
	wantAnswer(tb, r, method, status, body)
}

// dyingBackend answers the first request of each connection and ends the connection
// when the second one comes, with so much of an answer.
func dyingBackend(tb testing.TB, part string) (addr string, requests, conns *atomic.Int32) {
	requests, conns = new(atomic.Int32), new(atomic.Int32)
	addr = serveRaw(tb, func(c net.Conn) {
		conns.Add(1)
		r := bufio.NewReader(c)
		for i := 0; ; i++ {
			head, err := readRawHead(r)
			if err != nil {
				return
			}
			requests.Add(1)
			if i == 1 {
				_, _ = io.WriteString(c, part)
				return
			}
			if _, err := readRawBody(r, head); err != nil {
				return
			}
			_, _ = io.WriteString(c, okAnswer)
		}
	})
	return addr, requests, conns
}

func TestOnlyAnIdempotentRequestWithoutABodyIsSentTwice(t *testing.T) {
	for _, c := range []struct {
		name, method, rest string
		part               string // of an answer before the connection ends
		status             int
		seen               int32 // requests after the first
	}{
		{"GET", "GET", "\r\n", "", 200, 2},
		{"HEAD", "HEAD", "\r\n", "", 200, 2},
		{"OPTIONS", "OPTIONS", "\r\n", "", 200, 2},
		{"DELETE", "DELETE", "\r\n", "", 200, 2},
		{"PUT without a body", "PUT", "Content-Length: 0\r\n\r\n", "", 200, 2},
		{"PUT with a body", "PUT", "Content-Length: 1\r\n\r\nx", "", 502, 1},
		{"DELETE with a body in chunks", "DELETE", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", "", 502, 1},
		{"POST", "POST", "\r\n", "", 502, 1},
		{"PATCH", "PATCH", "\r\n", "", 502, 1},
		{"GET that was answered by a byte", "GET", "\r\n", "H", 502, 1},
		{"GET that was answered by 100", "GET", "\r\n", "HTTP/1.1 100 Continue\r\n\r\n", 502, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin, requests, conns := dyingBackend(t, c.part)
			b, addr := startProxy(t, Config{Addresses: []string{"http://" + origin}})
			conn := dialTest(t, addr)
			r := bufio.NewReader(conn)
			exchangeOn(t, conn, r, "GET", "\r\n", 200, "ok")
			body := "ok"
			if c.method == "HEAD" {
				body = ""
			}
			send(t, conn, c.method+" / HTTP/1.1\r\nHost: h\r\n"+c.rest)
			if c.status == 200 {
				wantAnswer(t, r, c.method, 200, body)
			} else {
				want(t, r, fmt.Sprintf("HTTP/1.1 %d ", c.status))
			}
			if got := requests.Load() - 1; got != c.seen {
				t.Errorf("the origin saw the request %d times, want %d", got, c.seen)
			}
			if got := b.Counters().Retries; got != uint64(c.seen-1) {
				t.Errorf("%d retries were counted", got)
			}
			if got := conns.Load(); got != c.seen {
				t.Errorf("%d connections were made, want %d", got, c.seen)
			}
		})
	}
}

func TestARetryIsTheOnlyOne(t *testing.T) {
	var requests atomic.Int32
	origin := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		if _, err := readRawHead(r); err != nil {
			return
		}
		if requests.Add(1) == 1 {
			_, _ = io.WriteString(c, okAnswer)
			_, _ = readRawHead(r)
			requests.Add(1)
		}
	})
	_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin}})
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	exchangeOn(t, c, r, "GET", "\r\n", 200, "ok")
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, r, "HTTP/1.1 502 ")
	if got := requests.Load(); got != 3 {
		t.Errorf("the origin saw %d requests, want the first, the second and its retry", got)
	}
}

func TestARequestOnAFreshConnectionIsNotRetried(t *testing.T) {
	var requests atomic.Int32
	origin := serveRaw(t, func(c net.Conn) {
		if _, err := readRawHead(bufio.NewReader(c)); err == nil {
			requests.Add(1)
		}
	})
	_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin}})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, c, "HTTP/1.1 502 ")
	if got := requests.Load(); got != 1 {
		t.Errorf("the origin saw %d requests", got)
	}
}

func TestAnErrorSaysWhoseFaultItWas(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	silent := serveRaw(t, func(c net.Conn) { <-hang })
	half := serveRaw(t, func(c net.Conn) {
		_, _ = readRawHead(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
	})
	halfHead := serveRaw(t, func(c net.Conn) {
		_, _ = readRawHead(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le")
	})
	stalled := serveRaw(t, func(c net.Conn) {
		_, _ = readRawHead(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
		<-hang
	})
	bigHead := serveRaw(t, func(c net.Conn) {
		_, _ = readRawHead(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 20000)+"\r\nContent-Length: 0\r\n\r\n")
		<-hang
	})
	endless := serveRaw(t, func(c net.Conn) {
		_, _ = readRawHead(bufio.NewReader(c))
		for {
			if _, err := io.WriteString(c, "HTTP/1.1 102 Processing\r\n\r\n"); err != nil {
				return
			}
		}
	})
	unasked := serveRaw(t, func(c net.Conn) {
		_, _ = readRawHead(bufio.NewReader(c))
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		<-hang
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := ln.Addr().String()
	_ = ln.Close()
	for _, c := range []struct {
		name, addr string
		request    string
		want       error
	}{
		{"nobody listens", nobody, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ErrBackendDown},
		{"no answer in time", silent, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ErrBackendTimeout},
		{"half a small body", half, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ErrBackendDown},
		{"half a head", halfHead, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ErrBackendDown},
		{"a small body that stalls", stalled, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ErrBackendTimeout},
		{"too large a head", bigHead, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ErrBackendAnswer},
		{"1xx without end", endless, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ErrBackendAnswer},
		{"a switch nobody asked for", unasked, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ErrBackendAnswer},
		{"too large a body", silent, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n", ErrBodyTooLarge},
		{
			"too large a body in chunks", silent,
			"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n" + strings.Repeat("x", 0x100001) + "\r\n0\r\n\r\n",
			ErrBodyTooLarge,
		},
		{"a body in broken chunks", silent, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", ErrBadRequest},
		{"a body that stalls", silent, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nx", ErrClientTimeout},
		{"a streamed body that stalls", silent, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx", ErrClientTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := make(chan error, 1)
			_, addr := startProxy(t, Config{
				Addresses: []string{"http://" + c.addr}, MaxBodyBytes: 1 << 20, MaxAnswerHeadBytes: 16 << 10,
				FirstByteTimeout: 50 * time.Millisecond, IdleReadTimeout: 50 * time.Millisecond, ClientReadTimeout: 50 * time.Millisecond,
			}, func(f *forwarder) { f.errs = func(err error) { got <- err } })
			conn := dialTest(t, addr)
			send(t, conn, c.request)
			if status := finalStatus(t, bufio.NewReader(conn)); status != statusOf(c.want) {
				t.Errorf("status %d, want %d", status, statusOf(c.want))
			}
			if err := <-got; !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// finalStatus skips 1xx answers.
func finalStatus(tb testing.TB, r *bufio.Reader) int {
	tb.Helper()
	for {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			tb.Fatal(err)
		}
		if resp.StatusCode >= 200 {
			return resp.StatusCode
		}
	}
}

func TestAnAnswerThatBreaksOffIsNotShownAsWhole(t *testing.T) {
	large := strings.Repeat("x", connBuffer)
	for name, answer := range map[string]string{
		"a length":         "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + large,
		"chunks":           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" + large + "\r\n",
		"malformed chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" + large + "\r\nx\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			origin := newScriptedBackend(t, scriptedAnswer{bytes: []byte(answer), close: true})
			b, addr := startProxy(t, Config{Addresses: []string{"http://" + origin.addr}})
			c := dialTest(t, addr)
			send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			got, _ := io.ReadAll(c)
			if strings.HasSuffix(string(got), "0\r\n\r\n") {
				t.Errorf("the answer looks whole: %d bytes", len(got))
			}
			if b.Counters().Broken != 1 {
				t.Errorf("%+v", b.Counters())
			}
		})
	}
}

func TestAConnectionIsReusedOnlyAfterACompleteExchange(t *testing.T) {
	large := strings.Repeat("x", 100_000)
	for _, c := range []struct {
		name, answer string
		conns        int
	}{
		{"a length", okAnswer, 1},
		{"a long body", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + large, 1},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 1},
		{"a large head", "HTTP/1.1 200 OK\r\nX: " + large[:20_000] + "\r\nContent-Length: 2\r\n\r\nok", 1},
		{"no body", "HTTP/1.1 204 No Content\r\n\r\n", 1},
		{"HTTP/1.0 that keeps", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 1},
		{"Connection: close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 2},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 2},
		{"bytes after the body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", 2},
		{"a body where none may be", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok", 2},
		{"bytes after the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\npoison", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			origin := newScriptedBackend(t, answering(c.answer), answering(okAnswer))
			_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin.addr}})
			conn := dialTest(t, addr)
			r := bufio.NewReader(conn)
			send(t, conn, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n")
			h := new(head)
			if err := h.parse([]byte(c.answer[:headEnd([]byte(c.answer), 0)])); err != nil {
				t.Fatal(err)
			}
			body := "ok"
			if h.status != 200 {
				body = ""
			} else if h.length > 2 {
				body = large
			}
			wantAnswer(t, r, "GET", h.status, body)
			exchangeOn(t, conn, r, "GET", "\r\n", 200, "ok")
			if origin.conns != c.conns {
				t.Errorf("%d connections, want %d", origin.conns, c.conns)
			}
		})
	}
}

func TestAnIdleConnectionThatSpeaksUnaskedIsNotUsed(t *testing.T) {
	more := make(chan struct{})
	sent := make(chan struct{})
	var conns atomic.Int32
	origin := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		for first := conns.Add(1) == 1; ; {
			if _, err := readRawHead(r); err != nil {
				return
			}
			_, _ = io.WriteString(c, okAnswer)
			if first {
				<-more
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")
				close(sent)
			}
		}
	})
	b, addr := startProxy(t, Config{Addresses: []string{"http://" + origin}})
	c := dialTest(t, addr)
	r := bufio.NewReader(c)
	exchangeOn(t, c, r, "GET", "\r\n", 200, "ok")
	close(more)
	<-sent
	idle := b.fleet.origins[0].pool.idle[0]
	awaitEvent(t, idle)
	idle.idleSince = idle.idleSince.Add(-justNow) // a connection is asked once it was idle for a moment
	exchangeOn(t, c, r, "GET", "\r\n", 200, "ok")
	if conns.Load() != 2 {
		t.Errorf("%d connections were made", conns.Load())
	}
}

func TestAnOriginMayAnswerBeforeTheUploadIsThrough(t *testing.T) {
	const size = 4 << 20
	for _, c := range []struct {
		name   string
		answer string
		status int
		whole  bool // the origin gets the whole upload
	}{
		{"a refusal ends the upload", "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno", 413, false},
		{"a refusal that closes ends the upload", "HTTP/1.1 401 Who?\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno", 401, false},
		{"a success lets it go on", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			read := make(chan int64, 1)
			origin := serveRaw(t, func(conn net.Conn) {
				r := bufio.NewReader(conn)
				if _, err := readRawHead(r); err != nil {
					return
				}
				_, _ = io.WriteString(conn, c.answer)
				n, _ := io.CopyN(io.Discard, r, size)
				read <- n
			})
			_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin}})
			conn := dialTest(t, addr)
			send(t, conn, fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", size))
			if !c.whole {
				want(t, conn, fmt.Sprintf("HTTP/1.1 %d ", c.status))
				if n := <-read; n == size {
					t.Error("the origin got an upload that was not sent")
				}
				return
			}
			if _, err := io.CopyN(conn, zeroReader{}, size); err != nil {
				t.Fatal(err)
			}
			if n := <-read; n != size {
				t.Errorf("the origin got %d bytes", n)
			}
			wantAnswer(t, bufio.NewReader(conn), "POST", c.status, "ok")
		})
	}
}

func TestAnOriginThatClosesUnderAnUploadIsStillHeard(t *testing.T) {
	origin := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		if _, err := readRawHead(r); err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, io.LimitReader(r, 1<<20))
	})
	_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin}})
	c := dialTest(t, addr)
	send(t, c, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
	want(t, c, "HTTP/1.1 413 Too Large\r\n")
}

func TestWhatIsLeftOfABodyIsNoRequest(t *testing.T) {
	const smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
	for name, request := range map[string]string{
		"a length": fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", 200_000, smuggled),
		"chunks":   fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s", 200_000, smuggled),
	} {
		t.Run(name, func(t *testing.T) {
			origin := newScriptedBackend(t, scriptedAnswer{bytes: []byte("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), early: true})
			_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin.addr}})
			c := dialTest(t, addr)
			send(t, c, request)
			got, _ := io.ReadAll(c)
			if n := strings.Count(string(got), "HTTP/1.1"); n != 1 {
				t.Errorf("%d answers: %q", n, got)
			}
		})
	}
}

// zeroReader yields zeros without end.
type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestAClientThatLeavesCancelsTheRequest(t *testing.T) {
	for _, c := range []struct{ name, request, answer string }{
		{"before the answer", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", ""},
		{"after a POST", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx", ""},
		{"in the middle of an upload", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nx", ""},
		{"in a silent stream", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"},
		{"in a small body", "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked, cancelled := make(chan struct{}), make(chan struct{})
			origin := serveRaw(t, func(conn net.Conn) {
				r := bufio.NewReader(conn)
				if _, err := readRawHead(r); err != nil {
					return
				}
				_, _ = io.WriteString(conn, c.answer)
				close(asked)
				_, _ = io.Copy(io.Discard, r)
				close(cancelled)
			})
			_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin}})
			conn := dialTest(t, addr)
			send(t, conn, c.request)
			<-asked
			_ = conn.Close()
			<-cancelled
		})
	}
}

func TestTheGatewayIsToldWhatTheOriginSaysToUs(t *testing.T) {
	var told []string
	origin := newScriptedBackend(t, answering("HTTP/1.1 200 OK\r\nEinlass-Finish: 1\r\nX-A: b\r\nX-Einlass-Note: n\r\nContent-Length: 0\r\n\r\n"))
	_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin.addr}}, func(f *forwarder) {
		f.options = func(v *httpx.Visit) Options {
			return Options{OnResponseHeader: func(name, value []byte) {
				told = append(told, string(name)+"="+string(value))
				v.SetCookie(httpx.Cookie{Name: "c", Value: "v"})
			}}
		}
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	resp := wantAnswer(t, bufio.NewReader(c), "GET", 200, "")
	if got := strings.Join(told, " "); got != "Einlass-Finish=1 X-Einlass-Note=n" {
		t.Errorf("told %q", got)
	}
	if len(resp.Header["Einlass-Finish"]) > 0 || len(resp.Header["Set-Cookie"]) == 0 {
		t.Errorf("the visitor got %v", resp.Header)
	}
}

func TestAPanicGivesEverythingBack(t *testing.T) {
	origin := newScriptedBackend(t, answering("HTTP/1.1 200 OK\r\nEinlass-X: 1\r\nContent-Length: 0\r\n\r\n"), answering(okAnswer))
	_, addr := startProxy(t, Config{Addresses: []string{"http://" + origin.addr}, MaxInFlight: 1, Queue: QueueConfig{Length: -1}}, func(f *forwarder) {
		f.options = func(*httpx.Visit) Options {
			return Options{OnResponseHeader: func(_, _ []byte) { panic("planted") }}
		}
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, c, "HTTP/1.1 500 ")
	c = dialTest(t, addr)
	exchangeOn(t, c, bufio.NewReader(c), "GET", "\r\n", 200, "ok")
}

func TestABodyThatPanicsIsNoExit(t *testing.T) {
	a, b := tcpPair(t)
	u := &upload{c: newConn(a), stall: time.Second}
	u.source.r, u.source.client, u.source.timeout, u.source.left, u.source.budget = panicReader{}, b, time.Second, -1, 1
	u.start()
	<-u.done
	if !errors.Is(u.sourceErr, errPanic) || u.complete() {
		t.Error(u.sourceErr)
	}
}

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("planted") }
