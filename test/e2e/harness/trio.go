package harness

import (
	"context"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// Trio is three gateways on one Redis, as an installation with a balancer has them.
type Trio struct {
	Redis *redistest.Server
	Gates []*Gate
	Site  *Site
}

// NewTrio starts them with the same keyring and one room.
func NewTrio(tb testing.TB, p *Program, r Room) *Trio {
	tb.Helper()
	return NewTrioAt(tb, p, redistest.Start(tb), r)
}

// NewTrioAt is NewTrio on a Redis that runs.
func NewTrioAt(tb testing.TB, p *Program, server *redistest.Server, r Room) *Trio {
	tb.Helper()
	return NewTrioWith(tb, p, server, Settings{Rooms: []Room{r}})
}

// NewTrioWith is NewTrioAt of gateways with settings of one room.
func NewTrioWith(tb testing.TB, p *Program, server *redistest.Server, s Settings) *Trio {
	tb.Helper()
	t := &Trio{Redis: server, Site: NewSite(tb)}
	s.Store, s.Keys, s.Rooms[0].Site = server.URL(), p.Keys(tb), t.Site
	for range 3 {
		t.Gates = append(t.Gates, NewGate(tb, p, s))
	}
	return t
}

// Flush empties Redis.
func (t *Trio) Flush(tb testing.TB) {
	tb.Helper()
	if err := t.Redis.Client(tb).FlushAll(tb.Context()).Err(); err != nil {
		tb.Fatal(err)
	}
}

// Healthy waits until all gateways have a fresh frame of a line of at least that epoch, and answers the epoch.
func (t *Trio) Healthy(tb testing.TB, epoch uint64) uint64 {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	lowest := uint64(0)
	for _, g := range t.Gates {
		for {
			info, err := g.Figures(ctx, "termine")
			if err == nil && info.Store.OK && info.Epoch >= epoch {
				if lowest == 0 || info.Epoch < lowest {
					lowest = info.Epoch
				}
				break
			}
			if !launch.Rest(ctx, 50*time.Millisecond) {
				tb.Fatalf("gateway %s does not get well: %+v, %v", g.Addr, info, err)
			}
		}
	}
	return lowest
}

// Stale waits until all gateways have noticed that Redis does not answer, and answers how long it took.
func (t *Trio) Stale(tb testing.TB) time.Duration {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 20*time.Second)
	defer cancel()
	began := time.Now()
	for _, g := range t.Gates {
		for {
			if info, err := g.Figures(ctx, "termine"); err == nil && !info.Store.OK {
				break
			}
			if !launch.Rest(ctx, 50*time.Millisecond) {
				tb.Fatalf("gateway %s does not notice that Redis is away", g.Addr)
			}
		}
	}
	return time.Since(began)
}

// Held asserts what people get while Redis is away and the line is held: who is inside stays inside, who waits is
// answered from the last frame, who comes is asked to come again. Nobody is kept waiting for a time-out.
func (t *Trio) Held(tb testing.TB, inside, waiting *Browser) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 2*time.Second)
	defer cancel()
	for _, g := range t.Gates {
		site := inside.At(g)
		if a, err := site.Load(ctx, "GET", "/inside"); err != nil || !a.FromSite() {
			tb.Errorf("somebody inside got %+v, %v", a, err)
		}
		line := waiting.At(g)
		s, err := line.Poll(ctx)
		if err != nil || !s.Stale || !s.InLine() {
			tb.Errorf("somebody in line is told %+v, %v", s, err)
		}
		a, err := NewBrowser(g).Load(ctx, "GET", "/")
		if err != nil || a.StatusCode != 503 || a.Header.Get("Retry-After") == "" || !a.isHTML() {
			tb.Errorf("an arrival got %+v, %v", a, err)
		}
	}
}

// OneInside lets a visitor straight in and closes the line behind.
func OneInside(tb testing.TB, g *Gate) *Browser {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 20*time.Second)
	defer cancel()
	g.Set(tb, `{"rate": 6000, "burst": 10}`)
	b := NewBrowser(g)
	for {
		a, err := b.Load(ctx, "GET", "/")
		if err == nil && a.FromSite() {
			break
		}
		if !launch.Rest(ctx, 50*time.Millisecond) {
			tb.Fatalf("nobody gets in: %v", err)
		}
	}
	g.Set(tb, `{"mode": "pause"}`)
	return b
}
