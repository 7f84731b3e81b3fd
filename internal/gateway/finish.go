package gateway

import (
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// A site says with its last page that a stay is done. The place is free with the head of that answer, and the browser that got
// it still needs what the page is made of: its style, a picture of a code, a document to keep, the page itself loaded again.
// With the answer it gets a pass that is over, sealed: for FormGrace it fetches those, sends nothing more, and counts as nobody
// inside. Everything stands in the pass, so any gateway serves it, without a call to the store.

// sealedLife is the life of a sealed pass in seconds, the shortest that a token has.
const sealedLife = 1

// seal makes the pass of a stay that was finished now. It says no start and ends at once, which no pass of a stay does.
func seal(p *token.Pass, now int64) {
	p.StartedAt, p.IssuedAt, p.ExpiresAt = 0, now, now+sealedLife
}

// sealed reports whether a pass is one of a finished stay.
func sealed(p *token.Pass) bool { return p.StartedAt == 0 && p.ExpiresAt-p.IssuedAt == sealedLife }

// finish ends a stay because the site said that it is done, so that the next in line can be called.
func (s *stayInside) finish() { s.obey(&word{finished: true}) }

// ended is what a stay leaves behind of which the store was told that it is done.
func (s *stayInside) ended() {
	g, r, p := s.g, s.r, s.pass
	r.stays.end(queue.VisitorID(p.Visitor))
	p.Room = r.ID
	seal(&p, r.now().Unix())
	if err := r.givePass(s.v, &p); err != nil {
		g.Log.Error("pass of a finished stay not issued", zap.String("room", r.ID), zap.Error(err))
	}
}

// noteFinished is for a pass that is not sealed, of a stay that has ended. The site may have finished it at another gateway, and
// a later answer of this one may have brought a longer pass in the place of the sealed one: it fetches the parts of that page, and
// is sealed with the first of them, from when this gateway has learnt of the end.
func (e *exchange) noteFinished() {
	why, since, ok := e.r.Line.Over(queue.VisitorID(e.pass.Visitor))
	if !ok || why != queue.ReasonFinished {
		return
	}
	now := e.r.now()
	e.ended = since / 1000
	e.unsealed = now.Before(time.UnixMilli(since).Add(e.r.FormGrace)) && now.Before(time.Unix(e.pass.ExpiresAt, 0).Add(e.r.FormGrace))
}

// sealAgain gives the sealed pass to a form that gets the answer to the one before, by which the site has finished the stay. A browser
// that gave up on that answer has not read its pass, and would stand outside of the page that it is led to.
func (e *exchange) sealAgain() {
	if e.carries != carriesPass {
		return
	}
	if e.noteFinished(); !e.unsealed {
		return
	}
	if err := e.giveSealed(); err != nil {
		e.g.Log.Error("pass of a finished stay not issued", zap.String("room", e.r.ID), zap.Error(err))
	}
}

// giveSealed sets the sealed pass anew, which says when the stay was finished as far as this gateway knows.
func (e *exchange) giveSealed() error {
	e.pass.Room = e.r.ID
	seal(&e.pass, e.ended)
	return e.r.givePass(e.v, &e.pass)
}

// overtaken takes back the longer pass that an answer brings if the stay ended while the site worked on it: it would replace
// the last word that the browser has had.
func (s *stayInside) overtaken() {
	if sealed(&s.pass) {
		return
	}
	if _, _, over := s.r.Line.Over(queue.VisitorID(s.pass.Visitor)); over {
		s.v.UnsetCookie(s.r.cookies.token[s.r.jar(s.v)])
	}
}

// fetches reports whether a request brings something and is over then, as a page, a style or a document.
func fetches(v *httpx.Visit) bool {
	switch v.Method() {
	case "GET", "HEAD":
		return v.Header("Upgrade") == nil
	}
	return false
}
