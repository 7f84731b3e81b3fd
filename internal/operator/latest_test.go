package operator_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

func TestNobodyReadsControlsOlderThanAnActBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		for i := range 3 {
			made, err := h.ask(operator.Change{Rate: ptr(int64(70 + i))})
			if err != nil {
				t.Fatal(err)
			}
			one, err := h.Get(h.as(staff), "termine") // no snapshot was taken meanwhile
			if err != nil || one.Version != made.Version || one.Rate != int64(70+i) {
				t.Errorf("act %d made version %d; the room says %d, rate %d, %v", i, made.Version, one.Version, one.Rate, err)
			}
			all, err := h.List(h.as(staff))
			if err != nil || all[0].Version != made.Version {
				t.Errorf("act %d made version %d; the list says %d, %v", i, made.Version, all[0].Version, err)
			}
		}
	})
}

func TestASnapshotCountsAgainAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		before, err := h.Get(h.as(staff), "termine")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.ask(operator.Change{Rate: ptr[int64](70)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second) // as behind a store that began anew, with a lower version
		if now, err := h.Get(h.as(staff), "termine"); err != nil || now.Version != before.Version {
			t.Errorf("the snapshot has version %d; the room says %d, %v", before.Version, now.Version, err)
		}
	})
}
