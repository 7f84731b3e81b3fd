package proxy

import (
	"bufio"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/einlass/einlass/internal/httpx"
)

func TestAnAnswerThatIsNotTakenGoesToNobody(t *testing.T) {
	for name, body := range map[string]string{
		"of a length": "Content-Length: 6\r\n\r\nsecret", "in chunks": "Transfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n0\r\n\r\n", "to the end": "\r\nsecret",
	} {
		t.Run(name, func(t *testing.T) {
			origin := serveRaw(t, func(c net.Conn) {
				if _, err := readRawHead(bufio.NewReader(c)); err == nil {
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Secret: 1\r\nContent-Type: text/html\r\n"+body)
				}
			})
			var result Result
			var failed error
			b, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) {
				f.options = func(*httpx.Visit) Options {
					return Options{Takes: func(h Head) bool { return string(h.Field("content-type")) != "text/html" }}
				}
				f.results = func(r Result, err error) { result, failed = r, err }
			})
			c := dialTest(t, addr)
			send(t, c, "GET /x.css HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			r := bufio.NewReader(c)
			res := wantAnswer(t, r, "GET", 500, ErrUnwanted.Error()+"\n")
			if res.Header.Get("X-Secret") != "" {
				t.Errorf("%v", res.Header)
			}
			if rest, _ := io.ReadAll(r); len(rest) > 0 {
				t.Errorf("followed by %q", rest)
			}
			if !errors.Is(failed, ErrUnwanted) || result.Status != 200 {
				t.Errorf("%+v, %v", result, failed)
			}
			if n, _ := b.limiter.counts(); n != 0 {
				t.Errorf("%d requests are under way", n)
			}
		})
	}
}
