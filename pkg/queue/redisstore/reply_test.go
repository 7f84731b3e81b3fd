package redisstore

import (
	"errors"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func TestOrdersAreReadAsServersOfAllVersionsWriteThem(t *testing.T) {
	r := &reader{values: []any{"1 4194305 9007199254740991 5e+15 9.00719925474099e+15"}}
	got := r.orders(nil)
	want := []queue.Order{1, 4194305, queue.MaxOrder, 5_000_000_000_000_000, 9_007_199_254_740_990}
	if err := r.end(); err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestOrdersThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{"x", "-1", "1.5", "9007199254740992", "1e+99", "1  2", "nan", "inf", "-inf"} {
		r := &reader{values: []any{text}}
		r.orders(nil)
		if err := r.end(); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestStatesThatDoNotFitTheBatchAreRefused(t *testing.T) {
	for name, values := range map[string][]any{
		"too few":      {int64(1), "w"},
		"too many":     {int64(1), "www"},
		"unknown":      {int64(1), "wx"},
		"no end":       {int64(1), "wi"},
		"ends left":    {int64(1), "ww", int64(1)},
		"not a text":   {int64(1), int64(2)},
		"not a number": {"1", "ww"},
	} {
		if _, err := (&reader{values: values}).standings(2); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
