package httpx

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// memConn is a connection on which the client has sent everything and gone.
type memConn struct {
	in  bytes.Reader
	out bytes.Buffer
}

func (c *memConn) Read(p []byte) (int, error)       { return c.in.Read(p) }
func (c *memConn) Write(p []byte) (int, error)      { return c.out.Write(p) }
func (c *memConn) Close() error                     { return nil }
func (c *memConn) LocalAddr() net.Addr              { return memAddr }
func (c *memConn) RemoteAddr() net.Addr             { return memAddr }
func (c *memConn) SetDeadline(time.Time) error      { return nil }
func (c *memConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memConn) SetWriteDeadline(time.Time) error { return nil }

var memAddr net.Addr = &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}

// seen is what a request is about, as one parser understands it.
type seen struct {
	method, target, host string
	length               int64
	body                 string
	whole                bool // the body came to its proper end
}

func (s seen) String() string {
	return fmt.Sprintf("%s %q host %q length %d body %q whole %v", s.method, s.target, s.host, s.length, s.body, s.whole)
}

// serveBytes gives the requests that handlers get of these bytes.
func serveBytes(s *Server, in []byte) {
	nc := &memConn{}
	nc.in.Reset(in)
	c := &conn{Conn: nc, s: s}
	if c.await(time.Hour) == nil {
		s.serveConn(c)
	}
}

// standard gives the request that net/http reads next.
func standard(br *bufio.Reader) (seen, error) {
	r, err := http.ReadRequest(br)
	if err != nil {
		return seen{}, err
	}
	body, err := io.ReadAll(r.Body)
	return seen{r.Method, r.RequestURI, r.Host, r.ContentLength, string(body), err == nil}, nil
}

// FuzzAnAcceptedRequestIsReadAlikeByTheStandardLibrary sends bytes and holds every request that reaches a handler, in
// order, against what net/http reads from the same bytes: method, target, host, length and content of the body, and
// with that where the next request begins. Requests that we refuse are of no interest: that is what they are refused
// for.
func FuzzAnAcceptedRequestIsReadAlikeByTheStandardLibrary(f *testing.F) {
	files, _ := filepath.Glob("testdata/transcripts/*.txt")
	for _, file := range files {
		for _, tr := range readTranscripts(f, file) {
			f.Add(tr.sent)
			f.Add(append(tr.sent[:len(tr.sent):len(tr.sent)], probe...))
		}
	}
	f.Add([]byte("GET http://h HTTP/1.1\r\nHost: h\r\n\r\nOPTIONS https://h HTTP/1.1\r\nHost: h\r\n\r\n"))
	var got []seen
	s := newServer(f, given(), func(v *Visit) {
		g := seen{method: v.Method(), target: string(v.Target()), host: string(v.HostPort()), length: v.ContentLength(), whole: true}
		if stream := v.Ctx().RequestBodyStream(); stream != nil {
			body, err := io.ReadAll(stream)
			g.body, g.whole = string(body), err == nil
		}
		got = append(got, g)
		v.Answer(200, "", nil)
	})
	f.Fuzz(func(t *testing.T, in []byte) {
		got = nil
		serveBytes(s, in)
		br := bufio.NewReader(bytes.NewReader(in))
		for i, g := range got {
			skipEmptyLine(br)
			want, err := standard(br)
			if err != nil {
				t.Fatalf("request %d is accepted and net/http says %v\nours: %v\n%q", i, err, g, in)
			}
			if !g.whole {
				// We refuse more in chunked framing than net/http does, and a broken body is the last thing on
				// its connection.
				if i != len(got)-1 {
					t.Fatalf("a request follows a broken body\n%q", in)
				}
				want.length, want.body, want.whole = g.length, g.body, false
			}
			want.target = originForm(want.method, want.target)
			if g != want {
				t.Fatalf("request %d\nours:     %v\nnet/http: %v\n%q", i, g, want, in)
			}
		}
	})
}

// skipEmptyLine: net/http's ReadRequest does not ignore one, its server does not either.
func skipEmptyLine(br *bufio.Reader) {
	if b, err := br.Peek(2); err == nil && string(b) == "\r\n" {
		_, _ = br.Discard(2)
	}
}

// originForm does to an absolute target what we do, in another way.
func originForm(method, target string) string {
	if strings.HasPrefix(target, "/") || target == "*" {
		return target
	}
	_, rest, _ := strings.Cut(target, "://")
	end := strings.IndexAny(rest, "/?")
	switch {
	case end < 0 && method == "OPTIONS":
		return "*"
	case end < 0:
		return "/"
	case rest[end] == '?':
		return "/" + rest[end:]
	}
	return rest[end:]
}
