package token_test

import (
	"io/fs"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

func TestANewRingTakesEffectAtOnce(t *testing.T) {
	source := must(token.NewSource(must(token.LoadEnv(envEntry("k0")))))
	authority := must(token.NewAuthority(source, room))
	old := must(authority.AppendTicket(nil, someTicket()))
	if err := source.Replace(must(token.LoadEnv(envEntry("k1")))); err != nil {
		t.Fatal(err)
	}
	_, err := authority.VerifyTicket(old, noon)
	wantError(t, err, token.ErrUnknownKey)
	if _, err := authority.VerifyTicket(must(authority.AppendTicket(nil, someTicket())), noon); err != nil {
		t.Fatal(err)
	}
}

func TestASourceIsNeverEmpty(t *testing.T) {
	if _, err := token.NewSource(nil); err == nil {
		t.Error("a source without a ring")
	}
	ring := must(token.LoadEnv(envEntry("k0")))
	source := must(token.NewSource(ring))
	if err := source.Replace(nil); err == nil || source.Ring() != ring {
		t.Errorf("after the replacement by nothing: %v, %v", source.Ring(), err)
	}
}

// Rings change under the hands of those who issue and verify, and every ring
// holds the keys of its predecessor: nobody may notice.
func TestRingsMayChangeAtAnyMoment(t *testing.T) {
	rings := []*token.Keyring{
		must(token.LoadEnv(envEntry("k0") + "," + envEntry("k1"))),
		must(token.LoadEnv(envEntry("k1") + "," + envEntry("k0"))),
	}
	source := must(token.NewSource(rings[0]))
	authority := must(token.NewAuthority(source, room))
	stop := make(chan struct{})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var buffer []byte
			for {
				select {
				case <-stop:
					return
				default:
				}
				raw, err := authority.AppendTicket(buffer[:0], someTicket())
				if err == nil {
					_, err = authority.VerifyTicket(raw, noon)
				}
				if err != nil {
					t.Errorf("in the middle of a change: %v", err)
					return
				}
				buffer = raw
			}
		})
	}
	for i := range 5000 {
		if err := source.Replace(rings[i%len(rings)]); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	group.Wait()
}

func TestAFollowerBringsChangesOfTheFile(t *testing.T) {
	path := inDir(t)
	ring := must(token.NewKeyring(seeded(1), noon))
	source := must(token.NewSource(ring))
	follower := token.NewFollower(path, source)
	poll := func(want bool) {
		t.Helper()
		if changed, err := follower.Poll(); err != nil || changed != want {
			t.Fatalf("changed is %v, want %v, %v", changed, want, err)
		}
	}
	refuse := func(want error) {
		t.Helper()
		for range 2 {
			changed, err := follower.Poll()
			wantError(t, err, want)
			if changed || !source.Ring().Equal(ring) {
				t.Fatal("the ring has changed")
			}
		}
	}
	save := func() {
		t.Helper()
		if err := ring.Save(path); err != nil {
			t.Fatal(err)
		}
	}

	refuse(fs.ErrNotExist)
	save()
	poll(false)
	next := must(ring.Rotate(seeded(2), token.Rotation{Now: noon, Overlap: time.Hour}))
	if err := next.Save(path); err != nil {
		t.Fatal(err)
	}
	poll(true)
	ring = next
	if !source.Ring().Equal(ring) {
		t.Fatal("another ring is in force")
	}
	poll(false)

	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	refuse(token.ErrInsecureMode)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	poll(false)

	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(token.ErrInvalidKeyring)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	refuse(fs.ErrNotExist)

	ring = must(token.NewKeyring(seeded(3), noon))
	save()
	poll(true)
	if err := os.Chtimes(path, noon, noon); err != nil {
		t.Fatal(err)
	}
	poll(false)
}
