package proxy

import (
	"errors"
	"io"
	"time"
)

// takeBody reads a small body behind the head, or prepares to stream a larger one.
func (x *exchange) takeBody() error {
	switch {
	case x.req.length == 0, x.up != nil:
		return nil
	case x.chunks != nil:
		x.req.head = append(x.req.head, x.chunks...)
		return nil
	case x.req.length > smallUpload:
		x.newUpload(false)
		if x.v.Header("Expect") == nil {
			return nil
		}
		return x.up.source.invite()
	}
	var src source
	src.init(x.ctx.RequestBodyStream(), x)
	defer src.release()
	var err error
	x.req.head, err = src.appendAll(x.req.head)
	x.now = time.Now()
	return err
}

func (x *exchange) newUpload(chunked bool) {
	x.up = &upload{chunked: chunked, stall: x.b.cfg.Timeouts.WriteStall, onPanic: x.b.onPanic, activity: x.activity()}
	x.up.source.init(x.ctx.RequestBodyStream(), x)
}

// takeChunks reads the begin of a body of unknown length. If that is the whole body, its length is known from here on: some
// servers do not read chunks, and take them for the next request. If it is not, the body is streamed in chunks.
func (x *exchange) takeChunks() error {
	x.newUpload(true)
	begun := x.begun[:0]
	if cap(begun) <= smallUpload {
		begun = make([]byte, 0, smallUpload+1) // one more than fits, to see whether there is more
	}
	for len(begun) <= smallUpload {
		n, err := x.up.source.read(begun[len(begun) : smallUpload+1])
		begun = begun[:len(begun)+n]
		switch {
		case errors.Is(err, io.EOF):
			x.up.source.release()
			x.up, x.chunks, x.req.length = nil, begun, int64(len(begun))
		case err != nil:
			x.up.source.release()
			return err
		default:
			continue
		}
		break
	}
	x.begun, x.now = begun, time.Now()
	if x.up != nil {
		x.up.begun = begun
	}
	return nil
}
