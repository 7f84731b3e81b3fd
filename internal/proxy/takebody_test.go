package proxy

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

func TestAShortBodyInChunksGoesOutWithItsLength(t *testing.T) {
	for _, size := range []int{0, 1, 5000, smallUpload - 1, smallUpload, smallUpload + 1, smallUpload + 2, 3*smallUpload + 17} {
		for _, expect := range []string{"", "Expect: 100-continue\r\n"} {
			body := strings.Repeat("0123456789abcdef", size/16+1)[:size]
			got := make(chan *http.Request, 1)
			read := make(chan string, 1)
			origin := serveRaw(t, func(c net.Conn) {
				request, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				var all strings.Builder
				_, _ = bufio.NewReader(request.Body).WriteTo(&all)
				got <- request
				read <- all.String()
				_, _ = c.Write([]byte(strings.Replace(okAnswer, "\r\n", "\r\nConnection: close\r\n", 1)))
			})
			_, addr := startProxy(t, siteAt("http://"+origin))
			c := dialTest(t, addr)
			r := bufio.NewReader(c)
			send(t, c, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"+expect+"\r\n")
			if expect != "" {
				want(t, r, "HTTP/1.1 100 Continue\r\n\r\n")
			}
			for rest := body; len(rest) > 0; {
				n := min(len(rest), 1000)
				send(t, c, fmt.Sprintf("%x\r\n%s\r\n", n, rest[:n]))
				rest = rest[n:]
			}
			send(t, c, "0\r\n\r\n")
			wantAnswer(t, r, "POST", 200, "ok")
			request := <-got
			if short := size <= smallUpload; short != (request.ContentLength == int64(size)) || short != (len(request.TransferEncoding) == 0) {
				t.Errorf("%d bytes, %q: a length of %d, %q", size, expect, request.ContentLength, request.TransferEncoding)
			}
			if all := <-read; all != body {
				t.Errorf("%d bytes, %q: the origin got %d", size, expect, len(all))
			}
		}
	}
}

// A server that reads no chunks takes them for the next request on the connection, and answers it to somebody else.
func TestAnOriginThatReadsNoChunksAnswersNobodyElse(t *testing.T) {
	origin := serveRaw(t, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			head, err := readRawHead(r)
			if err != nil {
				return
			}
			var length int
			for line := range strings.SplitSeq(string(head), "\r\n") {
				_, _ = fmt.Sscanf(line, "Content-Length: %d", &length)
			}
			_, _ = r.Discard(length)
			line, _, _ := strings.Cut(string(head), " HTTP/")
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(line), line)
		}
	})
	_, addr := startProxy(t, with(siteAt("http://"+origin), func(b *config.Backend) { b.KeepAlive.Share = true }))
	const form = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
	for i := range 60 {
		c := dialTest(t, addr)
		r := bufio.NewReader(c)
		send(t, c, fmt.Sprintf("POST /%d HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", i, len(form), form))
		wantAnswer(t, r, "POST", 200, fmt.Sprintf("POST /%d", i))
		send(t, c, fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", i))
		wantAnswer(t, r, "GET", 200, fmt.Sprintf("GET /%d", i))
	}
}
