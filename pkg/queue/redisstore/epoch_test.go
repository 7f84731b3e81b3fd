package redisstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/redisstore/redistest"
)

// A server loses everything again and again, several times in a second, and each time another gateway rebuilds the room that has
// heard of nothing that was given since the first one. No number is given twice.
func TestARoomThatIsLostTwiceInASecondGivesNoNumberTwice(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := server.Client(t)
	remembered := queue.Watermark{Epoch: 7, Last: 40, Ceiling: 1040, Document: quick}
	given := map[[2]uint64]bool{}
	for n := uint64(1); n <= 12; n++ {
		store := newStore(t, client, "a")
		if err := store.Restore(t.Context(), remembered); err != nil {
			t.Fatal(err)
		}
		// Half of the losses come before anybody has a number: an arrival of a tenth of a second is given up.
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+n%2*20)*100*time.Millisecond)
		reply, err := store.Join(ctx, arrivals(n, 2))
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		for _, j := range reply.Places {
			place := [2]uint64{j.Place.Epoch, j.Place.Number}
			if given[place] {
				t.Errorf("number %d of epoch %d is given twice", place[1], place[0])
			}
			given[place] = true
		}
		if err := client.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if len(given) < 12 {
		t.Errorf("%d numbers were given", len(given))
	}
}
