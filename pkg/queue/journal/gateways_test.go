package journal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// flaky is a store that now and then does not answer, whether it has done the verb or not.
type flaky struct {
	queue.Store
	random *rand.Rand
}

// away does a verb, or not, and says whether there is no answer.
func away[T any](f flaky, do func() (T, error)) (T, error) {
	var none T
	switch f.random.IntN(60) {
	case 0:
		return none, fmt.Errorf("not sent: %w", queue.ErrUnavailable)
	case 1:
		_, _ = do()
		return none, fmt.Errorf("not answered: %w", queue.ErrUnavailable)
	}
	return do()
}

func (f flaky) Join(ctx context.Context, a []queue.Arrival) (queue.JoinReply, error) {
	return away(f, func() (queue.JoinReply, error) { return f.Store.Join(ctx, a) })
}

func (f flaky) Keep(ctx context.Context, m uint64, b []queue.Beat) (queue.KeepReply, error) {
	return away(f, func() (queue.KeepReply, error) { return f.Store.Keep(ctx, m, b) })
}

func (f flaky) Claim(ctx context.Context, m uint64, p []queue.Place) (queue.KeepReply, error) {
	return away(f, func() (queue.KeepReply, error) { return f.Store.Claim(ctx, m, p) })
}

func (f flaky) Renew(ctx context.Context, s []queue.Stay) (queue.KeepReply, error) {
	return away(f, func() (queue.KeepReply, error) { return f.Store.Renew(ctx, s) })
}

func (f flaky) Report(ctx context.Context, teller queue.Tally, o []queue.Outcome) (queue.Reported, error) {
	return away(f, func() (queue.Reported, error) { return f.Store.Report(ctx, teller, o) })
}

func (f flaky) Leave(ctx context.Context, ids []queue.VisitorID) error {
	_, err := away(f, func() (struct{}, error) { return struct{}{}, f.Store.Leave(ctx, ids) })
	return err
}

func (f flaky) Move(ctx context.Context, m queue.Move) (queue.Moved, error) {
	return away(f, func() (queue.Moved, error) { return f.Store.Move(ctx, m) })
}

func (f flaky) Advance(ctx context.Context, m queue.Watermark, s queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	return away(f, func() (queue.Snapshot, error) { return f.Store.Advance(ctx, m, s, v) })
}

func (f flaky) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	return away(f, func() (queue.Document, error) { return f.Store.Settle(ctx, d) })
}

func (f flaky) Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error) {
	return away(f, func() ([32]byte, error) { return f.Store.Reveal(ctx, opening, seed) })
}

func (f flaky) Restore(ctx context.Context, m queue.Watermark) error {
	_, err := away(f, func() (struct{}, error) { return struct{}{}, f.Store.Restore(ctx, m) })
	return err
}

// gateways are several processes that use one store; each verb is one of them's.
type gateways struct {
	random *rand.Rand
	all    []*journal.Recorder
	lost   func()
}

func (g *gateways) one() *journal.Recorder { return g.all[g.random.IntN(len(g.all))] }

// Lost is what the gateways cannot know.
func (g *gateways) Lost() { g.lost() }

func (g *gateways) Join(ctx context.Context, a []queue.Arrival) (queue.JoinReply, error) {
	return g.one().Join(ctx, a)
}

func (g *gateways) Keep(ctx context.Context, m uint64, b []queue.Beat) (queue.KeepReply, error) {
	return g.one().Keep(ctx, m, b)
}

func (g *gateways) Claim(ctx context.Context, m uint64, p []queue.Place) (queue.KeepReply, error) {
	return g.one().Claim(ctx, m, p)
}

func (g *gateways) Renew(ctx context.Context, s []queue.Stay) (queue.KeepReply, error) {
	return g.one().Renew(ctx, s)
}

func (g *gateways) Report(ctx context.Context, teller queue.Tally, o []queue.Outcome) (queue.Reported, error) {
	return g.one().Report(ctx, teller, o)
}

func (g *gateways) Leave(ctx context.Context, ids []queue.VisitorID) error {
	return g.one().Leave(ctx, ids)
}

func (g *gateways) Find(ctx context.Context, o queue.Order) (queue.Found, error) {
	return g.one().Find(ctx, o)
}

func (g *gateways) Move(ctx context.Context, m queue.Move) (queue.Moved, error) {
	return g.one().Move(ctx, m)
}

func (g *gateways) Advance(ctx context.Context, m queue.Watermark, s queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	return g.one().Advance(ctx, m, s, v)
}

func (g *gateways) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	return g.one().Settle(ctx, d)
}

func (g *gateways) Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error) {
	return g.one().Reveal(ctx, opening, seed)
}

func (g *gateways) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	return g.one().Snapshot(ctx)
}

func (g *gateways) Restore(ctx context.Context, m queue.Watermark) error {
	return g.one().Restore(ctx, m)
}
func (g *gateways) Close() error { return nil }

// Three gateways whose store does not always answer write their files; one is killed, and another takes its place.
func TestTheFilesOfSeveralGatewaysAreMergedAndBreakNoRule(t *testing.T) {
	for seed := range uint64(walks) {
		dir := t.TempDir()
		w := newWalker(t, seed, nil)
		random := rand.New(rand.NewPCG(seed, 3))
		var losses []journal.Event
		g := &gateways{random: random, lost: func() { losses = append(losses, journal.Event{At: w.now, Kind: journal.Lose}) }}
		begin := func() {
			file, err := journal.Create(dir, "termine", false, time.UnixMilli(start+int64(len(g.all))), func(err error) { t.Error(err) })
			w.must(err)
			g.all = append(g.all, &journal.Recorder{
				Store: flaky{w.model, random}, Log: file,
				// The latest answer of a gateway is as old as its tick.
				Clock: func() int64 { return w.now - random.Int64N(300) },
			})
		}
		for range 3 {
			begin()
		}
		w.store = g
		w.events = nil
		for range steps / 4 {
			w.step()
		}
		g.all[0].Log.Begin(journal.Event{At: w.now, Kind: journal.Claim}, []queue.VisitorID{w.any().ticket.Visitor}) // and killed
		begin()
		g.all = g.all[1:]
		for range steps / 4 {
			w.step()
		}
		for _, r := range g.all {
			w.must(r.Log.Close())
		}
		paths, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
		w.must(err)
		m := merge(t, paths...)
		m.Add(losses...)
		m.Add(w.events...) // what visitors were shown
		var found []journal.Violation
		v, err := journal.New(m.Config(func(v journal.Violation) { found = append(found, v) }))
		w.must(err)
		for _, e := range m.Events {
			v.Observe(e)
		}
		sum := v.Close()
		w.events = m.Events
		for _, v := range found[:min(len(found), 10)] {
			t.Errorf("seed %d: %v", seed, v)
			if v.Event.Visitor != (journal.ID{}) && testing.Verbose() {
				w.story(v.Event.Visitor, v.Event.At)
			}
		}
		t.Logf("seed %d: %+v", seed, sum)
	}
}
