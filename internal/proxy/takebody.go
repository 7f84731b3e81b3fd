package proxy

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// takeBody puts a small body behind the head, or prepares to stream a larger one. known is one that takeChunks has read.
func (x *exchange) takeBody(known []byte) error {
	switch {
	case x.req.length == 0, x.up != nil:
		return nil
	case known != nil:
		x.req.head = append(x.req.head, known...)
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

// takeChunks reads the begin of a body of unknown length. If that is the whole body, its length is known from here on, and it is
// given: some servers do not read chunks, and take them for the next request. If it is not, the body is streamed in chunks. It is
// valid until the next call.
func (x *exchange) takeChunks() (whole []byte, err error) {
	x.newUpload(true)
	if x.begun == nil {
		x.begun = make([]byte, smallUpload+1) // one more than fits, to see whether there is more
	}
	n := 0
	for n < len(x.begun) && err == nil {
		var m int
		m, err = x.up.source.read(x.begun[n:])
		n += m
	}
	x.now = time.Now()
	if err == nil {
		x.up.source.r = io.MultiReader(bytes.NewReader(x.begun), x.up.source.r)
		return nil, nil
	}
	x.up.source.release()
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	x.up, x.req.length = nil, int64(n)
	return x.begun[:n], nil
}
