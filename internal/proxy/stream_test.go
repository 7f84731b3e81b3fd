package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"testing"
)

func TestEventsReachTheVisitorOneByOne(t *testing.T) {
	for name, framing := range map[string]struct {
		head  string
		event func(text string) string
	}{
		"in chunks": {
			"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
			func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) },
		},
		"until the connection ends": {
			"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
			func(s string) string { return s },
		},
	} {
		t.Run(name, func(t *testing.T) {
			seen := make(chan struct{})
			origin := serveRaw(t, func(c net.Conn) {
				if _, err := readRawHead(bufio.NewReader(c)); err != nil {
					return
				}
				_, _ = io.WriteString(c, framing.head)
				for i := range 5 {
					<-seen // the next one is sent only after the last was received
					_, _ = io.WriteString(c, framing.event(fmt.Sprintf("data: %d\n\n", i)))
				}
				<-seen
				_, _ = io.WriteString(c, framing.event(""))
			})
			_, addr := startProxy(t, siteAt("http://"+origin))
			c := dialTest(t, addr)
			send(t, c, "GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
			wantNow(t, c, "HTTP/1.1 200 OK\r\nDate: {now}\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
			for i := range 5 {
				seen <- struct{}{}
				want(t, c, fmt.Sprintf("9\r\ndata: %d\n\n\r\n", i))
			}
			seen <- struct{}{}
			want(t, c, "0\r\n\r\n")
		})
	}
}

func TestADownloadOfAGigabyteStreams(t *testing.T) {
	for name, head := range map[string]string{
		"with a length": fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", bulk),
		"in chunks":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			origin := serveRaw(t, func(c net.Conn) {
				if _, err := readRawHead(bufio.NewReader(c)); err != nil {
					return
				}
				_, _ = io.WriteString(c, head)
				if name == "in chunks" {
					chunk := append([]byte("100000\r\n"), make([]byte, 1<<20+2)...)
					copy(chunk[len(chunk)-2:], crlf)
					for range bulk >> 20 {
						if _, err := c.Write(chunk); err != nil {
							return
						}
					}
					_, _ = io.WriteString(c, "0\r\n\r\n")
					return
				}
				_, _ = io.CopyBuffer(onlyWriter{c}, io.LimitReader(zeroReader{}, bulk), make([]byte, 1<<20))
			})
			_, addr := startProxy(t, siteAt("http://"+origin))
			c := dialTest(t, addr)
			grown := watchMemory(t)
			send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			n := bodyBytes(t, c)
			if n != bulk {
				t.Errorf("%d bytes arrived", n)
			}
			grown()
		})
	}
}

func TestAnUploadOfAGigabyteStreams(t *testing.T) {
	for _, name := range []string{"with a length", "in chunks"} {
		t.Run(name, func(t *testing.T) {
			got := make(chan int64, 1)
			origin := serveRaw(t, func(c net.Conn) {
				r := bufio.NewReaderSize(c, 1<<20)
				head, err := readRawHead(r)
				if err != nil {
					return
				}
				if bytes.Contains(head, []byte("chunked")) {
					got <- countChunks(r)
				} else {
					n, _ := io.CopyN(io.Discard, r, bulk)
					got <- n
				}
				_, _ = io.WriteString(c, okAnswer)
			})
			_, addr := startProxy(t, siteAt("http://"+origin))
			c := dialTest(t, addr)
			grown := watchMemory(t)
			if name == "in chunks" {
				send(t, c, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
				chunk := append([]byte("100000\r\n"), make([]byte, 1<<20+2)...)
				copy(chunk[len(chunk)-2:], crlf)
				for range bulk >> 20 {
					if _, err := c.Write(chunk); err != nil {
						t.Fatal(err)
					}
				}
				send(t, c, "0\r\n\r\n")
			} else {
				send(t, c, fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", bulk))
				if _, err := io.CopyBuffer(onlyWriter{c}, io.LimitReader(zeroReader{}, bulk), make([]byte, 1<<20)); err != nil {
					t.Fatal(err)
				}
			}
			wantAnswer(t, bufio.NewReader(c), "POST", 200, "ok")
			if n := <-got; n != bulk {
				t.Errorf("%d bytes arrived", n)
			}
			grown()
		})
	}
}

func TestAStreamDoesNotRunAheadOfItsReader(t *testing.T) {
	var sent atomic.Int64
	stalled := make(chan struct{})
	origin := serveRaw(t, func(c net.Conn) {
		if _, err := readRawHead(bufio.NewReader(c)); err != nil {
			return
		}
		_, _ = io.WriteString(c, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", bulk))
		piece := make([]byte, 1<<20)
		for range bulk >> 20 {
			n, err := c.Write(piece)
			sent.Add(int64(n))
			if err != nil {
				close(stalled)
				return
			}
		}
	})
	_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) {
		f.configure = append(f.configure, shortStall)
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	// Nobody reads: the server gives up on the visitor, and that ends the origin's side.
	<-stalled
	if n := sent.Load(); n > 64<<20 {
		t.Errorf("%d bytes were taken from the origin for a visitor who read none", n)
	}
}

// onlyWriter hides the connection's own ways to copy.
type onlyWriter struct{ io.Writer }

// bodyBytes reads one answer and counts its body.
func bodyBytes(tb testing.TB, c net.Conn) int64 {
	tb.Helper()
	r := bufio.NewReaderSize(c, 1<<20)
	head, err := readRawHead(r)
	if err != nil {
		tb.Fatal(err)
	}
	if bytes.Contains(head, []byte("chunked")) {
		return countChunks(r)
	}
	n, _ := io.CopyN(io.Discard, r, bulk)
	return n
}

func countChunks(r *bufio.Reader) (total int64) {
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return total
		}
		size, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 64)
		if err != nil || size == 0 {
			return total
		}
		if n, err := r.Discard(int(size) + 2); err != nil {
			return total + int64(n)
		}
		total += size
	}
}

// watchMemory notes the process's resident size and, when called again, fails the test
// if its peak since then is more than 64 MiB higher. Client and origin are in it too.
func watchMemory(tb testing.TB) func() {
	tb.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		tb.Fatalf("the peak cannot be reset: %v", err)
	}
	before := residentPeak(tb)
	return func() {
		tb.Helper()
		grown := residentPeak(tb) - before
		tb.Logf("resident memory grew by %d KiB at most", grown)
		if grown > 64<<10 {
			tb.Errorf("resident memory grew by %d KiB", grown)
		}
	}
}

// residentPeak is VmHWM in KiB.
func residentPeak(tb testing.TB) int {
	tb.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		tb.Fatal(err)
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			n, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
			if err != nil {
				tb.Fatal(err)
			}
			return n
		}
	}
	tb.Fatal("no VmHWM")
	return 0
}
