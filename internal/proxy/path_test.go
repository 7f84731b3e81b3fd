package proxy

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/httpx"
)

// FuzzThePathDecidedOnIsThePathForwarded: whatever target the boundary lets through, the
// origin gets the very bytes that the gateway has seen.
func FuzzThePathDecidedOnIsThePathForwarded(f *testing.F) {
	for _, target := range []string{
		"/", "/a?b", "*", "/a/../b", "/%2e%2e/b", "//evil.example/x", "/a;b/c", "/\xff\xc3\xa4", "/a b", "/a#b", "/?", "/a?b?c#d",
		"http://h/x", "http://h", "http://other/x", "/a\tb", "/%00", "/a\\b", "", "?x", "/http://x", "/..;/admin", "/a%0d%0aX:%20y",
	} {
		f.Add("GET", []byte(target))
		f.Add("OPTIONS", []byte(target))
	}
	got := make(chan string, 1)
	origin := serveRaw(f, func(c net.Conn) {
		for r := bufio.NewReader(c); ; {
			head, err := readRawHead(r)
			if err != nil {
				return
			}
			line, _, _ := bytes.Cut(head, crlf)
			got <- string(line)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	decided := make(chan string, 1)
	_, addr := startProxy(f, siteAt("http://"+origin), func(fw *forwarder) {
		fw.options = func(v *httpx.Visit) Options {
			decision := string(v.Path())
			if v.Query() != nil {
				decision += "?" + string(v.Query())
			}
			if decision != string(v.Target()) {
				decision = "path and query are not the target"
			}
			decided <- v.Method() + " " + decision + " HTTP/1.1"
			return Options{}
		}
	})
	var c net.Conn // kept from one input to the next: there are not ports enough for one each
	var r *bufio.Reader
	f.Fuzz(func(t *testing.T, method string, target []byte) {
		if len(target) > 2000 || len(method) > 20 || strings.ContainsAny(method, "\r\n") || bytes.ContainsAny(target, "\r\n") {
			return // another request altogether
		}
		if c == nil {
			var err error
			if c, err = net.Dial("tcp", addr); err != nil {
				t.Fatal(err)
			}
			r = bufio.NewReader(c)
		}
		send(t, c, method+" "+string(target)+" HTTP/1.1\r\nHost: h\r\n\r\n")
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("no answer: %v", err)
		}
		if _, _ = io.Copy(io.Discard, resp.Body); resp.Close {
			_ = c.Close()
			c = nil
		}
		select {
		case decision := <-decided:
			if line := <-got; line != decision {
				t.Fatalf("decided on %q, forwarded %q", decision, line)
			}
		default:
			if resp.StatusCode == 200 {
				t.Fatal("forwarded without a decision")
			}
		}
	})
	if c != nil {
		_ = c.Close()
	}
}
