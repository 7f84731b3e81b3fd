package main

import (
	"context"
	"errors"
	"time"

	"github.com/einlass/einlass/internal/lifecycle"
)

// services are the parts in the order in which they start. They stop in the opposite order: first no more visitors are
// taken, then the lines send their last heartbeats, then the stores are saved.
func (a *app) services() []lifecycle.Service {
	var all []lifecycle.Service
	all = append(all, lifecycle.Service{Name: "log", Run: a.repeats.run})
	if a.audit != nil {
		all = append(all, a.auditService())
	}
	all = append(all, lifecycle.Service{Name: "store client", Stop: func(context.Context) error {
		if a.borrowed != nil {
			_ = a.borrowed.Close() // its other end may have ended before
		}
		return a.stores.close()
	}})
	if a.stores.client != nil {
		all = append(all, lifecycle.Service{Name: "store check", Run: func(ctx context.Context) error { return a.stores.watch(ctx, a.metrics) }})
	}
	if a.stores.cfg.Journal.Dir != "" {
		all = append(all, lifecycle.Service{Name: "journals", Run: a.own.while(func(ctx context.Context) error {
			return a.stores.journals.run(ctx, &a.stores.cfg.Journal, a.log)
		})})
	}
	all = append(all, a.draws.services(a.own)...)
	all = append(all, a.roomsService())
	if a.keys.follower != nil {
		all = append(all, lifecycle.Service{Name: "keyring", Run: a.keys.follow})
	}
	if a.adminCert != nil {
		all = append(all, lifecycle.Service{Name: "admin certificate", Run: func(ctx context.Context) error {
			return a.adminCert.Watch(ctx, certificateEvery, func(error) {}) // it logs what it refuses
		}})
	}
	if a.staff != nil {
		all = append(all, lifecycle.Service{Name: "staff file", Run: a.followStaff})
	}
	if a.cert != nil {
		all = append(all, lifecycle.Service{Name: "certificate", Run: a.watchCertificate})
	}
	if a.acme != nil {
		all = append(all, lifecycle.Service{
			Name: "ACME", Start: a.acme.Start,
			Stop: func(context.Context) error { a.acme.Stop(); return nil },
		})
	}
	all = append(all, a.alarm.service(a.own))
	if a.admin != nil {
		all = append(all, lifecycle.Service{
			Name: "admin API",
			Run:  a.own.while(a.serveAdmin),
			Stop: func(ctx context.Context) error { return a.admin.Shutdown(ctx) },
		})
	}
	return append(all, a.publicService())
}

// roomsService starts the first rooms; others come and go with Apply.
func (a *app) roomsService() lifecycle.Service {
	s := a.rooms.Service("rooms")
	s.Start = func(ctx context.Context) error {
		first := &change{next: a.serving.Load()}
		for _, r := range first.next.rooms {
			first.lines, first.backends = append(first.lines, r.line), append(first.backends, r.backend)
		}
		if err := a.start(ctx, first); err != nil {
			return errors.Join(err, a.discard(first))
		}
		return nil
	}
	return s
}

// publicService serves visitors on all listeners.
func (a *app) publicService() lifecycle.Service {
	return lifecycle.Service{
		Name: "public plane",
		Start: func(context.Context) error {
			a.listening()
			a.hello()
			if a.onReady != nil {
				a.onReady(a)
			}
			return nil
		},
		Run: func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return nil
			case err := <-a.deaf:
				return err
			}
		},
		Stop: a.stopPublic,
	}
}

// listening takes visitors' connections at all listeners. What ends it otherwise than as asked goes to deaf.
func (a *app) listening() {
	for _, l := range a.public {
		go func() {
			if err := a.server.Serve(l.Listener, l.secure); err != nil {
				select {
				case a.deaf <- err:
				default: // one is enough
				}
			}
		}()
	}
}

// certificateEvery is how often files of a certificate are looked at.
const certificateEvery = 10 * time.Second

// watchCertificate follows the files of the certificate, and tells the metrics what comes of it.
func (a *app) watchCertificate(ctx context.Context) error {
	a.metrics.Certificate(a.cert.Leaf().NotAfter)
	return a.cert.Watch(ctx, certificateEvery, func(err error) {
		if err != nil {
			a.metrics.CertificateRefused()
			return
		}
		a.metrics.Certificate(a.cert.Leaf().NotAfter)
	})
}
