package door_test

import (
	"errors"
	"testing"

	"github.com/einlass/einlass/internal/door"
)

// known are all errors that a check has.
func known(err error) bool {
	for _, want := range []error{door.ErrTypo, door.ErrWrong, door.ErrNotYet, door.ErrExpired, door.ErrRevoked} {
		if errors.Is(err, want) {
			return true
		}
	}
	return err == nil
}

func FuzzCheck(f *testing.F) {
	source := sourceOf(f, "k0")
	codes := codesOf(f, source, batch(1, func(b *door.Batch) { b.Count = 3 }))
	f.Add(code(f, codes, 1, 2))
	f.Add("2222-2222-2222-2222")
	f.Add("ZZZZ ZZZZ ZZZZ ZZZD")
	genuine := map[string]bool{}
	for serial := range uint32(3) {
		genuine[code(f, codes, 1, serial)] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := codes.Check(text, noon)
		if !known(err) {
			t.Fatalf("%q: %v", text, err)
		}
		if err == nil && !genuine[code(t, codes, e.Batch, e.Serial)] || err != nil && e != (door.Entry{}) {
			t.Fatalf("%q: %+v, %v", text, e, err)
		}
	})
}

func FuzzCheckInvitation(f *testing.F) {
	invitations := invitationsOf(f, sourceOf(f, "k0"), shared)
	text, err := invitations.Make(door.Invitation{Group: "residents", Person: "case 17", Until: noon + hour}, noon)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, raw string) {
		e, err := invitations.Check(raw, noon)
		if !known(err) || err == nil && e.Group == "" || err != nil && e.Group != "" && errors.Is(err, door.ErrWrong) {
			t.Fatalf("%q: %+v, %v", raw, e, err)
		}
	})
}

func FuzzCheckPlace(f *testing.F) {
	places := placesOf(f, sourceOf(f, "k0"), room)
	f.Add(uint64(7), places.Code(7, noon))
	f.Fuzz(func(t *testing.T, order uint64, text string) {
		if err := places.Check(order, text, noon); !known(err) {
			t.Fatalf("%d, %q: %v", order, text, err)
		}
	})
}

func FuzzParseBatches(f *testing.F) {
	f.Add(door.Batches{batch(1, func(b *door.Batch) { b.Singles = []uint32{1} })}.Encode())
	f.Fuzz(func(t *testing.T, text string) {
		b, err := door.ParseBatches(text)
		if err != nil {
			return
		}
		again, err := door.ParseBatches(b.Encode())
		if err != nil || again.Encode() != b.Encode() {
			t.Fatalf("%q: %+v, then %+v, %v", text, b, again, err)
		}
	})
}
