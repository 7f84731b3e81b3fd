package proxy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

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
			_, addr := startProxy(t, siteAt("http://"+origin))
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

// longChunk is more than is read before the origin is asked.
var longChunk = fmt.Sprintf("%x\r\n%s\r\n", smallUpload+1, strings.Repeat("x", smallUpload+1))

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
	_, addr := startProxy(t, siteAt("http://"+origin))
	c := dialTest(t, addr)
	send(t, c, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"+longChunk)
	want(t, c, "HTTP/1.1 413 Too Large\r\n")
}

func TestWhatIsLeftOfABodyIsNoRequest(t *testing.T) {
	const smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
	for name, request := range map[string]string{
		"a length": fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", 200_000, smuggled),
		"chunks":   fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%s%x\r\n%s", longChunk, 200_000, smuggled),
	} {
		t.Run(name, func(t *testing.T) {
			origin := newScriptedBackend(t, scriptedAnswer{bytes: []byte("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"), early: true})
			_, addr := startProxy(t, siteAt("http://"+origin.addr))
			c := dialTest(t, addr)
			send(t, c, request)
			got, _ := io.ReadAll(c)
			if n := strings.Count(string(got), "HTTP/1.1"); n != 1 {
				t.Errorf("%d answers: %q", n, got)
			}
		})
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestABodyThatPanicsIsNoExit(t *testing.T) {
	a, b := tcpPair(t)
	panics := 0
	u := &upload{c: newConn(a), stall: time.Second, onPanic: func() { panics++ }}
	u.source.r, u.source.client, u.source.timeout, u.source.left = panicReader{}, b, time.Second, -1
	u.start()
	<-u.done
	if !errors.Is(u.sourceErr, errPanic) || u.complete() || panics != 1 {
		t.Errorf("%v, %d panics", u.sourceErr, panics)
	}
}

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("planted") }
