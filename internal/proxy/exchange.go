package proxy

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/httpx"
)

const (
	// maxAddresses is how many addresses are tried for one request.
	maxAddresses = 3
	// maxInterim is how many 1xx answers may precede the final one.
	maxInterim = 64
	// lateAnswerTime is how long an origin that stopped taking a request is listened to.
	lateAnswerTime = 2 * time.Second
)

// exchange is one request and its answer, up to the answer's head and, if it is small,
// its body. It is pooled; nothing of it outlives Forward.
type exchange struct {
	b      *Backend
	v      *httpx.Visit
	ctx    *fasthttp.RequestCtx
	opt    Options
	client net.Conn

	req request
	ans head
	// location is what OnHead put in the place of the answer's Location; empty leaves it.
	location string
	raw      []byte // the answer head as the visitor gets it, without status line's begin

	blank []byte // zeros, never written to
	begun []byte // of smallUpload+1 bytes, for takeChunks; nil until it is needed

	class    class // what it may prove
	measured bool  // it counts for the site's health
	asked    admission.Asked
	now      time.Time // when the clock was last looked at
	came     time.Time // when the request was ready to be sent
	handed   time.Time // when it got its place at the origin; zero: it has none yet
	result   Result
	o        *origin
	c        *conn
	up       *upload
	heard    bool // a byte of an answer came
	broken   bool // the request did not go out whole: the connection cannot be used again

	lends     bool // the connection may serve others afterwards
	place     place
	moved     bool // a stream has taken over connection and place
	tunnelled bool // a tunnel has taken over the connection
	settled   bool // converse has come to its end, so everything was given back
}

func (x *exchange) begin(b *Backend, v *httpx.Visit, opt Options) {
	x.b, x.v, x.opt = b, v, opt
	x.ctx = v.Ctx()
	x.client = x.ctx.Conn()
	x.class = classOf(opt.Inside)
	x.now = time.Now() // not the visit's: the request may have waited for others of its stay
}

func (x *exchange) end() {
	const keep = 128 << 10
	b := x.b
	x.b, x.v, x.ctx, x.client, x.opt = nil, nil, nil, nil, Options{}
	x.o, x.c, x.up = nil, nil, nil
	x.result, x.location, x.place, x.handed = Result{}, "", place{}, time.Time{}
	x.heard, x.broken, x.lends, x.moved, x.tunnelled, x.settled = false, false, false, false, false, false
	clear(x.req.fields)
	clear(x.ans.fields)
	if cap(x.req.head) > keep || cap(x.raw) > keep || cap(x.blank) > keep {
		return
	}
	b.exchanges.Put(x)
}

// forward is Forward's work, step by step.
func (x *exchange) forward() error {
	if err := x.req.read(x.v); err != nil {
		return err
	}
	if x.req.length != 0 && !x.b.cfg.GetBodies && !takesBody(x.req.method) {
		return fmt.Errorf("%w: %s", ErrBodyNotAllowed, x.req.method)
	}
	if x.req.upgrade {
		if x.b.cfg.Upgrade.Max == 0 {
			x.req.upgrade = false
		} else if err := x.b.tunnels.reserve(); err != nil {
			return err
		}
		defer x.cancelTunnel()
	}
	x.lends = x.mayLend()
	x.req.close = !x.lends
	var known []byte
	if x.req.length < 0 {
		var err error
		if known, err = x.takeChunks(); err != nil {
			return err
		}
	}
	if err := x.req.build(x.v, x.b, &x.opt); err != nil {
		return err
	}
	if err := x.takeBody(known); err != nil {
		return err
	}
	w := watch{until: x.now.Add(x.b.cfg.Queue.Wait), client: x.client}
	x.came = x.now
	var waited bool
	var err error
	if x.place, waited, err = x.b.limiter.enter(x.ask(), &w); err != nil {
		x.measure(err)
		return err
	}
	if waited {
		x.now = time.Now()
	}
	defer x.depart()
	x.handed = x.now
	err = x.converse()
	x.settled = true
	x.measure(err)
	return err
}

// activity is what tells of the stay after the visit is over.
func (x *exchange) activity() activity { return activity{x.opt.Stays, x.opt.Stay} }

// depart gives the place back, and after a panic the connection too.
func (x *exchange) depart() {
	if !x.settled && x.c != nil && !x.moved && !x.tunnelled {
		x.o.health.abandoned(x.class)
		x.drop()
	}
	if !x.moved {
		x.b.limiter.leave(x.place)
	}
}

// cancelTunnel gives the place back if the origin did not switch.
func (x *exchange) cancelTunnel() {
	if x.req.upgrade && !x.tunnelled {
		x.b.tunnels.cancel()
	}
}

// converse finds an origin, sends the request and hands the answer on. It sends a
// second time only what may be sent twice, and only if a kept connection turns out to
// have been closed by the other side before it read anything.
func (x *exchange) converse() error {
	if err := x.open(false); err != nil {
		return err
	}
	err := x.roundTrip()
	x.now = time.Now()
	if err != nil && x.mayRetry(err) {
		x.o.health.abandoned(x.class)
		x.drop()
		x.broken = false
		if err := x.open(true); err != nil {
			return err
		}
		err = x.roundTrip()
		x.now = time.Now()
	}
	if err != nil {
		return x.fail(err)
	}
	return x.deliver()
}

// open connects to the best address, or to the next best while connecting fails: as
// long as nothing was sent, going elsewhere repeats nothing.
func (x *exchange) open(fresh bool) error {
	var tried [maxAddresses]*origin
	var last error
	for n := range tried {
		o := x.b.fleet.choose(x.now, x.class, tried[:n])
		if o == nil {
			break
		}
		x.result.Address = o.dialer.address.Text
		c, err := o.connect(x.b.life, x.now, fresh)
		if !c.kept() {
			x.now = time.Now()
		}
		if err == nil {
			if !c.reused {
				x.b.reached(o, x.now)
			}
			o.requests.Add(1)
			x.o, x.c = o, c
			return nil
		}
		o.done()
		if x.b.life.Err() != nil {
			o.health.abandoned(x.class)
			return ErrStopped
		}
		x.lost(o, err)
		tried[n], last = o, err
	}
	if last == nil {
		return fmt.Errorf("%w: no address is up", ErrBackendDown)
	}
	return fmt.Errorf("%w: %w", ErrBackendDown, last)
}

// roundTrip sends the request and reads the answer's head.
func (x *exchange) roundTrip() error {
	w := x.watched()
	w.now, w.until = x.now, x.now.Add(x.b.cfg.Timeouts.WriteStall)
	answerBy := x.now.Add(x.b.cfg.Timeouts.FirstByte)
	var err error
	if x.req.length == 0 {
		var sent bool
		if sent, err = x.c.ask(x.req.head, &w, answerBy); sent {
			if err != nil {
				return err
			}
			x.heard = len(x.c.buffered()) > 0
		}
	} else {
		err = x.c.write(x.req.head, &w)
		x.now = time.Now() // a body may have had to wait; a head alone fits into any socket
		answerBy = x.now.Add(x.b.cfg.Timeouts.FirstByte)
	}
	w.until = answerBy
	switch {
	case errors.Is(err, ErrClientGone):
		return err
	case err != nil:
		// An origin may refuse a request while it is still being sent: its answer then
		// lies behind the broken pipe.
		x.broken = true
		w.until = time.Now().Add(lateAnswerTime)
		if receiveErr := x.receive(&w); receiveErr != nil {
			return err
		}
		return nil
	case x.up != nil:
		x.up.c = x.c
		x.up.start()
		return x.receiveDuringUpload(&w)
	}
	return x.receive(&w)
}

// receive reads heads until the final one.
func (x *exchange) receive(w *watch) error {
	limit := max(connBuffer, int(x.b.cfg.MaxAnswerHead))
	for interim, searched := 0, 0; ; {
		have := x.c.buffered()
		end := headEnd(have, searched)
		if end > int(x.b.cfg.MaxAnswerHead) || (end == 0 && len(have) >= int(x.b.cfg.MaxAnswerHead)) {
			return malformed("a head longer than max_answer_head")
		}
		if end == 0 {
			searched = len(have)
			if err := x.fillHead(w, limit); err != nil {
				return err
			}
			continue
		}
		if err := x.ans.parse(have[:end]); err != nil {
			return err
		}
		x.c.r += end
		if x.ans.status >= 200 || x.ans.status == 101 {
			return nil
		}
		if interim++; interim > maxInterim {
			return malformed("an endless row of 1xx answers")
		}
		if err := x.relayInterim(); err != nil {
			return err
		}
		searched = 0
		w.until = time.Now().Add(x.b.cfg.Timeouts.FirstByte)
	}
}

// fillHead reads on. While a body is still on its way to the origin, the origin has
// nothing to answer yet, and its time does not run.
func (x *exchange) fillHead(w *watch, limit int) error {
	for {
		err := x.c.fill(w, limit)
		if err == nil {
			x.heard = true
		}
		if !errors.Is(err, errExpired) || x.up == nil {
			return err
		}
		now := time.Now()
		if x.up.running() {
			w.until = now.Add(x.b.cfg.Timeouts.FirstByte)
			continue
		}
		if w.until = x.up.finishedAt.Add(x.b.cfg.Timeouts.FirstByte); !w.until.After(now) {
			return err
		}
	}
}

// receiveDuringUpload reads the answer's head while the body is being sent, and sees
// to the end of the upload before anything is done with the answer. An answer of
// success may come before the request is read; a refusal says that the rest is not
// wanted, so it is not taken from the visitor either.
func (x *exchange) receiveDuringUpload(w *watch) error {
	err := x.receive(w)
	defer x.up.source.release()
	if err != nil {
		x.up.halt()
		if x.up.sourceErr != nil && x.up.endedItself {
			return x.up.sourceErr
		}
		return err
	}
	if x.ans.status >= 400 && x.up.running() {
		x.up.halt()
	}
	<-x.up.done
	if !x.up.complete() {
		x.broken = true
		x.ctx.SetConnectionClose()
	}
	return nil
}

// mayRetry: an idempotent request without a body, on a kept connection that ended
// without a byte of answer. Nothing else, and once.
func (x *exchange) mayRetry(err error) bool {
	if !x.c.reused || x.heard || x.req.length != 0 || !isIdempotent(x.req.method) {
		return false
	}
	return !errors.Is(err, errExpired) && !errors.Is(err, ErrClientGone) && !errors.Is(err, errMalformed)
}

// drop closes the connection of a failed attempt.
func (x *exchange) drop() {
	x.c.close()
	x.o.done()
}

// fail ends an exchange that brought no answer, and says whose fault it was.
func (x *exchange) fail(err error) error {
	x.drop()
	x.result.Status = 0
	switch {
	case errors.Is(err, ErrClientGone), errors.Is(err, ErrClientTimeout),
		errors.Is(err, ErrBodyTooLarge), errors.Is(err, ErrBadRequest), errors.Is(err, errPanic):
		x.o.health.abandoned(x.class)
		return err
	case errors.Is(err, errExpired):
		x.noteFailure()
		return fmt.Errorf("%w: %s", ErrBackendTimeout, x.o.dialer.address.Text)
	case errors.Is(err, errMalformed):
		x.noteFailure()
		return fmt.Errorf("%w: %s: %w", ErrBackendAnswer, x.o.dialer.address.Text, err)
	}
	if x.c.reused && !x.heard {
		x.o.health.abandoned(x.class) // any origin may close a connection that it has kept for long enough
	} else {
		x.noteFailure()
	}
	return fmt.Errorf("%w: %s: %w", ErrBackendDown, x.o.dialer.address.Text, err)
}

// deliver hands the answer on, now that there is a head.
func (x *exchange) deliver() error {
	x.result.Status, x.result.Took = x.ans.status, x.took()
	if x.ans.status == 101 {
		return x.switchProtocols()
	}
	x.nameAsVisitorsDo()
	if x.opt.Takes != nil && !x.opt.Takes((*shownHead)(x)) {
		x.drop() // the rest of the answer is not read
		x.noteStatus()
		return ErrUnwanted
	}
	if err := x.respond(); err != nil {
		return x.fail(err)
	}
	x.noteStatus()
	return nil
}

// noteStatus lets the answer count for or against the origin.
func (x *exchange) noteStatus() {
	if x.ans.status >= 500 {
		x.noteFailure()
	} else {
		x.noteSuccess(x.now)
	}
}
