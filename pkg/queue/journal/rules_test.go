package journal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// timing is that of the rooms of these tests, with the same durations as oldTiming where that has them.
var timing = queue.Timing{
	Absent: time.Minute, Confirm: 15 * time.Second, Window: 45 * time.Second, Lead: 2 * time.Second, Active: 5 * time.Second,
	Page: 10 * time.Minute, Idle: 10 * time.Minute, Max: 30 * time.Minute, Resume: 5 * time.Minute, Life: time.Hour,
	Hold: 5 * time.Second, Grace: time.Second,
}

// started is when a stay began that the answer of a claim begins.
func started(state queue.State, at int64) int64 {
	if state == inside {
		return at
	}
	return 0
}

// broken are the rules that a journal breaks.
func broken(t *testing.T, ordered bool, events []journal.Event) (rules []journal.Rule) {
	t.Helper()
	v, err := journal.New(journal.Config{Timing: timing, Ordered: ordered, Report: func(v journal.Violation) {
		t.Log(v)
		rules = append(rules, v.Rule)
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		v.Observe(e)
	}
	v.Close()
	return rules
}

var _ = slices.Equal[[]int]
