package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func parseHead(text string) (*head, error) {
	h := new(head)
	return h, h.parse([]byte(text))
}

func TestAnAmbiguousAnswerHeadIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"both framings":                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
		"two different lengths":            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
		"a list of lengths":                "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
		"a signed length":                  "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
		"a hexadecimal length":             "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n",
		"an empty length":                  "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
		"a length out of range":            "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n",
		"another coding":                   "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
		"chunked twice":                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		"identity":                         "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
		"a disguised coding":               "HTTP/1.1 200 OK\r\nTransfer-Encoding: \vchunked\r\n\r\n",
		"chunked in HTTP/1.0":              "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"a folded line":                    "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
		"a fold at the beginning":          "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
		"a blank before the colon":         "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n",
		"a blank in a name":                "HTTP/1.1 200 OK\r\nContent Length: 5\r\n\r\n",
		"no name":                          "HTTP/1.1 200 OK\r\n: 5\r\n\r\n",
		"no colon":                         "HTTP/1.1 200 OK\r\nServer\r\n\r\n",
		"a bare LF":                        "HTTP/1.1 200 OK\nA: b\r\n\r\n",
		"a bare LF between fields":         "HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n",
		"a bare CR":                        "HTTP/1.1 200 OK\r\nA: b\rContent-Length: 5\r\n\r\n",
		"a NUL":                            "HTTP/1.1 200 OK\r\nA: b\x00\r\n\r\n",
		"HTTP/2":                           "HTTP/2.0 200 OK\r\n\r\n",
		"HTTP/1.2":                         "HTTP/1.2 200 OK\r\n\r\n",
		"another protocol":                 "ICY 200 OK\r\n\r\n",
		"lower case protocol":              "http/1.1 200 OK\r\n\r\n",
		"two digits":                       "HTTP/1.1 20 OK\r\n\r\n",
		"four digits":                      "HTTP/1.1 2000 OK\r\n\r\n",
		"letters":                          "HTTP/1.1 2x0 OK\r\n\r\n",
		"a status below 100":               "HTTP/1.1 099 OK\r\n\r\n",
		"two blanks":                       "HTTP/1.1  200 OK\r\n\r\n",
		"an empty line first":              "\r\nHTTP/1.1 200 OK\r\n\r\n",
		"nothing":                          "\r\n\r\n",
		"a name with a control character":  "HTTP/1.1 200 OK\r\nA\x01: b\r\n\r\n",
		"a length that Connection disowns": "HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			if h, err := parseHead(text); !errors.Is(err, errMalformed) {
				t.Errorf("got %+v, %v", h, err)
			}
		})
	}
}

func TestAnOrdinaryAnswerHeadIsUnderstood(t *testing.T) {
	h, err := parseHead("HTTP/1.1 404 Nicht da\r\ncontent-length: 5\r\nX-A:  b \r\nContent-Length: 5\r\nConnection: close, X-Hop\r\nx-hop: 1\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if h.status != 404 || string(h.reason) != "Nicht da" || h.length != 5 || h.keepAlive() || h.body("GET") != bodyLength {
		t.Errorf("%+v", h)
	}
	if got := h.fields[1]; string(got.name) != "X-A" || string(got.value) != "b" || string(got.line) != "X-A:  b " || got.drop {
		t.Errorf("%q", got.line)
	}
	if last := h.fields[len(h.fields)-1]; !last.drop {
		t.Error("the field that Connection names is not hop-by-hop")
	}
}

func TestAConnectionIsKeptOnlyIfTheOriginSaysSo(t *testing.T) {
	for text, keep := range map[string]bool{
		"HTTP/1.1 200 OK\r\n\r\n":                                      true,
		"HTTP/1.1 200 OK\r\nConnection: Close\r\n\r\n":                 false,
		"HTTP/1.1 200 OK\r\nConnection: keep-alive, close\r\n\r\n":     false,
		"HTTP/1.1 200 OK\r\nConnection: x\r\nConnection:close\r\n\r\n": false,
		"HTTP/1.0 200 OK\r\n\r\n":                                      false,
		"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n":            true,
		"HTTP/1.0 200 OK\r\nConnection: close, keep-alive\r\n\r\n":     false,
	} {
		h, err := parseHead(text)
		if err != nil || h.keepAlive() != keep {
			t.Errorf("%q: keep %v, %v", text, h.keepAlive(), err)
		}
	}
}

func TestTheBodyIsFramedAsRFC9112Says(t *testing.T) {
	for _, c := range []struct {
		method, text string
		kind         bodyKind
	}{
		{"GET", "HTTP/1.1 200 OK\r\n\r\n", bodyUntilClose},
		{"GET", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", bodyLength},
		{"GET", "HTTP/1.1 200\r\nTransfer-Encoding: Chunked\r\n\r\n", bodyChunked},
		{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", bodyNone},
		{"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", bodyNone},
		{"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", bodyNone},
		{"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", bodyNone},
		{"GET", "HTTP/1.1 103 Early Hints\r\n\r\n", bodyNone},
		{"POST", "HTTP/1.1 500 Oops\r\n\r\n", bodyUntilClose},
	} {
		h, err := parseHead(c.text)
		if err != nil || h.body(c.method) != c.kind {
			t.Errorf("%s %q: %d, %v", c.method, c.text, h.body(c.method), err)
		}
	}
}

func TestTheEndOfAHeadIsFoundHoweverItArrives(t *testing.T) {
	const text = "HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody\r\n\r\n"
	want := strings.Index(text, "body")
	for first := range len(text) {
		end := headEnd([]byte(text[:first]), 0)
		if end == 0 {
			end = headEnd([]byte(text), first)
		}
		if end != want {
			t.Fatalf("split at %d: the head ends at %d, want %d", first, end, want)
		}
	}
}

func TestEveryControlCharacterIsSeenAtEveryPlace(t *testing.T) {
	for n := range 20 {
		for at := range n {
			for c := range 256 {
				line := bytes.Repeat([]byte{'\t', 0xff}, n)[:n]
				line[at] = byte(c)
				want := (c < ' ' && c != '\t') || c == 0x7f
				if hasControl(line) != want {
					t.Fatalf("%q: %v, want %v", line, !want, want)
				}
			}
		}
	}
}

// FuzzTheHeadParserNeverDisagreesWithNetHTTP: whatever we accept, net/http accepts too,
// with the same status and the same body.
func FuzzTheHeadParserNeverDisagreesWithNetHTTP(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\nrest",
		"HTTP/1.0 200 OK\r\n\r\nhello",
		"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc",
		"HTTP/1.1 304 Not Modified\r\nConnection: close, x\r\nX: 1\r\n\r\n",
		"HTTP/1.1 200\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA \r\n0123456789\r\n00\r\n\r\n",
	} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, isHead bool) {
		method := "GET"
		if isHead {
			method = "HEAD"
		}
		end := headEnd(data, 0)
		if end == 0 {
			return
		}
		h := new(head)
		if h.parse(data[:end]) != nil || h.status == 101 {
			return
		}
		theirs, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), &http.Request{Method: method})
		if err != nil {
			t.Fatalf("we accept what net/http refuses: %v", err)
		}
		if theirs.StatusCode != h.status {
			t.Fatalf("status %d, net/http says %d", h.status, theirs.StatusCode)
		}
		want, wantErr := io.ReadAll(theirs.Body)
		got, gotErr := readBody(h, method, data[end:])
		if gotErr != nil {
			return // stricter about the body than net/http
		}
		if wantErr != nil || !bytes.Equal(got, want) {
			t.Fatalf("body %q, net/http says %q, %v", got, want, wantErr)
		}
	})
}
