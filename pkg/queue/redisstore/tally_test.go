package redisstore_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// A gateway of the release before has counted and knows no tallies. What one of this release tells such a room is in its figures already.
func TestARoomWithoutTalliesHasHeardOfWhatIsTold(t *testing.T) {
	client := redistest.Start(t).Client(t)
	told := queue.Tally{Gateway: "a", Reports: 3, Booked: 5}
	another := []queue.Outcome{{Kind: queue.Booked, Count: 2, Ref: queue.Code{9}}}
	for name, test := range map[string]struct {
		tell           func(*testing.T, queue.Store, queue.Watermark)
		booked, counts int64
	}{
		"a report": {func(t *testing.T, s queue.Store, _ queue.Watermark) {
			must(s.Report(t.Context(), told, another))(t)
		}, 7, 4},
		"a watermark of as many reports": {func(t *testing.T, s queue.Store, m queue.Watermark) {
			m.Opening.Tallies = []queue.Tally{told}
			if err := s.Restore(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			must(s.Report(t.Context(), told, another))(t)
		}, 7, 4},
		"a watermark of more": {func(t *testing.T, s queue.Store, m queue.Watermark) {
			m.Opening.Tallies, m.Opening.Booked, m.Opening.Reports = []queue.Tally{{Gateway: "a", Reports: 4, Booked: 6}}, 6, 4
			if err := s.Restore(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}, 6, 4},
	} {
		t.Run(name, func(t *testing.T) {
			room := "r" + name[len(name)-4:]
			store := must(redisstore.New(client, redisstore.Config{Room: room}))(t)
			m := queue.Watermark{Document: quick, Opening: queue.NewOpening()}
			if err := store.Restore(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			for n := range int64(3) {
				o := queue.Outcome{Kind: queue.Booked, Count: 1 + n%2*2, Ref: queue.Code{1, byte(n)}}
				must(store.Report(t.Context(), queue.Tally{}, []queue.Outcome{o}))(t)
			}
			if n := must(client.HDel(t.Context(), "einlass:{"+room+"}:2:room", "tallies").Result())(t); n != 1 {
				t.Fatalf("%d fields removed", n)
			}
			f := must(store.Snapshot(t.Context()))(t)
			m.Epoch, m.Last, m.Ceiling, m.Opening = f.Epoch, f.Last, f.Last, f.Opening
			test.tell(t, store, m)
			f = must(store.Snapshot(t.Context()))(t)
			if o := f.Opening; o.Booked != test.booked || int64(o.Reports) != test.counts || o.Tally("a").Reports != 4 {
				t.Errorf("%d booked, %d reports, %+v", o.Booked, o.Reports, o.Tallies)
			}
		})
	}
}
