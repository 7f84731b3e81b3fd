package proxy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
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
			_, addr := startProxy(t, with(siteAt("http://"+c.addr), func(b *config.Backend) {
				b.MaxAnswerHead = 16 << 10
				b.Timeouts.FirstByte = 50 * time.Millisecond
				b.Timeouts.IdleRead = 50 * time.Millisecond
				b.Timeouts.ClientRead = 50 * time.Millisecond
			}), func(f *forwarder) {
				f.errs = func(err error) { got <- err }
				f.configure = append(f.configure, func(c *httpx.Config) { c.Limits.BodyBytes = 1 << 20 })
			})
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
		"no end":           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" + large + "\r\n0\r\n",
		"malformed chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n" + large + "\r\nx\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			for _, end := range []bool{true, false} { // of the connection; else it only falls silent
				origin := newScriptedBackend(t, scriptedAnswer{bytes: []byte(answer), close: end})
				_, addr := startProxy(t, with(siteAt("http://"+origin.addr), func(b *config.Backend) { b.Timeouts.IdleRead = 50 * time.Millisecond }))
				c := dialTest(t, addr)
				send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
				got, err := io.ReadAll(c)
				if errors.Is(err, os.ErrDeadlineExceeded) || strings.HasSuffix(string(got), "0\r\n\r\n") {
					t.Errorf("the answer looks whole: %d bytes, %v", len(got), err)
				}
			}
		})
	}
}

// zeroReader yields zeros without end.
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
			_, addr := startProxy(t, siteAt("http://"+origin))
			conn := dialTest(t, addr)
			send(t, conn, c.request)
			<-asked
			_ = conn.Close()
			<-cancelled
		})
	}
}

func TestTheHookSeesTheHeadAndTheVisitorDoesNotGetOurFields(t *testing.T) {
	var told []string
	origin := newScriptedBackend(t, answering("HTTP/1.1 200 OK\r\nEinlass-Finish: 1\r\nX-A: b\r\nX-A: c\r\nX-Einlass-Note: n\r\nConnection: x-hop\r\nX-Hop: h\r\nContent-Length: 0\r\n\r\n"))
	_, addr := startProxy(t, siteAt("http://"+origin.addr), func(f *forwarder) {
		f.options = func(v *httpx.Visit) Options {
			return Options{OnHead: func(h Head) {
				told = append(told, strconv.Itoa(h.Status()))
				for _, name := range []string{"einlass-finish", "x-einlass-note", "x-a", "x-hop", "absent"} {
					if value := h.Field(name); value != nil {
						told = append(told, name+"="+string(value))
					}
				}
				v.SetCookie(httpx.Cookie{Name: "c", Value: "v"})
			}}
		}
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	resp := wantAnswer(t, bufio.NewReader(c), "GET", 200, "")
	if got := strings.Join(told, " "); got != "200 einlass-finish=1 x-einlass-note=n x-a=b" {
		t.Errorf("told %q", got)
	}
	if len(resp.Header["Einlass-Finish"]) > 0 || len(resp.Header["X-Einlass-Note"]) > 0 || len(resp.Header["Set-Cookie"]) == 0 {
		t.Errorf("the visitor got %v", resp.Header)
	}
}

func TestTheHookFindsAValueInAnyOfTheFieldsOfOneName(t *testing.T) {
	origin := newScriptedBackend(t, answering("HTTP/1.1 200 OK\r\neinlass-finish: 0\r\nX-A: 1\r\nEinlass-Finish:  1 \r\nConnection: x-hop\r\nX-Hop: 1\r\nContent-Length: 0\r\n\r\n"))
	seen := make(chan string, 1)
	_, addr := startProxy(t, siteAt("http://"+origin.addr), func(f *forwarder) {
		f.options = func(*httpx.Visit) Options {
			return Options{OnHead: func(h Head) {
				var has []string
				for _, field := range [][2]string{
					{"einlass-finish", "0"},
					{"einlass-finish", "1"},
					{"einlass-finish", "2"},
					{"einlass-finish", ""},
					{"x-a", "1"},
					{"x-hop", "1"},
					{"absent", ""},
				} {
					if h.Has(field[0], field[1]) {
						has = append(has, field[0]+"="+field[1])
					}
				}
				seen <- strings.Join(has, " ")
			}}
		}
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, c, "HTTP/1.1 200 ")
	if got := <-seen; got != "einlass-finish=0 einlass-finish=1 x-a=1" {
		t.Errorf("the hook finds %q", got)
	}
}

func TestAPanicGivesEverythingBack(t *testing.T) {
	origin := newScriptedBackend(t, answering("HTTP/1.1 200 OK\r\nEinlass-X: 1\r\nContent-Length: 0\r\n\r\n"), answering(okAnswer))
	_, addr := startProxy(t, with(siteAt("http://"+origin.addr), func(b *config.Backend) { b.MaxInFlight = 1; b.Queue.Length = 0 }), func(f *forwarder) {
		f.options = func(*httpx.Visit) Options {
			return Options{OnHead: func(h Head) {
				if h.Field("einlass-x") != nil {
					panic("planted")
				}
			}}
		}
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	want(t, c, "HTTP/1.1 500 ")
	c = dialTest(t, addr)
	exchangeOn(t, c, bufio.NewReader(c), "GET", "\r\n", 200, "ok")
}
