package gateway

import (
	"bytes"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/desk"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/internal/placelink"
	"github.com/einlass/einlass/internal/probe"
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

// Lots bounds how many of one network's arrivals take part in the draw of one lobby; *limit.Lots is one.
type Lots interface {
	// Take takes a lot, if there is one. first: it is the first of this lobby that there was none for.
	Take(lobby string, client netip.Addr) (ok, first bool)
	// Return gives one back for which there was no number.
	Return(lobby string, client netip.Addr)
}

// Chances says in a word what the chance of a place is that something is left when it is its turn.
type Chances interface {
	// Word is for a place that so many come before, whose page said so before.
	Word(before int64, said web.Chance) web.Chance
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
	// FormGrace is how long after its pass a form is let through, and how long a pass fetches whose stay the site has finished.
	FormGrace time.Duration
	// Home is where the room gives its numbers.
	Home Home
	// Start is the path at which the room begins; empty: the root.
	Start string
	// FrameAncestors are the origins whose pages may show the room's in a frame, as in web.SiteConfig.
	FrameAncestors []string
	// StayInFlight and StayNetworks bound what one stay may use at this gateway, see stays; 0: no bound.
	StayInFlight, StayNetworks int
	// Quiet are the prefixes of paths whose requests are no activity, in the form of a room's paths; Once those whose forms reach
	// the site once within a stay.
	Quiet, Once []string
	// Files are the kinds of files that need no pass, as route.ParseFiles reads them.
	Files []string
	// Open are the targets, path and query, of the pages that need no pass.
	Open []string
	// Finish are the rules by which an answer of the site ends the stay of whoever asked.
	Finish []booking.Rule
	// Bookings are the rules by which it says that something was booked, Frees that it was given back.
	Bookings, Frees []booking.Rule
	// Commands are those of booking.Commands that the site may give.
	Commands []string
	// RefKey is the key by which the site's names of bookings are kept, the same at all gateways; see booking.Hash.
	RefKey func() [32]byte
	// Draws are the records of the room's draws; nil: there are none.
	Draws Draws
	// Door is what codes and invitations are read with.
	Door Door
	// Lots may be nil: no bound.
	Lots Lots
	// Chances may be nil: nothing is said.
	Chances Chances
	// Names says which number and code name a place; nil: pages show no code.
	Names *desk.Names
	// Pause is called when the site asks that nobody is called. It must be safe for concurrent use.
	Pause func()
	// HandedOver is called with the visitor whose place another browser has taken over, before that browser is answered; nil: nobody keeps
	// places for others. It must be safe for concurrent use.
	HandedOver func(queue.VisitorID)
}

// Room is a RoomConfig in use.
type Room struct {
	RoomConfig
	cookies cookieNames
	links   *placelink.Links
	headers []string // of every page
	stays   *stays
	// of Quiet and Once
	quiet, once prefixes
	forms       *forms
	files       route.Files
	// of Finish, Bookings and Frees
	finishes, bookings, frees *booking.Rules
	many                      sync.Once    // a count at the bound was logged
	strange                   sync.Once    // a word of the site that is no command was logged
	pauseAsked                atomic.Int64 // ms, when the site last asked for a pause
	// of the two pages in a frame
	pressHeaders, windowHeaders []string

	// doorHeaders are those of the page at the door, and of the one for cookies that follows it, in whose URL a code may stand: no page behind
	// them is told of it.
	doorHeaders []string

	asides   asides
	zones    zones
	doorways doorways
	lookups  lookups

	named func(host string) bool // whether the room has a host by name

	table     *table
	drawPages drawPages

	users users
	idle  chan struct{} // closed when users has come to 0
}

// Deps are what a Gateway needs beside its rooms. Shed, Asides, Ready and Probe may be nil.
type Deps struct {
	Prefix  string
	Library *web.Library
	Shed    Shedder
	// Asides bounds what one network may send without a pass that needs none, see AsideRate.
	Asides Arrivals
	// Ready reports whether this gateway should get visitors; nil: always. It must be safe for concurrent use.
	Ready func() bool
	// Probe tells the operator's probe from strangers; nil: nobody may probe.
	Probe *probe.Seal
	// Faults is the log for the lines that the references on pages lead to, of which none may be left out; nil: Log. They are bounded here.
	Faults *zap.Logger
	// Now is the clock by which lines of faults are counted; nil: time.Now.
	Now func() time.Time
	Log *zap.Logger
}

// Gateway is the public plane's handler. Safe for concurrent use.
type Gateway struct {
	Deps
	table      atomic.Pointer[table]
	faultLines faultLines
	prefix     []byte // with a slash
}

// New makes a gateway over rooms.
func New(set RoomSet, deps Deps) (*Gateway, error) {
	g := &Gateway{Deps: deps, prefix: []byte(deps.Prefix + "/")}
	if deps.Library == nil || deps.Prefix == "" {
		return nil, errors.New("gateway: library and prefix are required")
	}
	if g.Now == nil {
		g.Now = time.Now
	}
	if g.Log == nil {
		g.Log = zap.NewNop()
	}
	if g.Faults == nil {
		g.Faults = g.Log
	}
	first, err := newTable(set, nil)
	if err != nil {
		return nil, err
	}
	g.table.Store(first)
	return g, nil
}

// Serve answers one guarded request.
func (g *Gateway) Serve(v *httpx.Visit) {
	if path := v.Path(); bytes.HasPrefix(path, g.prefix) {
		g.serveOwn(v, path[len(g.prefix):])
		return
	}
	r, verdict := g.find(v)
	if r == nil {
		switch verdict {
		case route.Ambiguous:
			g.refuseNeutral(v, 400, "ambiguous-path")
		case route.Unreadable:
			g.refuseNeutral(v, 400, "path-encoding")
		default:
			g.refuseNeutral(v, 421, "unknown-host")
		}
		return
	}
	defer r.leave()
	if verdict == route.Line {
		g.serve(r, v, visiting)
		return
	}
	g.forwardOpen(r, v, false)
}
