package proxy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"time"
)

// stream is the body of an answer on its way from the origin to the visitor. fasthttp
// calls WriteTo after the handler has returned, on the same goroutine, and Close in any
// case; the visit is over by then, so a stream holds nothing of it.
type stream struct {
	b      *Backend
	o      *origin
	c      *conn
	body   body
	out    outFraming
	client net.Conn
	begun  []byte // of the body, read before

	fate fate // of the connection, if read to the end
	activity
	events   bool // a stream of events, which has no end of its own
	place    place
	trailers bool
	released bool
}

// take moves connection and place from the exchange to the stream.
func (s *stream) take(x *exchange, kind bodyKind, out outFraming) {
	s.b, s.o, s.c, s.client, s.out = x.b, x.o, x.c, x.client, out
	s.body.reset(x.c, kind, x.ans.length)
	s.fate = x.fate()
	s.trailers = x.relaysTrailers(out)
	s.place, s.released = x.place, false
	s.activity, s.events = x.activity(), isEvents(x.ans.value("content-type"))
	if s.events {
		x.b.limiter.idle(x.place)
	}
	x.moved = true
}

// errNotRead says that a stream is for WriteTo only.
var errNotRead = errors.New("proxy: a stream is written, not read")

// Read is there because fasthttp asks for an io.Reader; it is not called.
func (*stream) Read([]byte) (int, error) { return 0, errNotRead }

// SupportsBodyWriteTo makes fasthttp call WriteTo.
func (*stream) SupportsBodyWriteTo() bool { return true }

// WriteTo moves the body piece by piece: what the origin has sent is passed on at once,
// and no more is read before the visitor took it. It returns 0 because fasthttp
// compares that with the length it believes to have announced, which is 0.
func (s *stream) WriteTo(w io.Writer) (int64, error) {
	bw, ok := w.(*bufio.Writer)
	if !ok {
		return 0, errNotRead
	}
	p := pieces.Get().(*piece)
	defer pieces.Put(p)
	for begun := s.begun; len(begun) > 0; {
		n := copy(p.data(), begun)
		if err := s.send(bw, p, n, false); err != nil {
			return 0, err
		}
		begun = begun[n:]
	}
	for first := true; ; first = false {
		n, err := s.gather(p.data(), first, bw)
		if err != nil {
			return 0, err
		}
		last := s.body.done
		if last {
			s.release(s.fate)
		}
		if err := s.send(bw, p, n, last); err != nil {
			return 0, err
		}
		if last {
			return 0, nil
		}
		if !s.events {
			s.acts()
		} else if !s.goesOn() {
			return 0, errStayOver
		}
	}
}

// errStayOver ends a stream of events whose visitor is inside no more.
var errStayOver = errors.New("proxy: the stay is over")

// isEvents tells the type of server-sent events.
func isEvents(contentType []byte) bool {
	kind, _, _ := bytes.Cut(contentType, []byte(";"))
	return bytes.EqualFold(bytes.TrimSpace(kind), []byte("text/event-stream"))
}

// gather reads the next piece. Before the first wait the head is sent on: events may be
// long in coming. A rest of known length that fits is read whole before it is sent: the
// origin is then free before a slow visitor is.
func (s *stream) gather(p []byte, first bool, bw *bufio.Writer) (int, error) {
	w := watch{until: time.Now().Add(s.b.cfg.Timeouts.IdleRead), client: s.client}
	n, err := s.body.next(p, &w, false)
	if first && n == 0 && err == nil && !s.body.done {
		err = bw.Flush()
	}
	for err == nil && !s.enough(n, len(p)) {
		var m int
		if m, err = s.body.next(p[n:], &w, true); m > 0 {
			n += m
			w.until = time.Now().Add(s.b.cfg.Timeouts.IdleRead)
		}
	}
	return n, err
}

func (s *stream) enough(n, room int) bool {
	if s.body.done || n == room {
		return true
	}
	return n > 0 && (s.body.kind != bodyLength || s.body.left > int64(room-n))
}

// send passes a piece on. The last one is left to fasthttp to flush, together with the
// head if that is still here. How long the visitor may take is the server's to limit.
func (s *stream) send(bw *bufio.Writer, p *piece, n int, last bool) error {
	out := p.data()[:n]
	if s.out == outChunked && n > 0 {
		out = p.chunk(n)
	}
	if _, err := bw.Write(out); err != nil {
		return err
	}
	if last {
		return s.finish(bw)
	}
	return bw.Flush()
}

// finish writes what follows the last chunk.
func (s *stream) finish(bw *bufio.Writer) error {
	if s.out != outChunked {
		return nil
	}
	if _, err := bw.WriteString("0\r\n"); err != nil {
		return err
	}
	if s.trailers {
		if _, err := bw.Write(s.body.trailers); err != nil {
			return err
		}
	}
	_, err := bw.WriteString("\r\n")
	return err
}

// release ends the origin's part.
func (s *stream) release(f fate) {
	if s.released {
		return
	}
	s.released = true
	s.b.release(s.o, s.c, f, time.Now())
	s.b.limiter.leave(s.place)
}

// Close ends the stream however it went. A body that was not read to its end takes the
// connection with it, which stops the origin from sending.
func (s *stream) Close() error {
	if s.b == nil {
		return nil
	}
	if !s.released {
		s.release(fateClose)
	}
	b := s.b
	s.b, s.o, s.c, s.client, s.body.c, s.stays, s.begun = nil, nil, nil, nil, nil, nil, nil
	b.streams.Put(s)
	return nil
}
