package httpx

import (
	"errors"
	"io"
	"os"
	"time"
)

// ErrFraming means that a chunked body is not framed as RFC 9112 §7.1 says.
var ErrFraming = errors.New("httpx: malformed chunked body")

// ErrBodyTooLarge means that a chunked body grew past the limit.
var ErrBodyTooLarge = errors.New("httpx: the request body is too large")

// errNotHere means that the bytes that are here do not suffice, and that waiting for more was not wanted.
var errNotHere = errors.New("httpx: not buffered")

// body reads one request body off the connection: it is what handlers get, decoded, and what finish skips.
type body struct {
	c       *conn
	left    int64 // of a body of known length, or of the current chunk
	budget  int64 // how much a chunked body may still bring
	err     error // what went wrong; reading is over
	chunked bool
	lineEnd bool // the line end behind a chunk is due
	ending  bool // in the trailer section
	done    bool
	noWait  bool // only what is buffered is wanted
	trailer int  // bytes of the trailer section so far

	// How much longer the client may keep us waiting. Waiting takes from it, bytes that come give back, as much as
	// the slowest accepted rate allows for them, up to the patience that it began with.
	patience time.Duration
}

func (b *body) reset(c *conn, length int64) {
	*b = body{c: c, left: length, budget: c.s.limits.bodyBytes, done: length == 0, patience: bodyPatience}
	if length < 0 {
		b.left, b.chunked = 0, true
	}
}

// Read implements io.Reader. io.EOF comes at the proper end only; a connection that ends before is
// io.ErrUnexpectedEOF. The first read answers an expectation of "100 Continue"; a read into nothing does just that.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.read(p)
	if errors.Is(err, io.EOF) && !b.done {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && !b.done && !errors.Is(err, errNotHere) {
		b.err = err
	}
	return n, err
}

func (b *body) read(p []byte) (int, error) {
	if b.done {
		return 0, io.EOF
	}
	if err := b.c.continueBody(); err != nil || len(p) == 0 {
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
	if b.left == 0 {
		b.done = !b.chunked
		b.lineEnd = b.chunked
		err = nil
	}
	return n, err
}

// nextChunk reads the line before a chunk, or the end of the body. It can be called again after errNotHere. Chunk
// extensions are refused: only attacks send them, and a recipient need not understand them (RFC 9112
// §7.1.1). Trailers are read and dropped.
func (b *body) nextChunk() error {
	if b.lineEnd {
		if line, err := b.c.readLine(0); err != nil {
			return err
		} else if len(line) != 0 {
			return ErrFraming
		}
		b.lineEnd = false
	}
	if !b.ending {
		line, err := b.c.readLine(maxChunkLine)
		if err != nil {
			return err
		}
		size, ok := parseHex(line)
		switch {
		case !ok:
			return ErrFraming
		case size > b.budget:
			return ErrBodyTooLarge
		case size > 0:
			b.budget -= size
			b.left = size
			return nil
		}
		b.ending = true
	}
	return b.trailers()
}

const (
	maxChunkLine = 16
	// maxTrailer bounds the trailer section; nothing in it is used.
	maxTrailer = 4096
)

func (b *body) trailers() error {
	for {
		line, err := b.c.readLine(maxTrailer)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			b.done = true
			return io.EOF
		}
		if b.trailer += len(line); b.trailer > maxTrailer {
			return ErrFraming
		}
		if _, _, fault := parseField(line); fault != NoFault {
			return ErrFraming
		}
	}
}

// skipBuffered drops what is here of the body already.
func (b *body) skipBuffered() {
	if b.done || b.err != nil || b.c.req.waiting {
		return
	}
	waste := skipBuffers.Get().(*[4096]byte)
	defer skipBuffers.Put(waste)
	b.noWait = true
	for {
		if _, err := b.Read(waste[:]); err != nil {
			break
		}
	}
	b.noWait = false
}

// continueBody answers an expectation: the handler has asked for the body.
func (c *conn) continueBody() error {
	if !c.req.waiting {
		return nil
	}
	c.req.waiting = false
	_, err := c.Write([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	return err
}

// readBody reads body bytes, first from what is buffered.
func (c *conn) readBody(p []byte) (int, error) {
	r := c.req
	if r.from < r.to {
		n := copy(p, r.unused())
		r.from += n
		return n, nil
	}
	began, err := c.beginWait()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.endWait(began, n)
	return n, err
}

// beginWait is called before the client is waited for in the middle of a body, endWait after it.
func (c *conn) beginWait() (time.Time, error) {
	b := &c.req.body
	if b.noWait {
		return time.Time{}, errNotHere
	}
	now := time.Now()
	if b.patience <= 0 {
		return now, os.ErrDeadlineExceeded
	}
	c.armRead(now.Add(b.patience), b.patience/4)
	return now, nil
}

func (c *conn) endWait(began time.Time, n int) {
	b := &c.req.body
	b.patience -= time.Since(began)
	b.patience += time.Duration(n) * time.Second / time.Duration(c.s.cfg.Limits.BodyMinRate)
	b.patience = min(b.patience, bodyPatience)
}
