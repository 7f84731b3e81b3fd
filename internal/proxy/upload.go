package proxy

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/internal/httpx"
)

const (
	// smallUpload is how much of a request body of known length is read before the
	// origin is troubled: a slow visitor then occupies no place there, and head and
	// body leave in one write.
	smallUpload = 64 << 10
	// copyBuffer is the piece in which larger bodies move.
	copyBuffer = 32 << 10
	// chunkRoom precedes a piece in its buffer, for the chunk's size; chunkTail follows.
	chunkRoom = 10
	chunkTail = 2
)

// piece is a pooled buffer for moving bodies, with room for a chunk's frame.
type piece [chunkRoom + copyBuffer + chunkTail]byte

var pieces = sync.Pool{New: func() any { return new(piece) }}

// data is the part of the buffer that body bytes are read into.
func (p *piece) data() []byte { return p[chunkRoom : chunkRoom+copyBuffer] }

// chunk frames n bytes of data as one chunk and returns the whole, in place.
func (p *piece) chunk(n int) []byte {
	var size [chunkRoom]byte
	s := append(strconv.AppendUint(size[:0], uint64(n), 16), crlf...)
	begin := chunkRoom - len(s)
	copy(p[begin:], s)
	end := chunkRoom + n
	copy(p[end:], crlf)
	return p[begin : end+2]
}

// source reads a request body from the visitor and judges what goes wrong there.
type source struct {
	r       io.Reader
	client  net.Conn
	timeout time.Duration
	left    int64 // of a body of known length, -1 if unknown
	readBy  time.Time
	halted  atomic.Bool
}

func (s *source) init(r io.Reader, x *exchange) {
	s.r, s.client, s.timeout = r, x.client, x.b.cfg.Timeouts.ClientRead
	s.left = x.req.length
}

// invite sends 100 Continue to a visitor that waits for it. It happens before the upload runs,
// because then others may write to the visitor.
func (s *source) invite() error {
	s.readBy = time.Now().Add(s.timeout)
	_ = s.client.SetReadDeadline(s.readBy)
	_, err := s.r.Read(nil)
	return s.judge(err)
}

// appendAll appends a whole body of known length to dst.
func (s *source) appendAll(dst []byte) ([]byte, error) {
	dst = slices.Grow(dst, int(s.left))
	for s.left > 0 {
		n, err := s.read(dst[len(dst) : len(dst)+int(s.left)])
		if err != nil {
			return dst, err
		}
		dst = dst[:len(dst)+n]
	}
	return dst, nil
}

// read is io.Reader's Read with our errors, and io.EOF only at the proper end.
func (s *source) read(p []byte) (int, error) {
	for {
		if s.left == 0 {
			return 0, io.EOF
		}
		now := time.Now()
		if by, stale := rearm(s.readBy, now, now.Add(s.timeout), s.timeout); stale {
			s.readBy = by
			_ = s.client.SetReadDeadline(by)
			if s.halted.Load() { // asked after the deadline was moved, see halt
				return 0, ErrClientGone
			}
		}
		n, err := s.r.Read(p)
		if n > 0 {
			if s.left > 0 {
				s.left -= int64(n)
			}
			return n, nil
		}
		if err != nil {
			return 0, s.judge(err)
		}
	}
}

func (s *source) judge(err error) error {
	var netErr net.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, httpx.ErrBodyTooLarge):
		return ErrBodyTooLarge
	case errors.Is(err, io.EOF):
		if s.left > 0 {
			return ErrClientGone
		}
		return io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrClientTimeout
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &netErr):
		return ErrClientGone
	}
	//nolint:errorlint // what the parser says is for the log; callers tell our errors apart
	return fmt.Errorf("%w: %v", ErrBadRequest, err)
}

// release takes our deadline off the visitor's connection.
func (s *source) release() {
	if !s.readBy.IsZero() {
		_ = s.client.SetReadDeadline(time.Time{})
	}
}

// errPanic is what a panic on a goroutine of ours becomes.
var errPanic = errors.New("proxy: panic in an upload")

// upload moves a body to the origin while another goroutine waits for the answer. It owns
// one goroutine; end must be called, and waits for it.
type upload struct {
	source  source
	c       *conn
	chunked bool
	stall   time.Duration
	onPanic func()
	activity

	done chan struct{}
	// After done: how it ended. nil means that the whole body was sent; sourceErr means
	// the visitor's side failed, sinkErr the origin's.
	sourceErr, sinkErr error
	endedItself        bool // sourceErr did not come of halt
	finishedAt         time.Time
}

func (u *upload) start() {
	u.done = make(chan struct{})
	go u.run()
}

func (u *upload) run() {
	defer close(u.done)
	defer func() {
		// On the handler's goroutine this would be a 500. No caller of this one recovers.
		if p := recover(); p != nil {
			u.sourceErr = fmt.Errorf("%w: %v", errPanic, p)
			u.endedItself = true
			u.onPanic()
			u.c.close()
		}
	}()
	p := pieces.Get().(*piece)
	defer pieces.Put(p)
	for {
		n, err := u.source.read(p.data())
		if n > 0 {
			if !u.send(p, n) {
				return
			}
			u.acts()
		}
		if errors.Is(err, io.EOF) {
			if u.chunked && !u.write([]byte("0\r\n\r\n")) {
				return
			}
			u.finishedAt = time.Now()
			return
		}
		if err != nil {
			u.sourceErr = err
			// The origin must not take the part for the whole, and the goroutine that waits for
			// the answer need not wait longer, unless it has the answer and called halt.
			if u.endedItself = !u.source.halted.Load(); u.endedItself {
				u.c.close()
			}
			return
		}
	}
}

func (u *upload) send(p *piece, n int) bool {
	if u.chunked {
		return u.write(p.chunk(n))
	}
	return u.write(p.data()[:n])
}

func (u *upload) write(b []byte) bool {
	u.sinkErr = u.c.write(b, &watch{until: time.Now().Add(u.stall)})
	return u.sinkErr == nil
}

// running tells whether the body is still on its way.
func (u *upload) running() bool {
	select {
	case <-u.done:
		return false
	default:
		return true
	}
}

// complete tells, after the end, whether the origin got the whole body.
func (u *upload) complete() bool { return u.sourceErr == nil && u.sinkErr == nil }

// halt breaks off whatever the upload waits for, and waits for its end.
func (u *upload) halt() {
	u.source.halted.Store(true)
	_ = u.source.client.SetReadDeadline(longAgo)
	u.c.haltWrites()
	<-u.done
}
