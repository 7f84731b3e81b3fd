package proxy

import (
	"errors"
	"syscall"
	"time"

	"go.uber.org/zap"
)

// What an exchange shows about its address is noted here, and logged when it changes where requests go.

// reached: a connection was made.
func (b *Backend) reached(o *origin, now time.Time) {
	o.pulse.connected(true)
	if o.health.reached(now) {
		b.log.Info("backend address can be connected to again", append(o.health.fields(&o.health.unreached, now), addressField(o))...)
	}
}

// lost: a connection could not be made.
func (x *exchange) lost(o *origin, err error) {
	if isLocal(err) {
		o.health.abandoned(x.class)
		return
	}
	now := time.Now()
	o.pulse.connected(false)
	o.pulse.note(now, 0, 0)
	if o.health.lost(now, x.class) {
		x.b.log.Warn("backend address cannot be connected to", addressField(o), zap.Error(err))
	}
}

// unreachable: the check could not make a connection.
func (b *Backend) unreachable(o *origin, err error) {
	if isLocal(err) || b.life.Err() != nil {
		return
	}
	o.pulse.connected(false)
	if o.health.checkLost(time.Now()) {
		b.log.Warn("backend address cannot be connected to", addressField(o), zap.Error(err))
	}
}

// isLocal tells failures to connect that lie in this machine: visitors can use up its ports and files, and the origin
// has nothing to do with it.
func isLocal(err error) bool {
	for _, own := range []syscall.Errno{
		syscall.EADDRNOTAVAIL, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
	} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}

// noteFailure: the request went out and was not answered, late, or with a 5xx.
func (x *exchange) noteFailure() {
	now := time.Now()
	x.o.pulse.note(now, x.result.Status, x.result.Took)
	client := x.b.site.client(x.v.ClientIP())
	if x.o.health.failed(now, x.class, client, x.b.fleet.relieves(x.o, x.class, now)) {
		x.b.log.Warn("backend address left out after failures", addressField(x.o), zap.Stringer("for", x.class))
	}
}

// noteSuccess: the request was answered, and not with a 5xx.
func (x *exchange) noteSuccess(now time.Time) {
	x.o.pulse.note(now, x.result.Status, x.result.Took)
	if x.o.health.answered(now, x.class) {
		x.b.log.Info("backend address is back",
			append(x.o.health.fields(&x.o.health.unserved[x.class], now), addressField(x.o), zap.Stringer("for", x.class))...)
	}
}

// overrun: the address sent more than it announced.
func (b *Backend) overrun(o *origin) {
	b.log.Warn("backend address sends more than it announces; its connections are used once from now on", addressField(o))
}
