package httpx

import (
	"strings"
	"testing"
)

// Browsers send the fields that tell a person from a program behind the target and often behind the cookies.
func TestAHeadThatIsTooLongGetsAPageUnlessItNamesAProgram(t *testing.T) {
	long := strings.Repeat("x", 24<<10)
	for _, test := range []struct {
		name, request string
		status        int
		page          bool
	}{
		{"a long address", "GET /?" + long[:9<<10] + " HTTP/1.1\r\nHost: h\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n\r\n", 414, true},
		{"an address without end", "GET /?" + long, 414, true},
		{"17 kB of cookies", "GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\nCookie: a=" + long[:17<<10] + "\r\n\r\n", 431, true},
		{"24 kB of cookies", "GET / HTTP/1.1\r\nHost: h\r\nCookie: a=" + long + "\r\n\r\n", 431, true},
		{"a long address of a program", "GET /?" + long[:9<<10] + " HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n", 414, false},
		{"a bad request line", "GET / HTTP/1.1 x\r\nHost: h\r\n\r\n", 400, true},
		{"a bad request line of a program", "GET / HTTP/1.1 x\r\nHost: h\r\nSec-Fetch-Mode: cors\r\n\r\n", 400, false},
		{"no method", "? / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n", 400, true},
		{"another version", "GET / HTTP/3.1\r\nHost: h\r\nAccept: text/html\r\n\r\n", 505, true},
		{"a bad address", "GET /a b HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\n\r\n", 400, true},
		{"a bad field", "GET / HTTP/1.1\r\nHost: h\r\nA\x01: b\r\nAccept: */*\r\n\r\n", 400, true},
		{"a bare line feed", "GET / HTTP/1.1\r\nHost: h\nAccept: */*\r\n\r\n", 400, true},
		{"a bare line feed of a program", "GET / HTTP/1.1\r\nAccept: */*\r\nHost: h\n\r\n", 400, false},
		{"too many fields of a program", "GET / HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n" + strings.Repeat("A: b\r\n", 300) + "\r\n", 431, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, addr := serve(t, given(func(*Config) {}), ok)
			c := dial(t, addr)
			c.send(test.request)
			resp, body := c.answer("GET")
			if resp.StatusCode != test.status || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") != test.page {
				t.Errorf("%d %s %q", resp.StatusCode, resp.Header.Get("Content-Type"), body)
			}
		})
	}
}
