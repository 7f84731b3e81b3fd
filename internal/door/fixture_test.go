package door_test

import (
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/token"
)

const (
	room = "termine"
	noon = int64(1_781_438_400_000) // 2026-06-14 12:00 UTC, ms
	hour = int64(3_600_000)
)

// ringOf is a ring of keys whose secrets follow from their ids; the first signs.
func ringOf(t testing.TB, kids ...string) *token.Keyring {
	t.Helper()
	value := ""
	for i, kid := range kids {
		if i > 0 {
			value += ","
		}
		secret := sha256.Sum256([]byte("secret of " + kid))
		value += kid + ":" + base64.StdEncoding.EncodeToString(secret[:])
	}
	ring, err := token.LoadEnv(value)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func sourceOf(t testing.TB, kids ...string) *token.Source {
	t.Helper()
	source, err := token.NewSource(ringOf(t, kids...))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// batch is one of a hundred codes of the key k0.
func batch(id uint16, change func(*door.Batch)) door.Batch {
	b := door.Batch{ID: id, Kid: "k0", Made: noon - 24*hour, Group: "residents", Uses: 1, Count: 100}
	if change != nil {
		change(&b)
	}
	return b
}

func codesOf(t testing.TB, source *token.Source, batches ...door.Batch) *door.Codes {
	t.Helper()
	codes, err := door.NewCodes(source, room, batches)
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func code(t testing.TB, codes *door.Codes, batch uint16, serial uint32) string {
	t.Helper()
	p, err := codes.Printer(batch)
	if err != nil {
		t.Fatal(err)
	}
	return string(p.Append(nil, serial))
}
