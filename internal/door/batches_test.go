package door_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/door"
)

func TestBatchesAreReadAsTheyWereWritten(t *testing.T) {
	all := door.Batches{
		batch(1, nil),
		batch(5, func(b *door.Batch) { b.From, b.Until, b.Revoked, b.Singles = noon, noon+hour, true, []uint32{0, 7, 99} }),
	}
	text := all.Encode()
	if got, err := door.ParseBatches(text); err != nil || !reflect.DeepEqual(got, all) {
		t.Errorf("%s: %+v, %v", text, got, err)
	}
	if got, err := door.ParseBatches(""); err != nil || len(got) != 0 || got.Encode() != "" {
		t.Errorf("none: %+v, %v, %q", got, err, got.Encode())
	}
}

func TestBatchesThatCannotBeAreRefused(t *testing.T) {
	for says, change := range map[string]func(*door.Batch){
		"id: want 1 to 1023":         func(b *door.Batch) { b.ID = 1024 },
		"key":                        func(b *door.Batch) { b.Kid = "" },
		"want a time":                func(b *door.Batch) { b.Made = 0 },
		"group":                      func(b *door.Batch) { b.Group = strings.Repeat("x", 33) },
		"uses 17: want 1 to 16":      func(b *door.Batch) { b.Uses = 17 },
		"uses 0: want 1 to 16":       func(b *door.Batch) { b.Uses = 0 },
		"count 0: want 1 to 1048576": func(b *door.Batch) { b.Count = 0 },
		"count 1048577":              func(b *door.Batch) { b.Count = door.MaxCount + 1 },
		"until":                      func(b *door.Batch) { b.From, b.Until = noon, noon },
		"there are 100 codes":        func(b *door.Batch) { b.Singles = []uint32{100} },
		"revoked serial 3 stands":    func(b *door.Batch) { b.Singles = []uint32{4, 3} },
		"batch 0":                    func(b *door.Batch) { b.ID = 0 },
		"want times, or 0":           func(b *door.Batch) { b.From = -1 },
	} {
		b := batch(1, change)
		err := door.Batches{b}.Check()
		if !errors.Is(err, door.ErrBatches) || !strings.Contains(err.Error(), says) {
			t.Errorf("want %s: %v", says, err)
		}
		if _, err := door.ParseBatches(door.Batches{b}.Encode()); !errors.Is(err, door.ErrBatches) {
			t.Errorf("%s: read: %v", says, err)
		}
		if _, err := door.NewCodes(sourceOf(t, "k0"), room, door.Batches{b}); !errors.Is(err, door.ErrBatches) {
			t.Errorf("%s: codes: %v", says, err)
		}
	}
	if _, err := door.ParseBatches("{"); !errors.Is(err, door.ErrBatches) {
		t.Error(err)
	}
	if err := (door.Batches{batch(2, nil), batch(2, nil)}).Check(); !errors.Is(err, door.ErrBatches) {
		t.Error("an id twice:", err)
	}
}

func TestARoomHasNoMoreBatchesThanItMay(t *testing.T) {
	var all door.Batches
	var err error
	for i := range door.MaxBatches {
		var id uint16
		if all, id, err = all.Add(batch(0, nil)); err != nil || int(id) != i+1 {
			t.Fatalf("batch %d: id %d, %v", i+1, id, err)
		}
	}
	if _, _, err := all.Add(batch(0, nil)); !errors.Is(err, door.ErrBatches) || !strings.Contains(err.Error(), "remove those that are over") {
		t.Errorf("one too many: %v", err)
	}
	serials := make([]uint32, door.MaxSingles/8+1)
	for i := range serials {
		serials[i] = uint32(i)
	}
	for id := uint16(1); err == nil && id < 20; id++ {
		all, err = all.Revoke(id, serials...)
	}
	if !errors.Is(err, door.ErrBatches) || !strings.Contains(err.Error(), "single codes are revoked: want at most 512") {
		t.Errorf("too many single codes: %v", err)
	}
}

func TestTheIDOfARemovedBatchIsTakenLast(t *testing.T) {
	all := door.Batches{batch(1, nil), batch(1022, nil)}
	ids := []uint16{}
	for range 3 {
		var id uint16
		var err error
		if all, id, err = all.Add(batch(0, nil)); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if !slices.Equal(ids, []uint16{1023, 2, 3}) {
		t.Errorf("%v", ids)
	}
}

func TestBatchesAndSingleCodesAreRevoked(t *testing.T) {
	all := door.Batches{batch(1, nil), batch(2, nil)}
	some, err := all.Revoke(1, 7, 3, 7)
	if err != nil || !slices.Equal(some[0].Singles, []uint32{3, 7}) || some[0].Revoked {
		t.Errorf("%+v, %v", some, err)
	}
	if some, err = some.Revoke(1, 5, 3); err != nil || !slices.Equal(some[0].Singles, []uint32{3, 5, 7}) {
		t.Errorf("%+v, %v", some, err)
	}
	if none, err := some.Revoke(1); err != nil || !none[0].Revoked || len(none[0].Singles) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
	if some, err = some.Revoke(2); err != nil || !some[1].Revoked {
		t.Errorf("%+v, %v", some, err)
	}
	if len(all[0].Singles) != 0 || all[1].Revoked {
		t.Error("what it was called on has changed")
	}
	if _, err := all.Revoke(1, 100); !errors.Is(err, door.ErrBatches) {
		t.Errorf("beyond the count: %v", err)
	}
	if _, err := all.Revoke(3); !errors.Is(err, door.ErrBatches) {
		t.Errorf("one that is not there: %v", err)
	}
}

func TestABatchIsPutBack(t *testing.T) {
	lost := batch(2, func(b *door.Batch) { b.Singles, b.Uses = []uint32{7}, 3 })
	all := door.Batches{batch(1, nil), batch(3, nil)}
	restored, err := all.Restore(lost)
	if err != nil || !reflect.DeepEqual(restored, door.Batches{all[0], lost, all[1]}) || len(all) != 2 {
		t.Fatalf("%+v, %v", restored, err)
	}
	newer, err := restored.Revoke(2)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := newer.Restore(lost); err != nil || !again[1].Revoked {
		t.Errorf("what is there was overwritten: %+v, %v", again, err)
	}
	for name, change := range map[string]func(*door.Batch){
		"key": func(b *door.Batch) { b.Kid = "k9" }, "time": func(b *door.Batch) { b.Made++ }, "group": func(b *door.Batch) { b.Group = "x" },
		"count": func(b *door.Batch) { b.Count++ }, "uses": func(b *door.Batch) { b.Uses++ },
	} {
		other := lost
		change(&other)
		if _, err := restored.Restore(other); !errors.Is(err, door.ErrBatches) || !strings.Contains(err.Error(), "another batch 2") {
			t.Errorf("another %s: %v", name, err)
		}
	}
	if _, err := all.Restore(batch(2, func(b *door.Batch) { b.Count = 0 })); !errors.Is(err, door.ErrBatches) {
		t.Error("one that cannot be is put back")
	}
}

func TestOnlyABatchThatCountsNoMoreIsRemoved(t *testing.T) {
	all := door.Batches{batch(1, nil), batch(2, func(b *door.Batch) { b.Until = noon }), batch(3, func(b *door.Batch) { b.Revoked = true })}
	for id, at := range map[uint16]int64{1: noon, 2: noon - 1, 4: noon} {
		if _, err := all.Remove(id, at); !errors.Is(err, door.ErrBatches) {
			t.Errorf("batch %d: %v", id, err)
		}
	}
	if _, err := all.Remove(3, all[2].Made); !errors.Is(err, door.ErrBatches) || !strings.Contains(err.Error(), "just been made") {
		t.Errorf("at the time at which another one would be the same: %v", err)
	}
	for _, id := range []uint16{2, 3} {
		if rest, err := all.Remove(id, noon); err != nil || len(rest) != 2 || rest.Find(id) != nil || all.Find(id) == nil {
			t.Errorf("batch %d: %+v, %v", id, rest, err)
		}
	}
}
