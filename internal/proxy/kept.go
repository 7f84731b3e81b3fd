package proxy

import (
	"time"

	"github.com/einlass/einlass/internal/httpx"
)

// Kept is an answer that was read whole, so that it can be given again. It is written by Forward and read-only afterwards.
type Kept struct {
	// Whole: the answer is here. It is not if it is longer than 1 MiB; then it has gone on to the visitor all the same.
	Whole bool

	status     int
	head, body []byte
}

// maxKept is the longest body that is kept.
const maxKept = 1 << 20

// Size is how much memory the answer takes, in bytes.
func (k *Kept) Size() int { return len(k.head) + len(k.body) }

// Send gives the answer again, to another visit.
func (k *Kept) Send(v *httpx.Visit) {
	x := exchange{ctx: v.Ctx()}
	x.setHead(k.status, k.head)
	x.ctx.Response.SetBody(k.body)
}

// watched is the visitor's connection while an answer is waited for. What is kept is waited for whoever has left: a browser
// that sends a form twice gives up on the first answer.
func (x *exchange) watched() watch {
	if x.opt.Keep != nil {
		return watch{}
	}
	return watch{client: x.client}
}

// keep reads a body as far as it can be kept. There is more of it than begun, unless b is done.
func (x *exchange) keep(kind bodyKind) (begun []byte, b *body, err error) {
	b = new(body)
	b.reset(x.c, kind, x.ans.length)
	w := x.watched()
	var buf [copyBuffer]byte
	for !b.done && len(begun) <= maxKept {
		w.until = time.Now().Add(x.b.cfg.Timeouts.IdleRead)
		n, err := b.next(buf[:], &w, true)
		if err != nil {
			return nil, nil, err
		}
		begun = append(begun, buf[:n]...)
	}
	return begun, b, nil
}

// respondKept is respond for an answer that is kept.
func (x *exchange) respondKept(kind bodyKind) error {
	out := outBuffer
	if kind == bodyNone {
		out = outNone
	}
	x.render(out) // before the body is read, over what was parsed
	begun, b, err := x.keep(kind)
	if err != nil {
		return err
	}
	if !b.done {
		x.streamBegun(kind, begun, b)
		return nil
	}
	*x.opt.Keep = Kept{Whole: true, status: x.ans.status, head: append([]byte(nil), x.raw...), body: begun}
	x.setHead(x.ans.status, x.raw)
	x.ctx.Response.SetBody(begun)
	x.b.release(x.o, x.c, x.fate(), x.now)
	return nil
}
