package httpx

import (
	"errors"
	"io"
)

// errFraming means that a chunked body is not framed as RFC 9112 §7.1 says.
var errFraming = errors.New("httpx: malformed chunked body")

// ErrBodyTooLarge means that a chunked body grew past the limit.
var ErrBodyTooLarge = errors.New("httpx: the request body is too large")

// body reads one request body off the connection: it is what handlers get, decoded, and what finish skips.
type body struct {
	c       *conn
	left    int64 // of a body of known length, or of the current chunk
	chunked bool
	first   bool // no chunk was begun yet
	done    bool
	budget  int64 // how much a chunked body may still bring
	err     error // what went wrong; reading is over
}

func (b *body) reset(c *conn, length, limit int64) {
	*b = body{c: c, left: length, budget: limit, first: true, done: length == 0}
	if length < 0 {
		b.left, b.chunked = 0, true
	}
}

// Read implements io.Reader. io.EOF comes at the proper end only; a connection that ends before is
// io.ErrUnexpectedEOF.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.read(p)
	if err == io.EOF && !b.done {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		b.err = err
	}
	return n, err
}

func (b *body) read(p []byte) (int, error) {
	if b.done {
		return 0, io.EOF
	}
	if err := b.c.continueBody(); err != nil {
		return 0, err
	}
	if b.chunked && b.left == 0 {
		if err := b.nextChunk(); err != nil {
			return 0, err
		}
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.c.readBody(p)
	b.left -= int64(n)
	if b.left == 0 && !b.chunked {
		b.done = true
		if n > 0 {
			err = nil
		}
	}
	return n, err
}

// nextChunk reads the line before a chunk, or the end of the body. Chunk extensions are refused: nobody sends them
// but to confuse. Trailers are read and dropped.
func (b *body) nextChunk() error {
	if !b.first {
		line, err := b.c.readLine(0)
		if err != nil {
			return err
		}
		if len(line) != 0 {
			return errFraming
		}
	}
	b.first = false
	line, err := b.c.readLine(16)
	if err != nil {
		return err
	}
	size, ok := parseHex(line)
	if !ok {
		return errFraming
	}
	if size > b.budget {
		return ErrBodyTooLarge
	}
	b.budget -= size
	b.left = size
	if size > 0 {
		return nil
	}
	return b.trailers()
}

// maxTrailer bounds the trailer section; nothing in it is used.
const maxTrailer = 4096

func (b *body) trailers() error {
	for total := 0; ; {
		line, err := b.c.readLine(maxTrailer)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			b.done = true
			return io.EOF
		}
		if total += len(line); total > maxTrailer {
			return errFraming
		}
		var h head
		if h.addField(line) != NoFault {
			return errFraming
		}
	}
}

func parseHex(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 15 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if !isHex(c) {
			return 0, false
		}
		digit := int64(c - '0')
		if c > '9' {
			digit = int64(c|0x20-'a') + 10
		}
		n = n<<4 | digit
	}
	return n, true
}
