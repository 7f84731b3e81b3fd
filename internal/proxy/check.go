package proxy

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"
)

// maintain looks after one address until Stop: it closes connections that were idle for too
// long, and checks the health.
func (b *Backend) maintain(o *origin) {
	beat := time.NewTicker(b.cfg.Health.Interval)
	defer beat.Stop()
	for {
		b.check(o)
		b.onCheck()
		select {
		case <-b.life.Done():
			return
		case <-beat.C:
			o.pool.sweep(time.Now())
		}
	}
}

// check runs the active health check of an address. Without a path it only tries to connect: to an address that could not be
// connected to, so that neither that nor its return waits for visitors or the end of the backoff, and to one that got no request for an interval, so that
// operators know before the morning that nobody listens there.
func (b *Backend) check(o *origin) {
	if b.cfg.Health.Path == "" {
		if idle := o.pulse.idle(); idle || o.pulse.unreached() || o.health.unreachable() {
			b.tryConnect(o)
		}
		return
	}
	err := b.probe(o)
	if b.life.Err() != nil || !o.health.checked(time.Now(), err == nil) {
		return
	}
	if err != nil {
		b.log.Warn("backend address is down", addressField(o), zap.Error(err))
	} else {
		b.log.Info("backend address is up", append(o.health.fields(&o.health.unwell, time.Now()), addressField(o))...)
	}
}

func addressField(o *origin) zap.Field { return zap.String("address", o.dialer.address.Text) }

// tryConnect makes a connection and closes it.
func (b *Backend) tryConnect(o *origin) {
	ctx, cancel := context.WithTimeout(b.life, b.cfg.Health.Timeout)
	defer cancel()
	c, err := o.dialer.dial(ctx)
	if err != nil {
		b.unreachable(o, err)
		return
	}
	c.close()
	b.reached(o, time.Now())
}

// probe makes one request on a connection of its own.
func (b *Backend) probe(o *origin) error {
	ctx, cancel := context.WithTimeout(b.life, b.cfg.Health.Timeout)
	defer cancel()
	c, err := o.dialer.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.close)()
	host := b.cfg.Health.Host
	if host == "" {
		host = b.cfg.HostHeader
	}
	if host == "" {
		host = o.dialer.address.Host
	}
	w := watch{until: time.Now().Add(b.cfg.Health.Timeout)}
	request := "GET " + b.cfg.Health.Path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: einlass-health\r\nConnection: close\r\n\r\n"
	if err := c.write([]byte(request), &w); err != nil {
		return err
	}
	status, err := b.probeStatus(c, &w)
	if err != nil {
		return err
	}
	if !b.statuses.Contains(status) {
		return fmt.Errorf("status %d is not in %s", status, b.cfg.Health.Status)
	}
	return nil
}

func (b *Backend) probeStatus(c *conn, w *watch) (int, error) {
	var h head
	for {
		end := headEnd(c.buffered(), 0)
		if end == 0 {
			if err := c.fill(w, int(b.cfg.MaxAnswerHead)); err != nil {
				return 0, err
			}
			continue
		}
		if err := h.parse(c.buffered()[:end]); err != nil {
			return 0, err
		}
		c.r += end
		if h.status >= 200 {
			return h.status, nil
		}
	}
}
