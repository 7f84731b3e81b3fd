package operator_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/einlass/einlass/internal/operator"
)

// atOnce does something fifty times at the same moment, and gives the errors.
func atOnce(do func(i int) error) []error {
	const times = 50
	errs, begin := make([]error, times), make(chan struct{})
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() {
			<-begin
			errs[i] = do(i)
		})
	}
	close(begin)
	all.Wait()
	return errs
}

// refusedBy counts the errors that are one, and fails for others.
func refusedBy(t *testing.T, errs []error, want error) (refused int) {
	t.Helper()
	for _, err := range errs {
		switch {
		case errors.Is(err, want):
			refused++
		case err != nil:
			t.Errorf("%v, want %v", err, want)
		}
	}
	return refused
}

func TestOfChangesOfOneVersionAtOnceOneWins(t *testing.T) {
	h := newHouse(t)
	seen, err := h.Get(h.as(staff), "termine")
	if err != nil {
		t.Fatal(err)
	}
	errs := atOnce(func(i int) error {
		change := operator.Change{Rate: ptr(int64(100 + i)), IfVersion: seen.Version}
		_, err := h.ask(change)
		return err
	})
	if refused := refusedBy(t, errs, operator.ErrVersion); refused != len(errs)-1 {
		t.Errorf("of %d changes %d were refused, want all but one", len(errs), refused)
	}
	now, err := h.Get(h.as(staff), "termine")
	if err != nil || now.Version != seen.Version+1 || now.Rate < 100 || errs[now.Rate-100] != nil {
		t.Errorf("in force is %d a minute in version %d, %v", now.Rate, now.Version, err)
	}
}

func TestOneConfirmationAtOnceCountsOnce(t *testing.T) {
	h := newHouse(t)
	h.come(7)
	end := func(code string) error {
		_, err := h.EndStays(h.as(staff), "termine", operator.StaysEnd{All: true, Because: operator.Because{Reason: "x"}, Confirmed: operator.Confirmed{Confirm: code}})
		return err
	}
	code := asks(t, end(""), operator.EffectStaysEnd, 0, "")
	errs := atOnce(func(int) error { return end(code) })
	if refused := refusedBy(t, errs, operator.ErrConfirm); refused != len(errs)-1 {
		t.Errorf("of %d acts %d were asked again, want all but one", len(errs), refused)
	}
}
