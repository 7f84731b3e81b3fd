package proxy

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

const (
	// tunnelBuffer is held twice per open tunnel, mostly idle; a direction that fills it
	// goes on with a larger one.
	tunnelBuffer = 4 << 10
	// closeGrace is how long both sides may take to end a frame and to answer a Close frame.
	closeGrace = time.Second
	// takeover is how long fasthttp may take to hand over the connection.
	takeover = 30 * time.Second
)

// tunnels counts the open WebSockets of one Backend and ends them with it.
type tunnels struct {
	max     int
	onPanic func()

	mu      sync.Mutex
	places  int // taken: open tunnels and handshakes on their way
	open    map[*tunnel]struct{}
	stopped bool
	gone    chan struct{} // closed when stopped and none is open
}

// reserve takes one of the places before the handshake; cancel or the tunnel's end
// gives it back.
func (ts *tunnels) reserve() error {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.stopped {
		return ErrStopped
	}
	if ts.places >= ts.max {
		return ErrTooManyUpgrades
	}
	ts.places++
	return nil
}

func (ts *tunnels) cancel() {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.places--
}

// add registers a tunnel in a place that was reserved.
func (ts *tunnels) add(t *tunnel) error {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if ts.stopped {
		return ErrStopped
	}
	if ts.open == nil {
		ts.open = make(map[*tunnel]struct{})
	}
	ts.open[t] = struct{}{}
	// If the visitor's connection breaks in this moment, fasthttp never calls run.
	t.unclaimed = time.AfterFunc(takeover, t.abandon)
	return nil
}

func (ts *tunnels) remove(t *tunnel) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	delete(ts.open, t)
	ts.places--
	if ts.gone != nil && len(ts.open) == 0 {
		close(ts.gone)
		ts.gone = nil
	}
}

func (ts *tunnels) count() int {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return len(ts.open)
}

// close asks all tunnels to close and opens no more.
func (ts *tunnels) close() (gone <-chan struct{}, all []*tunnel) {
	gone, all = ts.stop()
	for _, t := range all {
		t.shut()
	}
	return gone, all
}

// drain closes all tunnels and waits for their end; when ctx ends, it breaks off those that are left.
func (ts *tunnels) drain(ctx context.Context) error {
	gone, all := ts.close()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-gone: // there was nothing to break off, however late it is
		return nil
	default:
	}
	for _, t := range all {
		t.breakOff()
	}
	<-gone
	return ctx.Err()
}

func (ts *tunnels) stop() (gone <-chan struct{}, all []*tunnel) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.stopped = true
	for t := range ts.open {
		all = append(all, t)
	}
	ch := make(chan struct{})
	if len(all) == 0 {
		close(ch)
	} else {
		ts.gone = ch
	}
	return ch, all
}

// tunnel relays one WebSocket. Two goroutines move bytes, one per direction: the one
// fasthttp calls run on, and one that run owns. Both end when either side ends, when
// neither sent anything for too long, when the total time or the stay is over, or when asked to.
type tunnel struct {
	owner *tunnels
	log   *zap.Logger
	o     *origin
	c     *conn
	head  []byte // the 101, to be sent first
	idle  time.Duration
	stall time.Duration
	begun time.Time
	end   time.Time
	activity
	stayEnd time.Time // unless the visitor does something; the direction from the visitor looks after it

	unclaimed  *time.Timer
	claimed    atomic.Bool
	lastActive atomic.Int64 // of either direction: nanoseconds since begun
	closing    atomic.Bool  // send a Close frame between two frames
	over       atomic.Bool  // stop at once

	mu     sync.Mutex
	client net.Conn // the visitor's socket, for deadlines; nil until claimed
}

// run relays until the end. client reads through fasthttp's buffer, in which the first
// frames may already lie; fasthttp closes it afterwards.
func (t *tunnel) run(client net.Conn) {
	if t.claimed.Swap(true) {
		return
	}
	t.unclaimed.Stop()
	t.mu.Lock()
	t.client = bottom(client)
	t.mu.Unlock()
	defer t.leave()
	visitor, origin := &side{client, t.client}, &side{t.c.nc, t.c.nc}
	if t.over.Load() || t.write(visitor, t.head) != nil {
		return
	}
	t.head = nil
	if t.stays != nil {
		t.stayEnd = time.Now().Add(t.stays.Left(t.stay))
	}
	var up sync.WaitGroup
	up.Go(func() {
		t.relay(origin, visitor, nil, true)
	})
	t.relay(visitor, origin, t.c.buffered(), false)
	up.Wait()
}

// side is one end of a tunnel: the connection that bytes go through, and the one below
// it whose deadlines may be set from any goroutine, which layers above need not allow.
type side struct{ stream, socket net.Conn }

// bottom unwraps a connection down to its socket.
func bottom(nc net.Conn) net.Conn {
	for {
		switch outer := nc.(type) {
		case interface{ UnsafeConn() net.Conn }:
			nc = outer.UnsafeConn()
		case interface{ NetConn() net.Conn }:
			nc = outer.NetConn()
		default:
			return nc
		}
	}
}

func (t *tunnel) leave() {
	t.c.close()
	t.o.done()
	t.owner.remove(t)
}

// abandon ends a tunnel that fasthttp has not handed over.
func (t *tunnel) abandon() {
	if !t.claimed.Swap(true) {
		t.leave()
	}
}

// shut asks for a Close frame to both sides.
func (t *tunnel) shut() {
	t.closing.Store(true)
	t.wake()
}

// breakOff ends it now.
func (t *tunnel) breakOff() {
	t.over.Store(true)
	t.wake()
	if t.unclaimed.Stop() {
		t.abandon()
	}
}

// wake interrupts both directions. A direction moves its deadline first and looks
// at the flags then; we set a flag first and move the deadlines then: none can miss it.
func (t *tunnel) wake() {
	t.mu.Lock()
	client := t.client
	t.mu.Unlock()
	if client != nil {
		_ = client.SetReadDeadline(longAgo)
	}
	_ = t.c.nc.SetReadDeadline(longAgo)
	if t.over.Load() {
		if client != nil {
			_ = client.SetWriteDeadline(longAgo)
		}
		_ = t.c.nc.SetWriteDeadline(longAgo)
	}
}

// relay moves bytes from src to dst, after the bytes in early.
func (t *tunnel) relay(dst, src *side, early []byte, masked bool) {
	defer func() {
		// No caller of the two goroutines recovers.
		if p := recover(); p != nil {
			t.owner.onPanic()
			t.log.Error("panic in a WebSocket", zap.Any("panic", p), zap.Stack("stack"))
		}
		t.over.Store(true)
		t.wake()
	}()
	var f frames
	if len(early) > 0 {
		if t.write(dst, early) != nil {
			return
		}
		f.feed(early)
	}
	buf := make([]byte, tunnelBuffer)
	var closeBy time.Time // the end of closeGrace, once closing has begun
	closeSent := false
	for {
		if t.closing.Load() && closeBy.IsZero() {
			closeBy = time.Now().Add(closeGrace)
		}
		if !closeBy.IsZero() && !closeSent && f.between() {
			if !f.closed && t.write(dst, closeFrame(masked)) != nil {
				return
			}
			closeSent = true
		}
		n, err := t.read(src, buf, closeBy, masked)
		if n > 0 && !closeSent {
			if t.write(dst, buf[:n]) != nil {
				return
			}
			f.feed(buf[:n])
			if masked && f.data && !t.goesOn() {
				t.shut()
			}
			t.lastActive.Store(int64(time.Since(t.begun)))
			if n == len(buf) && n == tunnelBuffer {
				buf = make([]byte, copyBuffer)
			}
		}
		if err != nil && !t.goOn(err, closeBy, masked) {
			return
		}
	}
}

// read waits until the tunnel has been idle for too long, or its time or closeGrace is over.
func (t *tunnel) read(src *side, buf []byte, closeBy time.Time, fromVisitor bool) (int, error) {
	by := closeBy
	if by.IsZero() {
		by = t.idleSince().Add(t.idle)
		if t.end.Before(by) {
			by = t.end
		}
		if fromVisitor && t.stays != nil && t.stayEnd.Before(by) {
			by = t.stayEnd
		}
	}
	if err := src.socket.SetReadDeadline(by); err != nil {
		return 0, err
	}
	if t.over.Load() || (t.closing.Load() && closeBy.IsZero()) {
		return 0, os.ErrDeadlineExceeded
	}
	return src.stream.Read(buf)
}

// goOn judges an error of read: a deadline may mean that the other direction was
// active, that it is time to send a Close frame, or that closeGrace is over too.
func (t *tunnel) goOn(err error, closeBy time.Time, fromVisitor bool) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || t.over.Load() {
		return false
	}
	now := time.Now()
	if !closeBy.IsZero() {
		return now.Before(closeBy)
	}
	if t.closing.Load() {
		return true
	}
	if now.Before(t.end) && now.Sub(t.idleSince()) < t.idle && !(fromVisitor && t.stayOver(now)) {
		return true
	}
	t.shut()
	return true
}

// stayOver asks, once the stay would be over, whether it is: the visitor may have done something here or elsewhere.
func (t *tunnel) stayOver(now time.Time) bool {
	if t.stays == nil || now.Before(t.stayEnd) {
		return false
	}
	left := t.stays.Left(t.stay)
	t.stayEnd = now.Add(left)
	return left <= 0
}

func (t *tunnel) idleSince() time.Time {
	return t.begun.Add(time.Duration(t.lastActive.Load()))
}

func (t *tunnel) write(dst *side, p []byte) error {
	_ = dst.socket.SetWriteDeadline(time.Now().Add(t.stall))
	if t.over.Load() {
		return os.ErrDeadlineExceeded
	}
	_, err := dst.stream.Write(p)
	return err
}
