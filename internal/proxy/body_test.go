package proxy

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// bytesConn is a connection that yields given bytes in pieces, then the end.
type bytesConn struct {
	net.Conn
	data  []byte
	piece int
}

func (c *bytesConn) Read(p []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.data[:min(c.piece, len(c.data))])
	c.data = c.data[n:]
	return n, nil
}

func (*bytesConn) SetReadDeadline(time.Time) error { return nil }
func (*bytesConn) Close() error                    { return nil }

func connOf(data string, piece int) *conn {
	return newConn(&bytesConn{data: []byte(data), piece: piece})
}

func testWatch() *watch { return &watch{until: time.Now().Add(time.Minute)} }

// readBody decodes the body that follows h in data.
func readBody(h *head, method string, data []byte) ([]byte, error) {
	var b body
	b.reset(connOf(string(data), len(data)+1), h.body(method), h.length)
	return readAll(&b, 512)
}

func readAll(b *body, size int) (out []byte, err error) {
	p := make([]byte, size)
	for !b.done {
		n, err := b.next(p, testWatch(), true)
		out = append(out, p[:n]...)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func TestABodyEndsWhereItsFramingSays(t *testing.T) {
	for _, c := range []struct {
		name     string
		kind     bodyKind
		length   int64
		data     string
		want     string
		rest     string
		trailers string
	}{
		{"a length", bodyLength, 5, "hello more", "hello", " more", ""},
		{"a length of none", bodyLength, 0, "more", "", "more", ""},
		{"no body", bodyNone, 0, "more", "", "more", ""},
		{"until the end", bodyUntilClose, 0, "hello more", "hello more", "", ""},
		{"chunks", bodyChunked, 0, "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\nmore", "hello", "more", ""},
		{"chunks with extensions", bodyChunked, 0, "3;a=b;c=\"d\"\r\nhel\r\n2 ; x\r\nlo\r\n000\r\n\r\nmore", "hello", "more", ""},
		{"chunks in capitals", bodyChunked, 0, "A\r\n0123456789\r\n0\r\n\r\n", "0123456789", "", ""},
		{"no chunk", bodyChunked, 0, "0\r\n\r\n", "", "", ""},
		{
			"trailers", bodyChunked, 0, "1\r\nx\r\n0\r\nDigest: abc\r\nContent-Length: 5\r\nEinlass-X: 1\r\nSet-Cookie: a\r\ncheck:1\r\n\r\n",
			"x", "", "Digest: abc\r\ncheck:1\r\n",
		},
	} {
		for piece := 1; piece < 12; piece += 5 {
			for size := 1; size < 12; size += 3 {
				cn := connOf(c.data, piece)
				var b body
				b.reset(cn, c.kind, c.length)
				got, err := readAll(&b, size)
				if err != nil || string(got) != c.want || string(b.trailers) != c.trailers {
					t.Fatalf("%s in pieces of %d into %d: %q, trailers %q, %v", c.name, piece, size, got, b.trailers, err)
				}
				rest, _ := io.ReadAll(cn.nc)
				if got := string(cn.buffered()) + string(rest); got != c.rest {
					t.Fatalf("%s in pieces of %d into %d: %q is left, want %q", c.name, piece, size, got, c.rest)
				}
			}
		}
	}
}

func TestABrokenBodyIsNeverTakenForAWholeOne(t *testing.T) {
	for _, c := range []struct {
		name string
		kind bodyKind
		data string
		want error
	}{
		{"a length cut short", bodyLength, "hell", io.ErrUnexpectedEOF},
		{"chunks cut short", bodyChunked, "3\r\nhe", io.ErrUnexpectedEOF},
		{"no last chunk", bodyChunked, "3\r\nhel\r\n", io.ErrUnexpectedEOF},
		{"no end of the trailers", bodyChunked, "0\r\n", io.ErrUnexpectedEOF},
		{"a chunk longer than said", bodyChunked, "3\r\nhell\r\n0\r\n\r\n", errMalformed},
		{"a size that is no number", bodyChunked, "x\r\nhel\r\n0\r\n\r\n", errMalformed},
		{"a size with a sign", bodyChunked, "+3\r\nhel\r\n0\r\n\r\n", errMalformed},
		{"a size with a prefix", bodyChunked, "0x3\r\nhel\r\n0\r\n\r\n", errMalformed},
		{"an empty size", bodyChunked, "\r\nhel\r\n0\r\n\r\n", errMalformed},
		{"an extension without a size", bodyChunked, ";x\r\nhel\r\n0\r\n\r\n", errMalformed},
		{"a size out of range", bodyChunked, "1234567890123456\r\n", errMalformed},
		{"a bare LF", bodyChunked, "3\nhel\r\n0\r\n\r\n", errMalformed},
		{"a bare LF after the data", bodyChunked, "3\r\nhel\n0\r\n\r\n", errMalformed},
		{"a bare CR in an extension", bodyChunked, "3;\r \r\nhel\r\n0\r\n\r\n", errMalformed},
		{"an endless extension", bodyChunked, "3;" + strings.Repeat("x", 2*maxChunkLine), errMalformed},
		{"an endless trailer line", bodyChunked, "0\r\nA: " + strings.Repeat("x", 2*maxTrailerBytes), errMalformed},
		{"endless trailers", bodyChunked, "0\r\n" + strings.Repeat("A: b\r\n", maxTrailerBytes), errMalformed},
		{"a folded trailer", bodyChunked, "0\r\nA: b\r\n c\r\n\r\n", errMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b body
			b.reset(connOf(c.data, 7), c.kind, 5)
			if got, err := readAll(&b, 64); !errors.Is(err, c.want) {
				t.Errorf("read %q, %v", got, err)
			}
		})
	}
}

func TestNextDoesNotWaitForMoreThanItHas(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	go func() { _, _ = theirs.Write([]byte("3\r\nhel\r\n2\r\nlo\r\n9\r\nfir")) }()
	var b body
	b.reset(newConn(ours), bodyChunked, -1)
	p := make([]byte, 64)
	n, err := b.next(p, testWatch(), true)
	if err != nil || string(p[:n]) != "hellofir" || b.done {
		t.Fatalf("%q, %v", p[:n], err)
	}
}
