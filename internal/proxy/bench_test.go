package proxy

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/einlass/einlass/internal/httpx"
)

// benchBody is the size of the answer's body in bytes: a small page.
const benchBody = 1024

var benchRequest = []byte("GET /termine/kalender?monat=6 HTTP/1.1\r\n" +
	"Host: termine.example\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n" +
	"Accept-Language: de,en;q=0.5\r\n" +
	"Accept-Encoding: gzip, deflate, br\r\n" +
	"Connection: keep-alive\r\n" +
	"Cookie: session=0123456789abcdef; __Host-einlass-termine=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" +
	"Sec-Fetch-Dest: document\r\n" +
	"Sec-Fetch-Mode: navigate\r\n\r\n")

// benchForm is the same page's form, with a body of 300 bytes.
var benchForm = append(bytes.Replace(bytes.Replace(benchRequest, []byte("GET "), []byte("POST "), 1),
	crlfcrlf, []byte("\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 300\r\n\r\n"), 1),
	bytes.Repeat([]byte("feld=wert&"), 30)...)

// rawBackend answers every request with the same bytes, as fast as a socket can.
func rawBackend(tb testing.TB) string {
	answer := []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nServer: raw\r\n"+
		"Content-Type: text/html; charset=utf-8\r\nCache-Control: no-cache\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: %d\r\n\r\n%s",
		benchBody, bytes.Repeat([]byte("x"), benchBody)))
	return serveRaw(tb, func(c net.Conn) {
		buf := make([]byte, 8192)
		n := 0
		for {
			m, err := c.Read(buf[n:])
			if err != nil {
				return
			}
			n += m
			end := headEnd(buf[:n], 0)
			head := buf[:end]
			if bytes.HasPrefix(head, []byte("POST ")) {
				end += 300
			}
			if len(head) == 0 || n < end {
				continue
			}
			last := bytes.Contains(head, []byte("\r\nConnection: close\r\n"))
			n = 0
			if _, err := c.Write(answer); err != nil || last {
				return
			}
		}
	})
}

// serveRaw runs handle for every connection and waits for them in the end.
func serveRaw(tb testing.TB, handle func(net.Conn)) string {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	serveOn(tb, ln, handle)
	return ln.Addr().String()
}

func serveOn(tb testing.TB, ln net.Listener, handle func(net.Conn)) {
	var all sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			all.Go(func() {
				handle(c)
				_ = c.Close()
				mu.Lock()
				delete(open, c)
				mu.Unlock()
			})
		}
	})
	tb.Cleanup(func() {
		_ = ln.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
}

// load sends the benchmark's requests over kept connections, one goroutine each.
func load(b *testing.B, addr string) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		buf := make([]byte, 16<<10)
		for pb.Next() {
			if err := roundTripRaw(c, benchRequest, buf); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}

func roundTripRaw(c net.Conn, request, buf []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	n := 0
	for {
		m, err := c.Read(buf[n:])
		if err != nil {
			return err
		}
		n += m
		if end := headEnd(buf[:n], 0); end > 0 {
			_, err := io.ReadFull(c, buf[n:end+benchBody])
			return err
		}
	}
}

func BenchmarkProxy(b *testing.B) {
	backend, err := New(siteAt("http://"+rawBackend(b)), Deps{})
	if err != nil {
		b.Fatal(err)
	}
	f := &forwarder{backend: backend, options: benchOptions}
	load(b, serveVisits(b, f.handle))
}

func BenchmarkBareFasthttpProxy(b *testing.B) {
	load(b, serveBare(b))
}

func benchOptions(*httpx.Visit) Options {
	return Options{StripCookies: isOurs, Identity: benchIdentity, Inside: true}
}

var benchIdentity = []string{"Einlass-Visitor", "0123456789abcdef"}
