package capacity

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// opens is the time at which a world begins.
var opens = time.Date(2026, time.December, 1, 8, 0, 0, 0, time.UTC).UnixMilli()

// World is a room and everybody that comes to it. One goroutine moves its clock and uses it.
type World struct {
	clock
	Dice
	// Store is the one that is there now: it can be lost.
	Store struct{ queue.Store }
	// Rooms has one for each gateway.
	Rooms  []*queue.Room
	Timing queue.Timing
	// Files is the directory of the state, empty: none.
	Files string
	// Starts is how many stores there have been.
	Starts int
	// Ahead is by how much the clock of the store is wrong, in milliseconds.
	Ahead int64

	People  []*Person
	Given   []*Person // those with a number, in the order in which they got it
	Entries []*Person // in their order, resumed stays apart
	Inside  int       // people who are at the site and have not gone
	Most    Most      // since it was last cleared

	settings Settings
	ctx      context.Context
	// journal holds every answer to the rules, unless there are files or more than one gateway: what a store has lost is not
	// written down here.
	journal queue.Store
	rules   *journal.Invariants
}

// Most is the highest of some figures.
type Most struct {
	Inside  int   // people truly there
	Counted int64 // in permille of a person, by the store
	Live    int64 // stays
}

// Settings of a world. The zero value: the defaults of a room, a pace of 30 a minute and 60 inside.
type Settings struct {
	Seed   uint64
	Pace   queue.Pace
	Timing queue.Timing
	Curves [queue.Curves]queue.Curve // learned before
	Paused bool
	// Silent: the site knows nothing of the waiting room, so it says nothing when a visit is over.
	Silent bool
	// Gateways is how many there are, default 1. Files is a directory that keeps the line over a restart.
	Gateways int
	Files    string
	// Report takes each fault: a broken rule, an answer that must not be. Required.
	Report func(error)
}

// NewWorld makes a world. Close it.
func NewWorld(ctx context.Context, s Settings) (*World, error) {
	w := &World{Dice: NewDice(s.Seed), Timing: s.Timing, Files: s.Files, settings: s, ctx: ctx}
	if w.Timing == (queue.Timing{}) {
		w.Timing = queue.DefaultTiming()
	}
	if s.Pace == (queue.Pace{}) {
		s.Pace = SmallTown()
	}
	s.Pace.Mode = queue.ModeRun
	if s.Paused {
		s.Pace.Mode = queue.ModePause
	}
	if err := w.Begin(); err != nil {
		return nil, err
	}
	if err := w.prepare(&s, queue.Document{Version: 1, Pace: s.Pace, Timing: w.Timing}); err != nil {
		w.Close()
		return nil, err
	}
	w.Every(250, func() {
		for _, r := range w.Rooms {
			r.Tick(ctx)
		}
		w.look()
		if ctx.Err() != nil {
			w.over = true
		}
	})
	w.Every(50, func() {
		for _, r := range w.Rooms {
			r.Flush(ctx)
		}
	})
	w.Run(5 * Second) // the grace of a new room
	return w, nil
}

// prepare gives the store what was learned before, and makes the gateways.
func (w *World) prepare(s *Settings, d queue.Document) error {
	if s.Curves != ([queue.Curves]queue.Curve{}) {
		m := queue.Watermark{Document: d, Opening: queue.NewOpening(), Curves: s.Curves}
		if err := w.Store.Restore(w.ctx, m); err != nil {
			return err
		}
	}
	w.journal = &w.Store
	if s.Files == "" && s.Gateways < 2 {
		var err error
		w.rules, err = journal.New(journal.Config{Timing: w.Timing, Ordered: true, Report: func(v journal.Violation) { s.Report(broken(v)) }})
		if err != nil {
			return err
		}
		w.journal = &journal.Recorder{Store: &w.Store, Sink: w.rules.Observe, Clock: w.time, Figures: s.Pace.Rate < 100}
	}
	for i := range max(1, s.Gateways) {
		r, err := w.Gateway(i, d)
		if err != nil {
			return err
		}
		w.Rooms = append(w.Rooms, r)
	}
	return nil
}

// Close ends the store and the rules.
func (w *World) Close() {
	if w.rules != nil {
		w.rules.Close()
	}
	_ = w.Store.Close() // nobody reads what it leaves
}

// Begin makes a store, from files if there are any. It writes them when it is closed, and besides only what it must.
func (w *World) Begin() error {
	cfg := memstore.Config{Clock: func() int64 { return w.time() + w.Ahead }}
	if w.Files != "" {
		const never = 24 * time.Hour // by the wall clock, so that one run is as the other
		cfg.Files = &memstore.Files{Path: filepath.Join(w.Files, "room"), Every: never, PlacesEvery: never}
	}
	s, err := memstore.New(cfg)
	if err != nil {
		return err
	}
	w.Store.Store = s
	w.Starts++
	return nil
}

// Gateway makes the room of a gateway.
func (w *World) Gateway(i int, d queue.Document) (*queue.Room, error) {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], w.settings.Seed)
	binary.BigEndian.PutUint64(seed[8:], uint64(w.Starts)<<8|uint64(i))
	return queue.NewRoom(w.journal, queue.RoomConfig{
		Gateway: string(rune('a' + i)), Document: d, FirstStart: w.now == 0, Seed: seed,
		Visitors: 1 << 14, // of a million, most of the time of a play would go to the making and clearing
		Clock:    func() time.Time { return time.UnixMilli(w.time()) },
	})
}

// any is a gateway, as a balancer picks it.
func (w *World) any() *queue.Room { return w.Rooms[w.IntN(len(w.Rooms))] }

// Snapshot is the latest of the first gateway.
func (w *World) Snapshot() *queue.Snapshot { return &w.Rooms[0].View().Snapshot }

// SmallTown is the pace of the README's configuration, and of most plays.
func SmallTown() queue.Pace {
	return queue.Pace{Rate: 30, MaxInside: 60, Burst: queue.DefaultBurst(30)}
}

// time is the one of the wall.
func (w *World) time() int64 { return opens + w.now }

// look notes the figures of the latest snapshot.
func (w *World) look() {
	f := w.Snapshot()
	w.Most.Counted = max(w.Most.Counted, f.Counted)
	w.Most.Live = max(w.Most.Live, f.Live)
	w.Most.Inside = max(w.Most.Inside, w.Inside)
}

// fail reports a fault after which a play means nothing, and ends it.
func (w *World) fail(err error) {
	w.over = true
	w.settings.Report(err)
}

// Open begins to let people in.
func (w *World) Open() { w.set(func(p *queue.Pace) { p.Mode = queue.ModeRun }) }

// set changes the pace.
func (w *World) set(change func(*queue.Pace)) {
	_, err := w.Rooms[0].Update(w.ctx, func(d *queue.Document) error {
		change(&d.Pace)
		return nil
	})
	if err != nil {
		w.fail(err)
	}
}

// Spread does something n times at random times of a span that begins now.
func (w *World) Spread(n int, span int64, do func()) {
	for range n {
		w.In(w.Int64N(span), do)
	}
}

// Entered is how many came in from one time on, before another.
func (w *World) Entered(from, to int64) (n int) {
	for _, p := range w.Entries {
		if p.Entered >= from && p.Entered < to {
			n++
		}
	}
	return n
}

// Paced checks what holds whatever people do: in any T at most burst + rate·(T + 10 s) enter.
func (w *World) Paced(pace queue.Pace) {
	const unit = 60_000
	most := pace.Burst*unit + pace.Rate*10_000
	level, last := most, int64(0)
	for _, p := range w.Entries {
		level = min(most, level+(p.Entered-last)*pace.Rate) - unit
		last = p.Entered
		if level < 0 {
			w.settings.Report(tooMany(p.Entered))
			return
		}
	}
}
