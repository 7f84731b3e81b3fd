package main

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Processes that remember nothing and follow each other within a second begin different epochs.
func TestALineWithoutMemoryBeginsAnEpochThatNoProcessBeforeBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(300 * time.Millisecond)
		begun := map[uint64]bool{}
		for range 60 {
			if err := awaitEpoch(t.Context(), true, false, time.Now()); err != nil {
				t.Fatal(err)
			}
			epoch := queue.EpochAt(time.Now().AddDate(30, 0, 0).UnixMilli())
			if begun[epoch] {
				t.Fatalf("epoch %d is begun twice", epoch)
			}
			begun[epoch] = true
			time.Sleep(10 * time.Millisecond) // it lives, and is killed
		}
	})
}

func TestNobodyWaitsForAnEpochThatIsNewAnyway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(300 * time.Millisecond)
		began := time.Now()
		for _, c := range []struct{ forgot, newKeys bool }{{false, false}, {true, true}, {false, true}} {
			if err := awaitEpoch(t.Context(), c.forgot, c.newKeys, time.Now()); err != nil || time.Since(began) != 0 {
				t.Errorf("%+v: %v after %v", c, err, time.Since(began))
			}
		}
	})
}
