package proxy

import (
	"strconv"

	"github.com/valyala/fasthttp"
)

// How the answer's bytes pass through fasthttp.
//
// fasthttp builds answer heads from a parsed form that renames, reorders and merges
// fields. Its status line, though, ends with the reason phrase, written as it is: so
// the origin's reason and field lines are placed there together, after they were
// parsed strictly and cannot hold an empty line. SetStatusMessage blanks out line ends,
// but StatusMessage returns the buffer itself, into which the bytes are then copied.
// Bodies that are streamed take over the connection's writer through BodyWriterTo.
// A test holds this against the pinned version, byte for byte.

// setHead makes raw (reason phrase, then field lines, without the last line end) the
// head of the answer.
func (x *exchange) setHead(status int, raw []byte) {
	h := &x.ctx.Response.Header
	h.SetNoDefaultContentType(true)
	h.SetStatusCode(status)
	h.SetStatusMessage(x.zeros(len(raw)))
	copy(h.StatusMessage(), raw)
}

// zeros gives n bytes without a line end, for a setter that would blank it out.
func (x *exchange) zeros(n int) []byte {
	if n > len(x.blank) {
		x.blank = make([]byte, max(2*n, 1024))
	}
	return x.blank[:n]
}

// outFraming is how the end of the body is shown to the visitor.
type outFraming uint8

const (
	outNone   outFraming = iota // no body; Content-Length as the origin said it
	outBuffer                   // body in fasthttp's hands, which writes its length
	outLength
	outChunked
	outClose // HTTP/1.0, length unknown
)

// framing decides how the body goes on to the visitor.
func (x *exchange) framing(kind bodyKind) outFraming {
	switch {
	case kind == bodyNone:
		return outNone
	case kind == bodyLength && x.ans.length <= connBuffer:
		return outBuffer
	case kind == bodyLength:
		return outLength
	case x.v.HTTP10():
		return outClose
	}
	return outChunked
}

// render writes the answer head for the visitor into x.raw: the origin's lines as they
// came, less those of the hop and our own, and what they say of our cookies.
func (x *exchange) render(out outFraming) {
	h := &x.ans
	x.showHead()
	again := x.revalidates()
	dst := append(x.raw[:0], h.reason...)
	if h.status >= 200 && !h.has("date") {
		// When it came; a gateway has a clock, whatever the site has (RFC 9110 section 6.6.1).
		dst = append(dst, x.v.DateLine(x.now)...)
	}
	if x.clearsCookies() {
		dst = x.appendExpired(dst)
	}
	for i := range h.fields {
		f := &h.fields[i]
		if !x.passes(f, out) || again && speaksToCaches(f.name) {
			continue
		}
		if x.location != "" && equalFold(f.name, "location") {
			dst = append(append(dst, "\r\nLocation: "...), x.location...)
			continue
		}
		dst = x.appendField(dst, f)
	}
	switch {
	case x.location != "":
		dst = append(dst, "\r\nCache-Control: no-store"...)
	case again:
		dst = append(dst, "\r\nCache-Control: no-cache"...)
	}
	if out == outChunked {
		dst = append(dst, "\r\nTransfer-Encoding: chunked"...)
	}
	if h.status >= 200 {
		dst = x.protect(dst)
	}
	x.raw = dst
}

// protect adds the two fields that the origin cannot know of: an answer with a cookie of ours is for this visitor and
// for no shared cache, whatever the origin says of its page (where directives contradict, the stricter holds: RFC 9111
// section 4.2.1); and the operator's word that this host is asked by TLS only.
func (x *exchange) protect(dst []byte) []byte {
	if x.v.SetsCookie() {
		dst = append(dst, "\r\nCache-Control: private"...)
	}
	if hsts := x.v.HSTS(); hsts != "" && !x.ans.has("strict-transport-security") {
		dst = append(append(dst, "\r\nStrict-Transport-Security: "...), hsts...)
	}
	return dst
}

func (x *exchange) passes(f *field, out outFraming) bool {
	if f.drop {
		return false
	}
	switch f.kind {
	case kindHop, kindConnection, kindTransferEncoding, kindTE, kindUpgrade, kindOwn:
		return false
	case kindTrailer:
		return x.relaysTrailers(out)
	case kindContentLength:
		// RFC 9110 section 8.6 forbids it in 1xx and 204. An answer to HEAD may carry it.
		return out == outLength || (out == outNone && x.ans.status >= 200 && x.ans.status != 204)
	}
	return true
}

// relaysTrailers: only to a visitor that announced TE: trailers (RFC 9110 section 6.5.1).
func (x *exchange) relaysTrailers(out outFraming) bool {
	return out == outChunked && x.req.wantsTE && x.ans.chunked
}

// respond arranges for the answer to be sent. A small body is read here, so that an
// origin that breaks off in it still gives an error and not half an answer.
func (x *exchange) respond() error {
	kind := x.ans.body(x.req.method)
	if x.opt.HeadOnly && kind != bodyNone {
		x.respondHead()
		return nil
	}
	if x.opt.Keep != nil && !(kind == bodyLength && x.ans.length > maxKept) {
		return x.respondKept(kind)
	}
	out := x.framing(kind)
	x.render(out)
	if out == outNone || out == outBuffer {
		return x.respondSmall(kind)
	}
	x.stream(kind, out, nil, nil)
	return nil
}

// streamBegun lets an answer of unknown length go on of which much was read already, and whose head is rendered. Its trailers
// were not announced.
func (x *exchange) streamBegun(kind bodyKind, begun []byte, b *body) {
	out := x.framing(kind)
	if out == outChunked {
		x.raw = append(x.raw, "\r\nTransfer-Encoding: chunked"...)
	}
	x.stream(kind, out, begun, b)
}

// stream lets the rest of an answer go on as it comes, behind what was read of it.
func (x *exchange) stream(kind bodyKind, out outFraming, begun []byte, b *body) {
	x.setHead(x.ans.status, x.raw)
	resp := &x.ctx.Response
	if out == outClose {
		resp.Header.SetConnectionClose()
	}
	s := x.b.streams.Get().(*stream)
	s.take(x, kind, out)
	if b != nil {
		s.begun, s.body, s.trailers = begun, *b, false
	}
	resp.SetBodyStream(s, 0)
	// The stream frames itself; the length that SetBodyStream noted must not be sent.
	resp.Header.Del(fasthttp.HeaderContentLength)
}

func (x *exchange) respondSmall(kind bodyKind) error {
	if kind == bodyLength {
		n := int(x.ans.length)
		w := x.watched()
		w.until = x.now.Add(x.b.cfg.Timeouts.IdleRead)
		for len(x.c.buffered()) < n {
			if err := x.c.fill(&w, connBuffer); err != nil {
				return err
			}
		}
		x.ctx.Response.SetBody(x.c.buffered()[:n])
		x.c.r += n
	}
	x.setHead(x.ans.status, x.raw)
	x.b.release(x.o, x.c, x.fate(), x.now)
	return nil
}

// respondHead sends the head with an empty body. What the origin sends is not read, so its connection is of no more use.
func (x *exchange) respondHead() {
	x.render(outBuffer)
	x.ctx.Response.SetBody(nil)
	x.setHead(x.ans.status, x.raw)
	x.b.release(x.o, x.c, fateClose, x.now)
}

// relayInterim passes a 1xx answer on at once, except 100, which answers an expectation
// that is ours to answer (RFC 9110 section 15.2). Nothing is held back before it: httpx
// hands fasthttp one request at a time, and fasthttp flushes when it has no other.
func (x *exchange) relayInterim() error {
	if x.ans.status == 100 || x.v.HTTP10() || x.opt.Keep != nil {
		return nil
	}
	dst := append(x.raw[:0], "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(x.ans.status), 10)
	dst = append(append(dst, ' '), x.ans.reason...)
	for i := range x.ans.fields {
		if f := &x.ans.fields[i]; f.kind == kindPlain && !f.drop {
			dst = x.appendField(dst, f)
		}
	}
	x.raw = append(dst, crlfcrlf...)
	if _, err := x.client.Write(x.raw); err != nil {
		return ErrClientGone
	}
	return nil
}
