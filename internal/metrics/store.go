package metrics

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/pkg/queue"
)

// verbNames are the verbs of queue.Store.
var verbNames = []string{
	"join", "keep", "claim", "renew", "report", "leave", "find", "move", "advance", "settle", "reveal", "frame", "restore",
}

// storeOutcomes tell the sentinel errors apart, in the order in which they are tried.
var storeOutcomes = []struct {
	name string
	err  error
}{
	{"lost", queue.ErrLost},
	{"unavailable", queue.ErrUnavailable},
	{"conflict", queue.ErrConflict},
	{"invalid", queue.ErrInvalid},
	{"format", queue.ErrFormat},
	{"unknown", queue.ErrUnknown},
	{"closed", queue.ErrClosed},
}

type verb struct {
	calls map[string]prometheus.Counter
	took  prometheus.Observer
}

// storeBuckets reach from an embedded store to the longest command timeout that makes sense.
var storeBuckets = []float64{.000_01, .000_05, .000_1, .000_25, .000_5, .001, .002_5, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}

func (r *registrar) verbs() map[string]verb {
	calls := r.counters("store_calls_total", "Calls of the store, by verb and outcome.", "verb", "outcome")
	took := r.histograms("store_call_duration_seconds", "Duration of calls of the store, by verb.", storeBuckets, "verb")
	verbs := map[string]verb{}
	for _, name := range slices.Concat(verbNames, []string{other}) {
		v := verb{calls: map[string]prometheus.Counter{}, took: took.WithLabelValues(name)}
		for _, outcome := range storeOutcomes {
			v.calls[outcome.name] = calls.WithLabelValues(name, outcome.name)
		}
		v.calls["ok"] = calls.WithLabelValues(name, "ok")
		v.calls[other] = calls.WithLabelValues(name, other)
		verbs[name] = v
	}
	return verbs
}

// StoreCall counts one call of the store.
func (m *Metrics) StoreCall(name string, took time.Duration, err error) {
	v, ok := m.verbs[name]
	if !ok {
		v = m.verbs[other]
	}
	v.calls[outcomeOf(err)].Inc()
	v.took.Observe(took.Seconds())
}

func outcomeOf(err error) string {
	if err == nil {
		return "ok"
	}
	for _, outcome := range storeOutcomes {
		if errors.Is(err, outcome.err) {
			return outcome.name
		}
	}
	return other
}

// WatchStore counts every call of a store.
func (m *Metrics) WatchStore(next queue.Store) queue.Store { return &watchedStore{m: m, next: next} }

type watchedStore struct {
	m    *Metrics
	next queue.Store
}

func measure[T any](w *watchedStore, name string, call func() (T, error)) (T, error) {
	began := w.m.now()
	reply, err := call()
	w.m.StoreCall(name, w.m.now().Sub(began), err)
	return reply, err
}

func (w *watchedStore) only(name string, call func() error) error {
	_, err := measure(w, name, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

func (w *watchedStore) Join(ctx context.Context, arrivals []queue.Arrival) (queue.JoinReply, error) {
	return measure(w, "join", func() (queue.JoinReply, error) { return w.next.Join(ctx, arrivals) })
}

func (w *watchedStore) Keep(ctx context.Context, mapping uint64, beats []queue.Beat) (queue.KeepReply, error) {
	return measure(w, "keep", func() (queue.KeepReply, error) { return w.next.Keep(ctx, mapping, beats) })
}

func (w *watchedStore) Claim(ctx context.Context, mapping uint64, places []queue.Place) (queue.KeepReply, error) {
	return measure(w, "claim", func() (queue.KeepReply, error) { return w.next.Claim(ctx, mapping, places) })
}

func (w *watchedStore) Renew(ctx context.Context, stays []queue.Stay) (queue.KeepReply, error) {
	return measure(w, "renew", func() (queue.KeepReply, error) { return w.next.Renew(ctx, stays) })
}

func (w *watchedStore) Report(ctx context.Context, teller queue.Tally, outcomes []queue.Outcome) (reply queue.Reported, err error) {
	err = w.only("report", func() (err error) {
		reply, err = w.next.Report(ctx, teller, outcomes)
		return err
	})
	return reply, err
}

func (w *watchedStore) Leave(ctx context.Context, ids []queue.VisitorID) error {
	return w.only("leave", func() error { return w.next.Leave(ctx, ids) })
}

func (w *watchedStore) Find(ctx context.Context, o queue.Order) (queue.Found, error) {
	return measure(w, "find", func() (queue.Found, error) { return w.next.Find(ctx, o) })
}

func (w *watchedStore) Move(ctx context.Context, m queue.Move) (queue.Moved, error) {
	return measure(w, "move", func() (queue.Moved, error) { return w.next.Move(ctx, m) })
}

func (w *watchedStore) Advance(ctx context.Context, m queue.Watermark, s queue.Sample, v queue.Verdict) (queue.Snapshot, error) {
	return measure(w, "advance", func() (queue.Snapshot, error) { return w.next.Advance(ctx, m, s, v) })
}

func (w *watchedStore) Settle(ctx context.Context, d queue.Document) (queue.Document, error) {
	return measure(w, "settle", func() (queue.Document, error) { return w.next.Settle(ctx, d) })
}

func (w *watchedStore) Reveal(ctx context.Context, opening string, seed [32]byte) ([32]byte, error) {
	return measure(w, "reveal", func() ([32]byte, error) { return w.next.Reveal(ctx, opening, seed) })
}

func (w *watchedStore) Snapshot(ctx context.Context) (queue.Snapshot, error) {
	return measure(w, "frame", func() (queue.Snapshot, error) { return w.next.Snapshot(ctx) })
}

func (w *watchedStore) Restore(ctx context.Context, m queue.Watermark) error {
	return w.only("restore", func() error { return w.next.Restore(ctx, m) })
}

func (w *watchedStore) Close() error { return w.next.Close() }
