package main

import (
	"context"
	"errors"
	"time"

	"github.com/einlass/einlass/internal/lifecycle"
)

// services are the parts in the order in which they start. They stop in the opposite order: first no more visitors are
// taken, then the lines send their last heartbeats, then the stores are saved.
func (p *plant) services() []lifecycle.Service {
	var all []lifecycle.Service
	all = append(all, lifecycle.Service{Name: "store client", Stop: func(context.Context) error { return p.stores.close() }})
	if p.stores.client != nil {
		all = append(all, lifecycle.Service{Name: "store check", Run: func(ctx context.Context) error { return p.stores.watch(ctx, p.metrics) }})
	}
	for _, r := range p.rooms {
		all = append(all,
			lifecycle.Service{Name: "store of " + r.cfg.ID, Stop: func(context.Context) error { return r.store.Close() }},
			lifecycle.Service{
				Name:  "line of " + r.cfg.ID,
				Start: func(ctx context.Context) error { r.line.Tick(ctx); return nil },
				Run:   r.line.Run,
			},
			lifecycle.Service{
				Name:  "backend of " + r.cfg.ID,
				Start: func(context.Context) error { return r.backend.Start() },
				Stop:  r.backend.Stop,
			})
	}
	if p.keys.follower != nil {
		all = append(all, lifecycle.Service{Name: "keyring", Run: p.keys.follow})
	}
	if p.cert != nil {
		all = append(all, lifecycle.Service{Name: "certificate", Run: func(ctx context.Context) error { return p.cert.Watch(ctx, 10*time.Second) }})
	}
	if p.acme != nil {
		all = append(all, lifecycle.Service{
			Name: "ACME", Start: p.acme.Start,
			Stop: func(context.Context) error { p.acme.Stop(); return nil },
		})
	}
	if p.admin != nil {
		all = append(all, lifecycle.Service{
			Name: "admin API",
			Run:  func(context.Context) error { return p.admin.Serve(p.adminLn) },
			Stop: p.admin.Shutdown,
		})
	}
	return append(all, p.publicService())
}

// publicService serves visitors on all listeners.
func (p *plant) publicService() lifecycle.Service {
	ended := make(chan error, len(p.public))
	return lifecycle.Service{
		Name: "public plane",
		Start: func(context.Context) error {
			for _, l := range p.public {
				go func() { ended <- p.server.Serve(l.Listener, l.secure) }()
			}
			if p.onReady != nil {
				p.onReady(p)
			}
			return nil
		},
		Run: func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return nil
			case err := <-ended:
				if err == nil {
					<-ctx.Done() // Shutdown closed the listener: wait to be told
				}
				return err
			}
		},
		Stop: func(ctx context.Context) error {
			// A download may take all the time there is: WebSockets are told now.
			for _, r := range p.rooms {
				r.backend.CloseTunnels()
			}
			err := p.server.Shutdown(ctx)
			if errors.Is(err, context.DeadlineExceeded) {
				return errors.New("some requests did not end in time and were broken off")
			}
			return err
		},
	}
}
