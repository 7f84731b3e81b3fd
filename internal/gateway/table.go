package gateway

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/placelink"
	"github.com/einlass/einlass/internal/route"
)

// RoomSet is what a Gateway serves at one time.
type RoomSet struct {
	// Rooms are in the order in which Router numbers them.
	Rooms  []RoomConfig
	Router *route.Router
	// Arrivals may be nil.
	Arrivals Arrivals
}

// table is a RoomSet in use. It is immutable; another set of rooms is another table. A request uses the one table that it
// found when it came, to its end.
type table struct {
	RoomSet
	rooms  []*Room // in the router's order
	byID   map[string]int
	checks []check // of arrivals, in order
	open   openPages
}

// newTable makes a table of set. Of a room that old has too, it keeps the counts of what each stay uses.
func newTable(set RoomSet, old *table) (*table, error) {
	t := &table{RoomSet: set, byID: make(map[string]int, len(set.Rooms)), open: newOpenPages(set.Rooms)}
	if set.Router == nil || len(set.Rooms) == 0 {
		return nil, errors.New("gateway: router and at least one room are required")
	}
	for i, cfg := range set.Rooms {
		if cfg.Line == nil || cfg.Tokens == nil || cfg.Backend == nil || cfg.Pages == nil || cfg.RefKey == nil {
			return nil, fmt.Errorf("gateway: room %q is not complete", cfg.ID)
		}
		t.byID[cfg.ID] = i
		r, err := newRoom(cfg, t, i)
		if err != nil {
			return nil, err
		}
		t.rooms = append(t.rooms, r)
	}
	if t.Arrivals != nil {
		t.checks = append(t.checks, perNetwork{t.Arrivals})
	}
	for _, r := range t.rooms {
		if before := old.room(r.ID); before != nil {
			r.forms = before.forms
			r.stays = before.stays.rebound(r.StayInFlight, r.StayNetworks)
		} else {
			r.forms = newForms()
			r.stays = newStays(r.StayInFlight, r.StayNetworks)
		}
	}
	return t, nil
}

func newRoom(cfg RoomConfig, t *table, at int) (*Room, error) {
	quiet, err := newPrefixes(cfg.ID, "quiet", cfg.Quiet)
	if err != nil {
		return nil, err
	}
	once, err := newPrefixes(cfg.ID, "once", cfg.Once)
	if err != nil {
		return nil, err
	}
	files, err := route.ParseFiles(cfg.Files...)
	if err != nil {
		return nil, fmt.Errorf("gateway: room %q: a kind of files %w", cfg.ID, err)
	}
	finishes, err := booking.New(cfg.Finish)
	if err != nil {
		return nil, fmt.Errorf("gateway: room %q: %w", cfg.ID, err)
	}
	bookings, err := booking.New(cfg.Bookings)
	if err != nil {
		return nil, fmt.Errorf("gateway: room %q: bookings: %w", cfg.ID, err)
	}
	frees, err := booking.New(cfg.Frees)
	if err != nil {
		return nil, fmt.Errorf("gateway: room %q: frees: %w", cfg.ID, err)
	}
	links, err := placelink.New(cfg.Tokens)
	if err != nil {
		return nil, fmt.Errorf("gateway: room %q: %w", cfg.ID, err)
	}
	r := &Room{
		RoomConfig: cfg, table: t, links: links, cookies: newCookieNames(cfg.ID), headers: cfg.Pages.Headers(),
		pressHeaders: cfg.Pages.PressHeaders(), windowHeaders: cfg.Pages.WindowHeaders(),
		quiet: quiet, once: once, files: files, finishes: finishes, bookings: bookings, frees: frees, idle: make(chan struct{}),
		named: func(host string) bool { return t.Router.Names(at, host) },
	}
	r.doorHeaders = append(withoutReferrer(r.pressHeaders), "Referrer-Policy", "strict-origin")
	r.users.Store(1) // the table
	return r, nil
}

// withoutReferrer is header fields without the one that says what is told of a page's URL.
func withoutReferrer(headers []string) (rest []string) {
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] != "Referrer-Policy" {
			rest = append(rest, headers[i], headers[i+1])
		}
	}
	return rest
}

// room is the room of an id, nil if there is none.
func (t *table) room(id string) *Room {
	if t == nil {
		return nil
	}
	if i, ok := t.byID[id]; ok {
		return t.rooms[i]
	}
	return nil
}

// match finds the room of a path that is asked for. It is nil if the verdict is neither route.Line nor route.Open.
func (t *table) match(host string, path []byte) (*Room, route.Verdict) {
	i, verdict := t.Router.Match(host, path)
	if verdict != route.Line && verdict != route.Open {
		return nil, verdict
	}
	return t.rooms[i], verdict
}

// HasHost reports whether a room answers to a host (without port).
func (g *Gateway) HasHost(host string) bool {
	_, verdict := g.table.Load().match(host, []byte("/"))
	return verdict != route.Nowhere
}

// own finds the room that an own URL speaks of: the one named, if it has this host, else the host's first. Nil: there is none.
func (t *table) own(host string, id []byte) *Room {
	if len(id) == 0 {
		r, _ := t.match(host, []byte("/"))
		return r
	}
	i, ok := t.byID[string(id)]
	if !ok || !t.Router.HasHost(i, host) {
		return nil
	}
	return t.rooms[i]
}

// Replace puts another set of rooms into service: requests that come from now on find it. Those under way keep the rooms they
// have to their end; the answer has these rooms by id, so that the caller can wait for them (Former.Idle) before it stops what
// they use. A set that is not complete is refused, and the old one stays. Calls must not overlap.
func (g *Gateway) Replace(set RoomSet) (map[string]*Former, error) {
	old := g.table.Load()
	next, err := newTable(set, old)
	if err != nil {
		return nil, err
	}
	g.table.Store(next)
	former := make(map[string]*Former, len(old.rooms))
	for _, r := range old.rooms {
		former[r.ID] = &Former{r}
		r.leave() // the table's own use
	}
	return former, nil
}

// Former is a room of a set that was replaced.
type Former struct{ r *Room }

// Idle is closed when no request works with the room any more. Answers whose body is still on its way are not counted: they
// are the backend's.
func (f *Former) Idle() <-chan struct{} { return f.r.idle }

// users counts who uses a room: its table, as long as it is in service, and each request that works with it.
type users = atomic.Int64

// enter begins a use of the room; end it with leave. False: the room was replaced, look in the table that is in force now.
func (r *Room) enter() bool {
	for {
		n := r.users.Load()
		if n == 0 {
			return false
		}
		if r.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (r *Room) leave() {
	if r.users.Add(-1) == 0 {
		close(r.idle)
	}
}

// find is the room of a visit, entered: the caller leaves it. It is nil if the verdict is neither route.Line nor route.Open.
func (g *Gateway) find(v *httpx.Visit) (*Room, route.Verdict) {
	for {
		r, verdict := g.table.Load().match(v.Host(), v.Path())
		if r == nil || r.enter() {
			return r, verdict
		}
	}
}

// findOwn is the room of an own URL, entered: the caller leaves it. Nil: there is none.
func (g *Gateway) findOwn(v *httpx.Visit, id []byte) *Room {
	for {
		if r := g.table.Load().own(v.Host(), id); r == nil || r.enter() {
			return r
		}
	}
}
