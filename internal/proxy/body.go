package proxy

import (
	"bytes"
	"errors"
	"io"
)

const (
	maxChunkLine    = 4 << 10 // a chunk size with its extensions
	maxTrailerBytes = 16 << 10
)

// body reads the body of one answer off a conn, as its framing says. When done is set
// the body has ended and the conn stands behind its last byte.
type body struct {
	c    *conn
	kind bodyKind
	left int64 // of the body, or of the present chunk
	done bool

	inChunk  bool   // left counts down a chunk, whose CRLF is still to come
	trailers []byte // the trailer section of a chunked body: field lines with their CRLF
}

func (b *body) reset(c *conn, kind bodyKind, length int64) {
	*b = body{c: c, kind: kind, trailers: b.trailers[:0]}
	switch kind {
	case bodyNone:
		b.done = true
	case bodyLength:
		b.left, b.done = length, length == 0
	}
}

// next reads decoded bytes into p until p is full, the body is done, or going on would
// mean to wait for the origin. With wait it waits for the first of them, but for no
// others. The end of the body comes with done, not with an error.
func (b *body) next(p []byte, w *watch, wait bool) (n int, err error) {
	for n < len(p) && !b.done {
		if b.kind == bodyChunked && b.left == 0 {
			ready, err := b.chunkHead(w, wait && n == 0)
			if err != nil {
				return n, err
			}
			if !ready {
				return n, nil
			}
			continue
		}
		m, err := b.take(p[n:], w, wait && n == 0)
		if m == 0 {
			return n, err
		}
		n += m
	}
	return n, nil
}

// take moves raw bytes of the body: those in the buffer, or if there are none and
// waiting is allowed, those that come. No bytes and no error mean: would wait, or done.
func (b *body) take(p []byte, w *watch, wait bool) (int, error) {
	if b.kind != bodyUntilClose && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	var n int
	var err error
	if have := b.c.buffered(); len(have) > 0 {
		n = copy(p, have)
		b.c.r += n
	} else if !wait {
		return 0, nil
	} else if n, err = b.c.read(p, w); err != nil {
		return 0, b.ended(err)
	}
	if b.kind != bodyUntilClose {
		b.left -= int64(n)
		b.done = b.kind == bodyLength && b.left == 0
	}
	return n, nil
}

// ended judges the end of the connection: the proper end of a body that runs until
// then, the loss of the rest of any other.
func (b *body) ended(err error) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	if b.kind == bodyUntilClose {
		b.done = true
		return nil
	}
	return io.ErrUnexpectedEOF
}

// chunkHead consumes the end of the last chunk and the head of the next; after the
// last one, the trailer section. It is not ready when it would have to wait and may not.
func (b *body) chunkHead(w *watch, wait bool) (ready bool, err error) {
	if b.inChunk {
		line, err := b.line(w, wait, 0)
		if line == nil || err != nil {
			return false, err
		}
		if len(line) > 0 {
			return false, malformed("a chunk longer than its size")
		}
		b.inChunk = false
	}
	line, err := b.line(w, wait, maxChunkLine)
	if line == nil || err != nil {
		return false, err
	}
	if b.left, err = parseChunkSize(line); err != nil {
		return false, err
	}
	if b.left > 0 {
		b.inChunk = true
		return true, nil
	}
	// The last chunk has been announced; the few bytes that follow are worth a wait.
	return true, b.readTrailers(w)
}

func (b *body) readTrailers(w *watch) error {
	for {
		line, err := b.line(w, true, maxTrailerBytes)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			b.done = true
			return nil
		}
		colon := bytes.IndexByte(line, ':')
		if colon < 1 || !isToken(line[:colon]) || hasControl(line) {
			return malformed("a trailer line without a proper name")
		}
		if len(b.trailers)+len(line)+2 > maxTrailerBytes {
			return malformed("too long a trailer section")
		}
		if mayTrail(line[:colon]) {
			b.trailers = append(append(b.trailers, line...), crlf...)
		}
	}
}

// line consumes one line that ends in CRLF, of at most limit bytes. nil without an
// error means: it is not there yet, and waiting was not allowed.
func (b *body) line(w *watch, wait bool, limit int) ([]byte, error) {
	for {
		have := b.c.buffered()
		if i := bytes.IndexByte(have, '\n'); i >= 0 {
			if i > limit+1 {
				return nil, malformed("too long a line in a chunked body")
			}
			if i == 0 || have[i-1] != '\r' || bytes.IndexByte(have[:i-1], '\r') >= 0 {
				return nil, malformed("a line in a chunked body that does not end in CRLF")
			}
			b.c.r += i + 1
			return have[: i-1 : i-1], nil
		}
		if len(have) > limit+1 {
			return nil, malformed("too long a line in a chunked body")
		}
		if !wait {
			return nil, nil
		}
		if err := b.c.fill(w, max(connBuffer, 2*limit)); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// parseChunkSize reads 1 to 15 hexadecimal digits; extensions may follow and are
// dropped, as a recipient that knows none must (RFC 9112 section 7.1.1).
func parseChunkSize(line []byte) (int64, error) {
	var n int64
	for i, c := range line {
		var d byte
		switch {
		case c >= '0' && c <= '9':
			d = c - '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			d = c | 0x20 - 'a' + 10
		default:
			rest := trimOWS(line[i:])
			if i == 0 || (len(rest) > 0 && rest[0] != ';') {
				return 0, malformed("a chunk size that is not a number")
			}
			return n, nil
		}
		if i == 15 {
			return 0, malformed("a chunk size out of range")
		}
		n = n<<4 | int64(d)
	}
	if len(line) == 0 {
		return 0, malformed("a chunk size that is not a number")
	}
	return n, nil
}

// mayTrail tells whether a field may stand behind the body: nothing that frames,
// routes, authenticates or was to be read before the content (RFC 9110 section 6.5.1).
func mayTrail(name []byte) bool {
	if classify(name) != kindPlain {
		return false
	}
	for _, no := range [...]string{
		"authorization", "cache-control", "content-encoding", "content-range", "content-type",
		"location", "max-forwards", "range", "set-cookie", "vary", "www-authenticate",
	} {
		if equalFold(name, no) {
			return false
		}
	}
	return true
}
