package gateway

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/proxy"
)

// A double click sends a form twice, and so do a reload of its answer and Back. Where the room says so, a form reaches the site
// once within a stay: the same form again waits for the first answer, and gets it.
//
// The same is what has the same visitor, method, host, address, type and content; the boundary of a multipart form, which a browser
// makes anew each time, is no part of it. What the site refuses (400 and above), or does not answer, is forgotten: the visitor
// may send it again. This gateway alone knows what it has sent.

const (
	// maxForm is the longest form that is recognised, in bytes.
	maxForm = 1 << 20
	// formsMost and formBytesMost bound what is remembered; beyond that the oldest is forgotten.
	formsMost     = 1 << 16
	formBytesMost = 64 << 20
)

// kindSent is the kind of that problem.
const kindSent = "form-sent"

// errSentBefore: the answer to a form was too long to be kept.
var errSentBefore = errors.New("gateway: the form was sent before, and its answer is not here any more")

type formKey [sha256.Size]byte

// forms remembers the forms that were sent, and their answers. Safe for concurrent use.
type forms struct {
	mu    sync.Mutex
	all   map[formKey]*list.Element
	order list.List // of *sentForm, oldest first
	bytes int       // of answers
}

// sentForm is a form that was sent. What stands behind done is written before it is closed.
type sentForm struct {
	key   formKey
	until int64 // ms of the room
	done  chan struct{}

	answer proxy.Kept
	size   int      // of the answer, in bytes, as far as it counts
	failed *failure // the site gave no answer
	status int
}

func newForms() *forms { return &forms{all: map[formKey]*list.Element{}} }

// begin is the entry of a form. first: it is new, and the caller sends it and says so by end.
func (f *forms) begin(key formKey, now, until int64) (s *sentForm, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for e := f.order.Front(); e != nil && (e.Value.(*sentForm).until <= now || len(f.all) >= formsMost); e = f.order.Front() {
		f.remove(e)
	}
	if e := f.all[key]; e != nil {
		return e.Value.(*sentForm), false
	}
	s = &sentForm{key: key, until: until, done: make(chan struct{})}
	f.all[key] = f.order.PushBack(s)
	return s, true
}

// find is the entry of a form that was sent, nil if there is none.
func (f *forms) find(key formKey, now int64) *sentForm {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e := f.all[key]; e != nil && e.Value.(*sentForm).until > now {
		return e.Value.(*sentForm)
	}
	return nil
}

// end says what became of a form, whose answer takes so many bytes. One without an answer that may be given again is forgotten; those that wait get the same.
func (f *forms) end(s *sentForm, size int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(s.done)
	e := f.all[s.key]
	if e == nil || e.Value != s {
		return // forgotten meanwhile
	}
	s.size = size
	f.bytes += size
	if s.failed != nil || s.status == 0 || s.status >= 400 {
		f.remove(e)
	}
	for f.bytes > formBytesMost {
		f.remove(f.order.Front())
	}
}

// remove forgets an entry. The lock is held.
func (f *forms) remove(e *list.Element) {
	s := f.order.Remove(e).(*sentForm)
	delete(f.all, s.key)
	f.bytes -= s.size
}

// sentBefore recognises a form that is sent once. If it was sent before it is answered, whatever has become of the stay
// meanwhile: the answer was this visitor's.
func (e *exchange) sentBefore() bool {
	if !e.sends || e.carries != carriesPass && e.carries != carriesEndedPass ||
		!e.r.once.has(e.v.Path()) {
		return false
	}
	// What waits for an answer counts as what waits for the site does: it is read, and holds a connection, in the same way.
	if e.ask(hold); e.held != heldFree {
		d := e.refuseHeld(cookieStays)
		e.carryOut(&d)
		return true
	}
	key, err := e.readForm()
	switch {
	case err != nil:
		e.g.answerFailure(e.r, e.v, failureOf(proxy.ErrClientTimeout), true)
		return true
	case key == nil:
		return false
	}
	e.once = key
	s := e.r.forms.find(*key, e.r.Line.Now())
	if s == nil {
		return false
	}
	e.answerAgain(s)
	return true
}

// readForm reads a form and leaves it to be read again. nil: it is too long to be recognised.
func (e *exchange) readForm() (*formKey, error) {
	length := e.v.ContentLength()
	if length < 0 || length > maxForm {
		return nil, nil
	}
	body := make([]byte, length)
	if length > 0 {
		if _, err := io.ReadFull(e.v.Ctx().RequestBodyStream(), body); err != nil {
			return nil, err
		}
		e.v.Ctx().Request.SetBodyStream(bytes.NewReader(body), int(length))
	}
	kind := string(e.v.Header("Content-Type"))
	if media, params, err := mime.ParseMediaType(kind); err == nil && params["boundary"] != "" {
		kind, body = media, bytes.ReplaceAll(body, []byte("--"+params["boundary"]), []byte("--"))
	}
	h := sha256.New()
	for _, part := range [][]byte{e.pass.Visitor[:], []byte(e.v.Method()), e.v.HostPort(), e.v.Target(), []byte(kind), body} {
		_, _ = h.Write(part)
		_, _ = h.Write([]byte{'\n'}) // in none but the last
	}
	return (*formKey)(h.Sum(nil)), nil
}

// forwardOnce sends a form, unless it was sent this very moment.
func (e *exchange) forwardOnce(opt *proxy.Options) {
	now := e.r.Line.Now()
	s, first := e.r.forms.begin(*e.once, now, now+e.r.Line.Timing().Max.Milliseconds())
	if !first {
		e.answerAgain(s)
		return
	}
	defer func() { e.r.forms.end(s, s.answer.Size()) }()
	opt.Keep = &s.answer
	next := opt.OnHead
	opt.OnHead = func(h proxy.Head) {
		s.status = h.Status()
		if next != nil {
			next(h)
		}
	}
	s.failed = e.forwardAs(opt)
}

// answerAgain gives the answer to a form that was sent before, when it is there.
func (e *exchange) answerAgain(s *sentForm) {
	look := time.NewTicker(stayLook)
	defer look.Stop()
	for waits := true; waits; {
		select {
		case <-s.done:
			waits = false
		case <-look.C:
			if proxy.ClientLeft(e.v) {
				e.reply(&decision{answer: answerGone})
				return
			}
		}
	}
	e.r.Metrics.Visit(metrics.Late)
	switch {
	case s.failed != nil:
		e.g.answerFailure(e.r, e.v, s.failed, true)
	case s.answer.Whole:
		e.sealAgain()
		s.answer.Send(e.v)
	default:
		// Its page says that the form may have arrived, and where to look.
		e.g.answerFailure(e.r, e.v, &failure{err: errSentBefore, status: 503, kind: kindSent, outcome: metrics.RequestRefused}, true)
	}
}
