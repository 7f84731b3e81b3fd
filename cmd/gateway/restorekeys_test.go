package main

import (
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// ringOf makes a keyring file, and answers what stands in it.
func (k *keptGateway) ringOf(ring *token.Keyring) string {
	k.t.Helper()
	_ = os.Remove(k.path("state/keys.json"))
	if err := ring.Save(k.path("state/keys.json")); err != nil {
		k.t.Fatal(err)
	}
	return k.ring()
}

func (k *keptGateway) ring() string {
	k.t.Helper()
	text, err := os.ReadFile(k.path("state/keys.json"))
	if err != nil {
		k.t.Fatal(err)
	}
	return string(text)
}

func newRing(t *testing.T) *token.Keyring {
	t.Helper()
	ring, err := token.NewKeyring(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// Tickets that were signed since the backup are valid on, and those of the backup, too.
func TestAKeyringThatWasRotatedSinceABackupStays(t *testing.T) {
	k := keptOn(t, "a")
	k.goesOn("a", 1)
	ring := newRing(t)
	k.ringOf(ring)
	k.backup(k.path("monday"))
	rotated, err := ring.Rotate(rand.Reader, token.Rotation{Now: time.Now(), Overlap: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	want := k.ringOf(rotated)
	said, _, err := k.run(nil, "restore", k.path("monday"))
	if err != nil || !strings.Contains(said, "The keyring that is there stays: it has all keys of the backup's, and 2 since.") {
		t.Errorf("%s: %v", said, err)
	}
	if k.ring() != want {
		t.Error("it does not stay")
	}
}

func TestWhatAnotherKeyringCostsIsSaid(t *testing.T) {
	k := keptOn(t, "a")
	k.goesOn("a", 1)
	backups := k.ringOf(newRing(t))
	k.backup(k.path("monday"))
	const lost = "that the backup does not have are void then, and who has one waits again from the end"
	k.ringOf(newRing(t))
	k.refused(nil, "keys.json is there and differs from the backup's; --replace puts it aside. Tickets and passes that were signed with the 2 keys of ", k.path("monday"))
	said, _, err := k.run(nil, "restore", k.path("monday"), "--replace")
	if err != nil || !strings.Contains(said, lost) || k.ring() != backups {
		t.Errorf("%s: %v", said, err)
	}
}

func TestABackupWithoutAKeyringSaysSo(t *testing.T) {
	k := keptOn(t, "a")
	k.goesOn("a", 1)
	k.backup(k.path("monday"))
	said, _, err := k.run(nil, "restore", k.path("monday"))
	if err != nil || !strings.Contains(said, "The backup holds no keyring, and "+k.path("state/keys.json")+" is not there: put the one there") {
		t.Errorf("%s: %v", said, err)
	}
	want := k.ringOf(newRing(t))
	said, _, err = k.run(nil, "restore", k.path("monday"))
	if err != nil || !strings.Contains(said, "The backup holds no keyring, and "+k.path("state/keys.json")+" stays: ") || k.ring() != want {
		t.Errorf("%s: %v", said, err)
	}
}
