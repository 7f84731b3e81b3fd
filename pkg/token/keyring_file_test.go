package token_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/token"
)

// createVar makes the test binary a process that creates a keyring and prints
// whether it did and which.
const createVar = "EINLASS_TEST_CREATE_KEYRING"

func TestMain(m *testing.M) {
	if path := os.Getenv(createVar); path != "" {
		ring, created, err := token.LoadOrCreate(path, seeded(byte(os.Getpid())), noon)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(created, ring.Fingerprint())
		return
	}
	if path := os.Getenv(rotateVar); path != "" {
		rotateOnce(path)
		return
	}
	os.Exit(m.Run())
}

func inDir(t testing.TB) string {
	return filepath.Join(t.TempDir(), "keyring.json")
}

// onlyFile makes sure that nothing was left lying about.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries := must(os.ReadDir(filepath.Dir(path)))
	if len(entries) != 1 || entries[0].Name() != filepath.Base(path) {
		t.Fatalf("the directory holds %v", entries)
	}
}

func TestASavedKeyringIsLoaded(t *testing.T) {
	path := inDir(t)
	ring := must(token.NewKeyring(seeded(1), noon))
	for i := range 2 {
		if err := ring.Save(path); err != nil {
			t.Fatal(err)
		}
		if !must(token.Load(path)).Equal(ring) {
			t.Fatal("another ring is loaded")
		}
		if mode := must(os.Stat(path)).Mode(); mode != 0o600 {
			t.Fatalf("mode is %v", mode)
		}
		onlyFile(t, path)
		ring = must(ring.Rotate(seeded(byte(i+2)), token.Rotation{Now: noon, Overlap: time.Hour}))
	}
}

func TestAKeyringThatOthersMayTouchIsRefused(t *testing.T) {
	path := inDir(t)
	if err := must(token.NewKeyring(seeded(1), noon)).Save(path); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o601, 0o666, 0o777} {
		t.Run(mode.String(), func(t *testing.T) {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			_, err := token.Load(path)
			wantError(t, err, token.ErrInsecureMode)
			for _, part := range []string{fmt.Sprintf("%04o", mode), "chmod 600 " + path} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("error is %q, must name %q", err, part)
				}
			}
			_, created, err := token.LoadOrCreate(path, seeded(2), noon)
			wantError(t, err, token.ErrInsecureMode)
			if created {
				t.Error("it is said to be created")
			}
		})
	}
	for _, mode := range []fs.FileMode{0o600, 0o400} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := token.Load(path); err != nil {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

func TestWhatIsNoKeyringFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	t.Run("a missing file", func(t *testing.T) {
		_, err := token.Load(filepath.Join(dir, "missing"))
		wantError(t, err, fs.ErrNotExist)
	})
	t.Run("a directory", func(t *testing.T) {
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		_, err := token.Load(dir)
		wantError(t, err, token.ErrInvalidKeyring)
	})
	for name, text := range map[string]string{
		"an empty file": "", "a large file": goodFile + strings.Repeat(" ", 1<<20), "half a file": goodFile[:300],
	} {
		t.Run(name, func(t *testing.T) {
			path := inDir(t)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := token.Load(path)
			wantError(t, err, token.ErrInvalidKeyring)
			if !strings.Contains(err.Error(), path) {
				t.Errorf("error is %q, must name the file", err)
			}
			_, _, err = token.LoadOrCreate(path, seeded(1), noon)
			wantError(t, err, token.ErrInvalidKeyring)
		})
	}
}

func TestAKeyringIsCreatedOnce(t *testing.T) {
	path := inDir(t)
	first, created, err := token.LoadOrCreate(path, seeded(1), noon)
	if err != nil || !created {
		t.Fatalf("created is %v, %v", created, err)
	}
	onlyFile(t, path)
	if mode := must(os.Stat(path)).Mode(); mode != 0o600 {
		t.Fatalf("mode is %v", mode)
	}
	second, created, err := token.LoadOrCreate(path, seeded(2), noon)
	if err != nil || created || !second.Equal(first) {
		t.Fatalf("the second time: created is %v, same ring is %v, %v", created, second.Equal(first), err)
	}
}

func TestProcessesThatCreateAtOnceAgree(t *testing.T) {
	path := inDir(t)
	answers := make([]string, 6)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			command := exec.CommandContext(t.Context(), os.Args[0])
			command.Env = append(os.Environ(), createVar+"="+path)
			answer, err := command.CombinedOutput()
			if err != nil {
				t.Errorf("process %d: %v: %s", i, err, answer)
			}
			answers[i] = string(answer)
		})
	}
	group.Wait()
	creators := 0
	want := must(token.Load(path)).Fingerprint()
	for _, answer := range answers {
		created, ring, _ := strings.Cut(strings.TrimSpace(answer), " ")
		if created == "true" {
			creators++
		}
		if ring != want {
			t.Errorf("a process has the ring %q, the file %q", ring, want)
		}
	}
	if creators != 1 {
		t.Errorf("%d processes have created it", creators)
	}
	onlyFile(t, path)
}

func TestAKeyringCannotBeCreatedInAMissingDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "keyring.json")
	_, created, err := token.LoadOrCreate(path, seeded(1), noon)
	if created || !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("created is %v, %v", created, err)
	}
	wantError(t, must(token.NewKeyring(seeded(1), noon)).Save(path), fs.ErrNotExist)
}

func TestSavingThroughALinkKeepsTheLink(t *testing.T) {
	path := inDir(t)
	link := filepath.Join(t.TempDir(), "link.json")
	ring := must(token.NewKeyring(seeded(1), noon))
	if err := errors.Join(ring.Save(path), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	rotated := must(ring.Rotate(seeded(2), token.Rotation{Now: noon}))
	if err := rotated.Save(link); err != nil {
		t.Fatal(err)
	}
	if !must(token.Load(path)).Equal(rotated) || must(os.Lstat(link)).Mode().Type() != fs.ModeSymlink {
		t.Fatal("the link's target was not replaced, or the link was")
	}
	onlyFile(t, link)
	onlyFile(t, path)
}

func TestARotationKeepsTheOwnerOfTheFile(t *testing.T) {
	path := inDir(t)
	ring := must(token.NewKeyring(seeded(1), noon))
	if err := ring.Save(path); err != nil {
		t.Fatal(err)
	}
	// Only root can give a file away; for anybody else the owner is the same
	// before and after.
	if os.Geteuid() == 0 {
		if err := os.Chown(path, 4711, 4712); err != nil {
			t.Fatal(err)
		}
	}
	before := must(os.Stat(path)).Sys().(*syscall.Stat_t)
	if err := ring.Save(path); err != nil {
		t.Fatal(err)
	}
	after := must(os.Stat(path)).Sys().(*syscall.Stat_t)
	if after.Ino == before.Ino || after.Uid != before.Uid || after.Gid != before.Gid {
		t.Fatalf("owner %d:%d became %d:%d", before.Uid, before.Gid, after.Uid, after.Gid)
	}
}

func TestAFailedSaveLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "keyring.json")
	// A directory cannot be replaced by a file.
	if err := os.Mkdir(target, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := must(token.NewKeyring(seeded(1), noon)).Save(target); err == nil {
		t.Fatal("a directory was replaced")
	}
	onlyFile(t, target)
}

func TestAPipeIsNoKeyring(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := token.Load(pipe); err == nil {
		t.Error("it is taken")
	}
}
