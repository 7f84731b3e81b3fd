package drive

import (
	"fmt"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue/journal"
)

// swear replaces what the clients saw by what the gateways wrote of a room, and adds the figures that were shown.
func (w *witness) swear(dir, room string) error {
	paths, err := journal.Find(dir, room)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("journal: no file of room %q in %s", room, dir)
	}
	merged, err := journal.Merge(paths...)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clients = false
	if w.inv, err = journal.New(journal.Config{Timing: merged.Timing, Report: w.report}); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	events := append(merged.Events, w.kept...)
	slices.SortStableFunc(events, func(a, b journal.Event) int { return int(a.At - b.At) })
	for _, e := range events {
		w.inv.Observe(e)
	}
	if merged.Until > 0 { // what the rest would have said is not known, and silence is no acquittal
		return fmt.Errorf("journal: a gateway could not write it: complete only until %s",
			time.UnixMilli(merged.Until).UTC().Format(time.RFC3339))
	}
	return nil
}
