package redisstore

import (
	"errors"
	"slices"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func TestOrdersAreReadAsServersOfAllVersionsWriteThem(t *testing.T) {
	r := &reader{}
	got := r.numbers("1 4194305 9007199254740991 5e+15 9.00719925474099e+15")
	want := []queue.Order{1, 4194305, queue.MaxOrder, 5_000_000_000_000_000, 9_007_199_254_740_990}
	if err := r.end(); err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestOrdersThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{"x", "-1", "1.5", "9007199254740992", "1e+99", "nan", "inf", "-inf"} {
		r := &reader{}
		r.orders(text)
		if err := r.end(); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestStatesThatDoNotFitTheBatchAreRefused(t *testing.T) {
	for name, values := range map[string][]any{
		"too few":      {int64(1), "\x02\x00"},
		"too many":     {int64(1), "\x02\x00\x02\x00\x02\x00"},
		"unknown":      {int64(1), "\x02\x00\x7f\x00"},
		"no end":       {int64(1), "\x02\x00\x07\x00"},
		"no beginning": {int64(1), "\x02\x00\x07\x00", int64(1)},
		"times left":   {int64(1), "\x02\x00\x02\x00", int64(1)},
		"not a text":   {int64(1), int64(2)},
		"not a number": {"1", "\x02\x00\x02\x00"},
	} {
		if _, err := (&reader{values: values}).standings(2); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRecordsThatAreCutOffAreRefused(t *testing.T) {
	draws := []queue.Draw{{Opening: "eight", N: 2, Base: 5, Segments: []queue.Segment{{Epoch: 1, First: 1, Last: 2}}}}
	whole := string(packDraws(draws))
	for n := 1; n < len(whole); n++ {
		r := &reader{values: []any{whole[:n]}}
		if record(r, (*records).draws); r.end() == nil {
			t.Fatalf("%d bytes of %d are a draw", n, len(whole))
		}
	}
	r := &reader{values: []any{whole}}
	if got := record(r, (*records).draws); r.end() != nil || got[0].Opening != "eight" || got[0].Segments[0].Last != 2 {
		t.Fatalf("%+v, %v", got, r.end())
	}
}

func TestSketchesThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{"x\n", "9\n1 2\n\n\n", "9\n8 1 9\n1\n\n", "9\n0 1 9\n1\n", "9\n0 1 9\nx\n\n"} {
		r := &reader{}
		r.sketches(text)
		if err := r.end(); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A sample that somebody else has written must not hold the line.
func TestASampleThatIsNoneIsLeftOut(t *testing.T) {
	r := &reader{values: []any{"a", "xx", "b", "\x3f\xf0\x00\x00\x00\x00\x00\x00text"}}
	got := r.samples()
	if want := (queue.Sample{Tick: 1, Blob: "text"}); r.err != nil || len(got) != 1 || got["b"] != want {
		t.Errorf("%v, %v", got, r.err)
	}
}
