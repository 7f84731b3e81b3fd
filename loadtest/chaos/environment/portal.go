package environment

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/demo"
)

// Portal is the booking portal of package demo, behind the room whose openings are played. It has more places than openings
// give, so that whoever is let in for nothing books one that the opening has not.
type Portal struct {
	Addr string

	site   *demo.Site
	server *http.Server
	served sync.WaitGroup
}

// portalPlaces are more than all openings of a run give.
const portalPlaces = 4000

// NewPortal serves it until Close. It is quick: what a slow site does is for other tests.
func NewPortal(ctx context.Context) (*Portal, error) {
	cfg := demo.Demo(time.Now())
	cfg.Curve = demo.Curve{Rate: 1e6, Workers: 100, Queue: 1000}
	cfg.Calendar.Places = portalPlaces
	site, err := demo.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		site.Close()
		return nil, fmt.Errorf("portal: %w", err)
	}
	p := &Portal{Addr: ln.Addr().String(), site: site, server: &http.Server{Handler: site, ReadHeaderTimeout: 10 * time.Second}}
	p.served.Go(func() { _ = p.server.Serve(ln) }) // it ends when it is closed
	return p, nil
}

// Booked is how many places are booked in all.
func (p *Portal) Booked() int64 { return int64(p.site.Stats().Standing) }

// Close ends it.
func (p *Portal) Close() error {
	p.site.Close()
	err := p.server.Close()
	p.served.Wait()
	return err
}
