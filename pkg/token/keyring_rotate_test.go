package token_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// rotateVar makes the test binary a process that rotates a keyring file, and then waits for its end.
const rotateVar = "EINLASS_TEST_ROTATE_KEYRING"

func rotateOnce(path string) {
	if _, err := token.RotateFile(path, "", rand.Reader, token.Rotation{Now: time.Now(), Overlap: time.Hour}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// kids are the names of the keys that a ring has.
func kids(ring *token.Keyring) (names []string) {
	for _, k := range ring.Keys(noon) {
		names = append(names, k.Kid)
	}
	return names
}

func TestOfSeveralRotationsAtOnceNoneIsLost(t *testing.T) {
	path := inDir(t)
	if err := must(token.NewKeyring(rand.Reader, noon)).Save(path); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var made []string
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10 {
				ring, err := token.RotateFile(path, "", rand.Reader, token.Rotation{Now: noon, Overlap: time.Hour})
				if errors.Is(err, token.ErrRotating) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				made = append(made, kids(ring)[0])
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(made) < 10 {
		t.Fatalf("%d rotations were made", len(made))
	}
	left := kids(must(token.Load(path)))
	for _, kid := range made {
		if !slices.Contains(left, kid) {
			t.Errorf("the key %s is lost", kid)
		}
	}
	onlyFile(t, path)
}

func TestARotationIsForTheRingThatItWasDecidedOn(t *testing.T) {
	path := inDir(t)
	ring := must(token.NewKeyring(seeded(1), noon))
	if err := ring.Save(path); err != nil {
		t.Fatal(err)
	}
	r := token.Rotation{Now: noon, Overlap: time.Hour}
	next := must(token.RotateFile(path, ring.Version(), seeded(2), r))
	if next.Version() == ring.Version() || !must(token.Load(path)).Equal(next) {
		t.Error("nothing was rotated")
	}
	if _, err := token.RotateFile(path, ring.Version(), seeded(3), r); !errors.Is(err, token.ErrRingChanged) {
		t.Errorf("a second one that was decided on the first ring: %v", err)
	}
	if !must(token.Load(path)).Equal(next) {
		t.Error("what was refused has changed the file")
	}
	if _, err := token.RotateFile(filepath.Join(t.TempDir(), "none"), "", seeded(3), r); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// Whatever died while it wrote has left a file with keys, which nobody looks for.
func TestARotationTakesAwayWhatADeadOneHasLeft(t *testing.T) {
	path := inDir(t)
	if err := must(token.NewKeyring(seeded(1), noon)).Save(path); err != nil {
		t.Fatal(err)
	}
	dead, alive := filepath.Join(filepath.Dir(path), ".keyring.json.1"), filepath.Join(filepath.Dir(path), ".keyring.json.2")
	for file, age := range map[string]time.Duration{dead: 2 * time.Minute, alive: 0} {
		if err := errors.Join(os.WriteFile(file, []byte("{"), 0o600), os.Chtimes(file, noon, noon.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	must(token.RotateFile(path, "", seeded(2), token.Rotation{Now: noon, Overlap: time.Hour}))
	if _, err := os.Stat(dead); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a dead process has left is there: %v", err)
	}
	if _, err := os.Stat(alive); err != nil {
		t.Errorf("what another process writes now is gone: %v", err)
	}
}

func TestWhatEachKeyDoesIsTold(t *testing.T) {
	old := must(token.NewKeyring(seeded(1), noon.Add(-48*time.Hour)))
	ring := must(old.Rotate(seeded(2), token.Rotation{Now: noon.Add(-24 * time.Hour), Overlap: 25 * time.Hour}))
	ring = must(ring.Rotate(seeded(3), token.Rotation{Now: noon, ActivatesAt: noon.Add(5 * time.Minute), Overlap: 25 * time.Hour}))
	states := func(at time.Time) (all []token.KeyState) {
		for _, k := range ring.Keys(at) {
			if k.Alg == "HS256" {
				all = append(all, k.State)
			}
		}
		return all
	}
	for at, want := range map[time.Duration][]token.KeyState{
		0:                {token.KeyPending, token.KeySigns, token.KeyKept},
		10 * time.Minute: {token.KeySigns, token.KeyKept, token.KeyKept},
		2 * time.Hour:    {token.KeySigns, token.KeyKept, token.KeyEnded},
	} {
		if got := states(noon.Add(at)); !slices.Equal(got, want) {
			t.Errorf("after %v: %v, want %v", at, got, want)
		}
	}
	pairs := 0
	for _, k := range ring.Keys(noon) {
		if k.Alg == "EdDSA" && k.State == token.KeySigns {
			pairs++
		}
	}
	if pairs != 1 {
		t.Errorf("%d pairs sign", pairs)
	}
}

// A keyring that nobody could read is not written: gateways would not start with it, and everybody would lose the place.
func TestAKeyringStaysReadableHoweverOftenItIsRotated(t *testing.T) {
	path := inDir(t)
	if err := must(token.NewKeyring(rand.Reader, noon)).Save(path); err != nil {
		t.Fatal(err)
	}
	rotation := token.Rotation{Now: noon, Overlap: 25 * time.Hour}
	rotations := 0
	var err error
	for ; err == nil && rotations < 1000; rotations++ {
		_, err = token.RotateFile(path, "", rand.Reader, rotation)
		if _, broken := token.Load(path); broken != nil {
			t.Fatalf("after %d rotations: %v", rotations+1, broken)
		}
	}
	if !errors.Is(err, token.ErrFull) || rotations < 50 {
		t.Fatalf("after %d rotations: %v", rotations, err)
	}
	onlyFile(t, path)
	later := rotation
	later.Now = noon.Add(26 * time.Hour)
	if _, err := token.RotateFile(path, "", rand.Reader, later); err != nil {
		t.Errorf("when the older keys have ended: %v", err)
	}
}

// Keys that were disclosed end at once, also in a keyring that is full.
func TestAFullKeyringIsRotatedWithoutOverlap(t *testing.T) {
	path := inDir(t)
	if err := must(token.NewKeyring(rand.Reader, noon)).Save(path); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if _, err := token.RotateFile(path, "", rand.Reader, token.Rotation{Now: noon, Overlap: time.Hour}); err != nil {
			break
		}
	}
	ring, err := token.RotateFile(path, "", rand.Reader, token.Rotation{Now: noon, DropPending: true})
	if err != nil || len(kids(ring)) != 2 {
		t.Errorf("%v: keys %v", err, kids(ring))
	}
}
