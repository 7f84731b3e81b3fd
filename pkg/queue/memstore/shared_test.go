package memstore

import (
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// A plan may have 44 KB, and a gateway takes a snapshot four times a second: what it copied was seen in how long the slowest took.
func TestSnapshotsShareThePlanAndWhoSettlesDoesNot(t *testing.T) {
	s := begun(t, filepath.Join(t.TempDir(), "room"), newClock(), document(60))
	d := document(60)
	d.Plan = []queue.Step{{At: start + 1000, Opening: "a", Rank: 1, Phase: queue.PhaseOpen}}
	mine, err := s.Settle(t.Context(), d)
	must(t, err)
	first, err := s.Snapshot(t.Context())
	must(t, err)
	second, err := s.Advance(t.Context(), queue.Watermark{}, queue.Sample{}, queue.Verdict{})
	must(t, err)
	if &first.Document.Plan[0] != &second.Document.Plan[0] {
		t.Error("each snapshot has a plan of its own")
	}
	d.Plan[0].At, mine.Plan[0].At = 1, 2
	if at := first.Document.Plan[0].At; at != start+1000 {
		t.Errorf("who settles a plan changes it in the store: %d", at)
	}
	next := first.Document.Clone()
	next.Plan[0].At = start + 2000
	_, err = s.Settle(t.Context(), next)
	must(t, err)
	if at := first.Document.Plan[0].At; at != start+1000 {
		t.Errorf("another plan changes a snapshot before it: %d", at)
	}
}
