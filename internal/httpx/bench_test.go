package httpx

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fasthttp"
)

// browser is what a browser of today sends, with two cookies.
const browser = "GET /termine/buchen?datum=2021-06-14&anzahl=2 HTTP/1.1\r\n" +
	"Host: termine.speyer.example\r\n" +
	"Connection: keep-alive\r\n" +
	"sec-ch-ua: \"Chromium\";v=\"126\", \"Not-A.Brand\";v=\"24\"\r\n" +
	"sec-ch-ua-mobile: ?0\r\n" +
	"sec-ch-ua-platform: \"Windows\"\r\n" +
	"Upgrade-Insecure-Requests: 1\r\n" +
	"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n" +
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n" +
	"Sec-Fetch-Site: same-origin\r\n" +
	"Sec-Fetch-Mode: navigate\r\n" +
	"Sec-Fetch-User: ?1\r\n" +
	"Sec-Fetch-Dest: document\r\n" +
	"Referer: https://termine.speyer.example/\r\n" +
	"Accept-Encoding: gzip, deflate, br, zstd\r\n" +
	"Accept-Language: de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7\r\n" +
	"Cookie: session=0123456789abcdef0123456789abcdef; __Host-einlass-termine=eyJhbGciOiJIUzI1NiIsInR5cCI6InQiLCJraWQiOiJhIn0.eyJhdWQiOiJ0ZXJtaW5lIiwic3ViIjoiMDEyMzQ1Njc4OWFiY2RlZiIsIm4iOjEyMzQ1fQ.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG\r\n\r\n"

// poll is what the waiting page's script sends.
const poll = "GET /.einlass/status?room=termine HTTP/1.1\r\nHost: h\r\nAccept: application/json\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n" +
	"Cookie: __Host-einlass-termine=eyJhbGciOiJIUzI1NiIsInR5cCI6InQiLCJraWQiOiJhIn0.eyJhdWQiOiJ0ZXJtaW5lIiwic3ViIjoiMDEyMzQ1Njc4OWFiY2RlZiIsIm4iOjEyMzQ1fQ.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG\r\n\r\n"

// The guard's goal is 1 µs and no allocation for a browser's request.
func BenchmarkGuard(b *testing.B) {
	s, err := New(given(), ok)
	if err != nil {
		b.Fatal(err)
	}
	for name, raw := range map[string][]byte{"browser": []byte(browser), "poll": []byte(poll)} {
		b.Run(name, func(b *testing.B) {
			var h head
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				end, bad := headEnd(raw, 0)
				if bad || h.parse(raw[:end], &s.limits) != NoFault {
					b.Fatal("refused")
				}
			}
		})
	}
}

// repeatConn brings the same request n times and drops what it is told.
type repeatConn struct {
	memConn
	raw []byte
	n   int
}

func (c *repeatConn) Read(p []byte) (int, error) {
	if c.n == 0 {
		return 0, net.ErrClosed
	}
	c.n--
	return copy(p, c.raw), nil
}

func (c *repeatConn) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkServe is a whole visit without the kernel's part, beside fasthttp alone with the same bytes and answer.
func BenchmarkServe(b *testing.B) {
	body := []byte(`{"state":"waiting","ahead":1234,"next":12000}`)
	b.Run("guarded", func(b *testing.B) {
		s, err := New(given(), func(v *Visit) { v.Answer(200, "application/json", body) })
		if err != nil {
			b.Fatal(err)
		}
		s.KnowHosts("h")
		b.ReportAllocs()
		c := &conn{Conn: &repeatConn{raw: []byte(poll), n: b.N}, s: s}
		b.ResetTimer()
		if c.await(time.Hour) == nil {
			s.serveConn(c)
		}
	})
	b.Run("fasthttp", func(b *testing.B) {
		s := &fasthttp.Server{NoDefaultServerHeader: true, Handler: func(ctx *fasthttp.RequestCtx) {
			ctx.Response.Header.Set("Cache-Control", "private, no-store")
			ctx.SetContentType("application/json")
			ctx.SetBody(body)
		}}
		b.ReportAllocs()
		if err := s.ServeConn(&repeatConn{raw: []byte(poll), n: b.N}); err != nil {
			b.Log(err)
		}
	})
}

func BenchmarkClientIP(b *testing.B) {
	for name, fields := range map[string]string{
		"X-Forwarded-For": "X-Forwarded-For: 198.51.100.7, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n",
		"Forwarded":       "Forwarded: for=198.51.100.7;proto=https, for=10.1.2.3\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			s := newServer(b, given(trusting(name)), ok)
			c := &conn{s: s, peer: netip.MustParseAddr("10.0.0.1"), trust: true, req: &request{}}
			raw := []byte("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n")
			if c.req.head.parse(raw, &s.limits) != NoFault {
				b.Fatal("refused")
			}
			v := Visit{s: s, c: c, head: &c.req.head}
			b.ReportAllocs()
			for b.Loop() {
				v.believe()
			}
			if v.client.String() != "198.51.100.7" || !v.secure {
				b.Fatalf("client %v, secure %v", v.client, v.secure)
			}
		})
	}
}

// BenchmarkIdle opens connections that serve one request each and then stay, and reports the memory of one of them in
// this process. The clients are bare sockets, of which the process holds nothing but a number. The goal is 7 KB.
func BenchmarkIdle(b *testing.B) {
	for _, n := range []int{1000, 9900} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				benchmarkIdle(b, n)
			}
		})
	}
}

func benchmarkIdle(b *testing.B, n int) {
	s, addr := serve(b, given(func(c *Config) { c.Limits.ConnectionsPerIP = 20_000 }), func(v *Visit) { deep(100); ok(v) })
	before := memory()
	fds := make([]int, 0, n)
	defer func() {
		for _, fd := range fds {
			_ = syscall.Close(fd)
		}
	}()
	for range n {
		fd, err := bareRequest(addr)
		if err != nil {
			b.Fatal(err)
		}
		fds = append(fds, fd)
	}
	for s.Stats().Idle < n {
		time.Sleep(10 * time.Millisecond)
	}
	after := memory()
	b.ReportMetric(float64(after-before)/float64(n), "B/conn")
	b.ReportMetric(0, "ns/op")
}

// deep makes a handler's stack as deep as real ones.
func deep(n int) int {
	var room [64]byte
	if n == 0 {
		return len(room)
	}
	room[n%64] = byte(n)
	return deep(n-1) + int(room[n%64])
}

// memory is what the Go runtime uses, heap and stacks, after garbage was collected.
func memory() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// bareRequest opens a socket, sends a request and takes its answer.
func bareRequest(addr string) (fd int, err error) {
	a := netip.MustParseAddrPort(addr)
	if fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0); err != nil {
		return 0, err
	}
	if err = syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}); err != nil {
		return fd, err
	}
	if _, err = syscall.Write(fd, []byte(browser)); err != nil {
		return fd, err
	}
	var answer [1024]byte
	if k, err := syscall.Read(fd, answer[:]); err != nil || string(answer[:12]) != "HTTP/1.1 200" {
		return fd, fmt.Errorf("answer %q, %w", answer[:k], err)
	}
	return fd, nil
}
