package config_test

import (
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/config/configtest"
)

func TestEveryKeyOfARoomChangesItsHash(t *testing.T) {
	room := config.DefaultRoom()
	all := configtest.Keys(t, &room)
	if len(all) < 50 {
		t.Fatalf("only %d keys were found", len(all))
	}
	seen := map[string]string{}
	changing := configtest.Arriving(t, room, func(r config.Room) string {
		hash := r.Hash()
		if r.Hash() != hash {
			t.Error("the same room has two hashes")
		}
		seen[hash] = ""
		return hash
	})
	configtest.Want(t, "the hash of a room", changing, all)
	if len(seen) != len(all)+1 {
		t.Errorf("%d changes of one key gave %d hashes", len(all), len(seen))
	}
}

func TestTheLengthOfAListAndTheBordersOfItsEntriesCount(t *testing.T) {
	seen := map[string]bool{}
	for _, paths := range [][]string{nil, {""}, {"/a", "/b"}, {"/a/b"}, {"/a"}, {"/a", ""}, {"/b", "/a"}} {
		r := config.Room{Paths: paths}
		if seen[r.Hash()] {
			t.Errorf("%q has the hash of another list", paths)
		}
		seen[r.Hash()] = true
	}
}
