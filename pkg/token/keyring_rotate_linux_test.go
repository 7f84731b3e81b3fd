package token_test

import (
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/einlass/einlass/pkg/token"
)

// A process is killed twelve times at each thing that the directory sees of a rotation: sixty times in all.
func TestARotationThatIsKilledLosesNoKey(t *testing.T) {
	for step, mask := range map[string]uint32{
		"the lock": syscall.IN_OPEN, "a new file": syscall.IN_CREATE, "its text": syscall.IN_MODIFY, "it is whole": syscall.IN_CLOSE_WRITE,
		"it takes the place of the other": syscall.IN_MOVED_TO,
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			path := inDir(t)
			ring := must(token.NewKeyring(rand.Reader, time.Now()))
			if err := ring.Save(path); err != nil {
				t.Fatal(err)
			}
			for range 12 {
				killAt(t, path, mask)
				after, err := token.Load(path)
				if err != nil {
					t.Fatalf("the keyring cannot be read: %v", err)
				}
				keeps(t, after, ring)
				// Nothing stays locked.
				next, err := token.RotateFile(path, after.Version(), rand.Reader, token.Rotation{Now: time.Now(), Overlap: time.Hour})
				if err != nil {
					t.Fatalf("no rotation after it: %v", err)
				}
				keeps(t, next, after)
				ring = next
			}
		})
	}
}

// keeps holds a ring to the keys of the one before.
func keeps(t *testing.T, ring, before *token.Keyring) {
	t.Helper()
	left := kids(ring)
	for _, kid := range kids(before) {
		if !slices.Contains(left, kid) {
			t.Errorf("the key %s is lost", kid)
		}
	}
}

// killAt runs a process that rotates a keyring file, and kills it when the directory sees something.
func killAt(t *testing.T, path string, mask uint32) {
	t.Helper()
	watch := must(syscall.InotifyInit1(syscall.IN_CLOEXEC))
	seen := os.NewFile(uintptr(watch), "inotify")
	defer seen.Close()
	must(syscall.InotifyAddWatch(watch, filepath.Dir(path), mask))
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), rotateVar+"="+path)
	stdin := must(command.StdinPipe())
	defer stdin.Close()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var event [unsafe.Sizeof(syscall.InotifyEvent{}) + syscall.NAME_MAX + 1]byte
	if _, err := seen.Read(event[:]); err != nil {
		t.Error(err)
	}
	if err := command.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := command.Wait(); err == nil || command.ProcessState.Exited() {
		t.Errorf("it was not killed: %v", command.ProcessState)
	}
}
