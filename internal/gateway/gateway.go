package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/proxy"
	"github.com/einlass/einlass/internal/route"
	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// Forwarder sends a visit to a room's backend; *proxy.Backend is one.
type Forwarder interface {
	Forward(v *httpx.Visit, opt proxy.Options) (proxy.Result, error)
}

// Arrivals decides whether one more arrival from an address may be taken now, and if not, when to ask again.
type Arrivals interface {
	Allow(client netip.Addr, now time.Time) (ok bool, retryAfter time.Duration)
}

// Shedder turns arrivals away while there are more than can be served.
type Shedder interface {
	// Enter reports whether one more arrival may be worked on; if so, call leave once when it is done.
	Enter() (leave func(), ok bool)
}

// RoomConfig is one room as the public plane sees it.
type RoomConfig struct {
	ID      string
	Line    *queue.Room
	Tokens  *token.Authority
	Backend Forwarder
	Pages   *web.Site
	// Metrics may be nil.
	Metrics *metrics.Room
	// Idle, MaxStay, TicketLife and FormGrace as configured; MaxStay 0: no bound.
	Idle, MaxStay, TicketLife, FormGrace time.Duration
	// StayInFlight and StayNetworks bound what one stay may use at this gateway, see stays; 0: no bound.
	StayInFlight, StayNetworks int
}

// Room is a RoomConfig in use.
type Room struct {
	RoomConfig
	cookies cookieNames
	headers []string // of every page
	stays   *stays
	// of the two pages in a frame
	pressHeaders, windowHeaders []string
}

// Deps are what a Gateway needs beside its rooms. Arrivals and Shed may be nil.
type Deps struct {
	Prefix   string
	Library  *web.Library
	Router   *route.Router
	Arrivals Arrivals
	Shed     Shedder
	Log      *zap.Logger
}

// Gateway is the public plane's handler. Safe for concurrent use.
type Gateway struct {
	Deps
	rooms  []*Room // in the router's order
	byID   map[string]int
	prefix []byte // with a slash
	checks []check
}

// New makes a gateway over rooms, in the order in which the router numbers them.
func New(rooms []RoomConfig, deps Deps) (*Gateway, error) {
	g := &Gateway{Deps: deps, byID: map[string]int{}, prefix: []byte(deps.Prefix + "/")}
	if deps.Router == nil || deps.Library == nil || len(rooms) == 0 || deps.Prefix == "" {
		return nil, errors.New("gateway: router, library, prefix and at least one room are required")
	}
	for i, cfg := range rooms {
		if cfg.Line == nil || cfg.Tokens == nil || cfg.Backend == nil || cfg.Pages == nil {
			return nil, fmt.Errorf("gateway: room %q is not complete", cfg.ID)
		}
		g.byID[cfg.ID] = i
		g.rooms = append(g.rooms, &Room{
			RoomConfig: cfg, cookies: newCookieNames(cfg.ID), headers: cfg.Pages.Headers(),
			stays:        newStays(cfg.StayInFlight, cfg.StayNetworks),
			pressHeaders: cfg.Pages.PressHeaders(), windowHeaders: cfg.Pages.WindowHeaders(),
		})
	}
	if g.Arrivals != nil {
		g.checks = append(g.checks, perNetwork{g.Arrivals})
	}
	if g.Log == nil {
		g.Log = zap.NewNop()
	}
	return g, nil
}

// Serve answers one guarded request.
func (g *Gateway) Serve(v *httpx.Visit) {
	if path := v.Path(); bytes.HasPrefix(path, g.prefix) {
		g.serveOwn(v, path[len(g.prefix):])
		return
	}
	i, verdict := g.Router.Match(v.Host(), v.Path())
	switch verdict {
	case route.Line:
		g.serve(g.rooms[i], v, visiting)
	case route.Open:
		g.forwardOpen(g.rooms[i], v)
	case route.Ambiguous:
		g.refuseNeutral(v, 400, "ambiguous-path")
	default:
		g.refuseNeutral(v, 421, "unknown-host")
	}
}
