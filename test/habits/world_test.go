package habits

import (
	"testing"

	"github.com/einlass/einlass/loadtest/capacity"
)

const (
	second = capacity.Second
	minute = capacity.Minute
	hour   = capacity.Hour
)

// world is one whose faults fail the test.
type world struct {
	*capacity.World
	tb testing.TB
}

func newWorld(tb testing.TB, s capacity.Settings) *world {
	tb.Helper()
	s.Report = func(err error) { tb.Error(err) }
	w, err := capacity.NewWorld(tb.Context(), s)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(w.Close)
	return &world{World: w, tb: tb}
}

// seeds are those of a scenario, from a first one on.
func seeds(first uint64) (all []uint64) {
	for i := range uint64(seedsEach) {
		all = append(all, first+i)
	}
	return all
}

// begin makes a store.
func (w *world) begin() {
	w.tb.Helper()
	if err := w.Begin(); err != nil {
		w.tb.Fatal(err)
	}
}
