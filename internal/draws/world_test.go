package draws_test

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/draws"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/draw/drand"
	"github.com/einlass/einlass/pkg/queue/draw/drand/drandtest"
	"github.com/einlass/einlass/pkg/queue/memstore"
	"github.com/einlass/einlass/pkg/token"
)

const (
	worldStart = int64(1_800_000_000_000)
	// start is when people are let in.
	start = 10 * time.Minute
	// hold is within what time all pages have asked that wait: 36 s, as the document has it that is not told otherwise.
	hold = 36 * time.Second
	// opening is the one that is drawn.
	opening = "2027-01-15 08:10"
)

// lossy is a store that can lose everything.
type lossy struct {
	queue.Store
	now *atomic.Int64
}

func (s *lossy) lose(t *testing.T) {
	t.Helper()
	var err error
	if s.Store, err = memstore.New(memstore.Config{Clock: s.now.Load}); err != nil {
		t.Fatal(err)
	}
}

// world is a store with gateways, keys and a chain of drand, at a time of its own.
type world struct {
	t     *testing.T
	now   *atomic.Int64
	store *lossy
	keys  *token.Source
	chain *drandtest.Chain
	gates []*gate
	// silent: drand answers nobody.
	silent bool
}

// gate is a gateway.
type gate struct {
	*queue.Room
	w      *world
	draws  *draws.Conductor
	logs   *observer.ObservedLogs
	events []queue.Event
	// deaf: drand does not answer this one.
	deaf bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	now := &atomic.Int64{}
	now.Store(worldStart)
	ring, err := token.NewKeyring(rand.Reader, time.UnixMilli(worldStart).Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, now: now, store: &lossy{now: now}, chain: drandtest.New(t, worldStart/1000-3000, 3)}
	if w.keys, err = token.NewSource(ring); err != nil {
		t.Fatal(err)
	}
	w.store.lose(t)
	return w
}

// Signature implements draws.Rounds: a round is there as soon as it begins.
func (g *gate) Signature(round uint64, begins time.Duration) ([]byte, bool) {
	if begins != time.Duration(g.w.chain.Begins(round)-g.View().Snapshot.Now)*time.Millisecond {
		g.w.t.Errorf("round %d is said to begin in %v", round, begins)
	}
	if g.w.silent || g.deaf || g.w.chain.Begins(round) > g.w.now.Load() {
		return nil, false
	}
	return g.w.chain.Sign(round), true
}

func plan(drawn bool) []queue.Step {
	return []queue.Step{
		{At: worldStart + 60_000, Opening: opening, Rank: 1, Phase: queue.PhaseLobby},
		{At: worldStart + start.Milliseconds(), Opening: opening, Rank: 2, Phase: queue.PhaseOpen, Draw: drawn},
	}
}

// gate starts a gateway of a rule.
func (w *world) gate(name string, rule draw.Rule, archive *draws.Archive) *gate {
	w.t.Helper()
	g := &gate{w: w}
	core, logs := observer.New(zap.InfoLevel)
	g.logs = logs
	var err error
	g.draws, err = draws.New(draws.Config{
		Room: "termine", Keys: w.keys, Chain: w.chain.Chain, Rounds: g, Archive: archive, Log: zap.New(core),
	}, rule)
	if err != nil {
		w.t.Fatal(err)
	}
	g.Room, err = queue.NewRoom(w.store, queue.RoomConfig{
		Gateway: name, Visitors: 4096, FirstStart: true, Drawer: g.draws, OnSnapshot: g.draws.Follow,
		Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 600, MaxInside: 100, Burst: 10}, Plan: plan(true)},
		Clock:    func() time.Time { return time.UnixMilli(w.now.Load()) },
		OnEvent:  func(e queue.Event) { g.events = append(g.events, e) },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	g.Tick(w.t.Context())
	w.gates = append(w.gates, g)
	return g
}

// dies takes a gateway out: it does nothing any more.
func (w *world) dies(g *gate) {
	for i := range w.gates {
		if w.gates[i] == g {
			w.gates = append(w.gates[:i:i], w.gates[i+1:]...)
			return
		}
	}
}

// until lets time go by up to so long after the beginning, in ticks that are longer where nothing happens.
func (w *world) until(d time.Duration) {
	w.t.Helper()
	for end := worldStart + d.Milliseconds(); w.now.Load() < end; {
		tick, since := int64(1000), w.now.Load()-worldStart-start.Milliseconds()
		if since > -2000 && since < 50_000 {
			tick = 250
		}
		w.now.Add(min(tick, end-w.now.Load()))
		for _, g := range w.gates {
			g.Flush(w.t.Context())
			g.Tick(w.t.Context())
		}
	}
}

func (g *gate) comeEarly(n int) (tickets []queue.Ticket) {
	g.w.t.Helper()
	for range n {
		j, err := g.Arrive(queue.Arrival{})
		if err != nil || j.State != queue.StateLobby {
			g.w.t.Fatalf("an arrival in the lobby: %+v, %v", j, err)
		}
		tickets = append(tickets, queue.Ticket{Visitor: j.Place.Visitor, Epoch: j.Place.Epoch, Number: j.Place.Number})
	}
	return tickets
}

// drawn is the room's draw, as the gateway sees it.
func (g *gate) drawn() *queue.Draw {
	g.w.t.Helper()
	all := g.View().Snapshot.Opening.Draws
	if len(all) == 0 {
		g.w.t.Fatalf("nothing is frozen: %+v", g.View().Snapshot.Opening)
	}
	return &all[len(all)-1]
}

// record is what the gateway publishes, verified by somebody who trusts the keyring.
func (g *gate) record() draw.Verified {
	g.w.t.Helper()
	text := g.draws.Of(opening)
	if text == nil {
		g.w.t.Fatal("no record")
	}
	r, err := draw.ParseRecord(text)
	if err != nil {
		g.w.t.Fatal(err)
	}
	v, err := draw.Verify(&r, g.w.trusted(), drand.Check)
	if err != nil {
		g.w.t.Fatalf("%s: %v", text, err)
	}
	return v
}

func (w *world) trusted() []draw.Key {
	by, ok := w.keys.Ring().Signer(time.UnixMilli(worldStart))
	if !ok {
		w.t.Fatal("no key")
	}
	return []draw.Key{{Kid: by.Kid(), Key: draw.Bytes(by.Public())}}
}

// typesIn is an official with a line.
func (g *gate) typesIn(line string) error {
	_, err := g.Update(context.Background(), func(d *queue.Document) error {
		_, err := draws.Type(d, &g.View().Snapshot, opening, line)
		return err
	})
	return err
}
