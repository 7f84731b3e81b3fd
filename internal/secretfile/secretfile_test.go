package secretfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAFileThatOthersCanReadIsRefused(t *testing.T) {
	for mode, open := range map[fs.FileMode]bool{
		0o600: false, 0o400: false, 0o640: false, 0o660: false, 0o440: false,
		0o644: true, 0o604: true, 0o602: true, 0o601: true, 0o666: true,
	} {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte(" secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		link := file + "-link"
		if err := os.Symlink(file, link); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{file, link} {
			got, err := Read(path)
			switch {
			case open && (!errors.Is(err, ErrOpen) || got != "" || !strings.Contains(err.Error(), "chmod o= "+path) || strings.Contains(err.Error(), "secret\n")):
				t.Errorf("%04o: %q, %v", mode, got, err)
			case !open && (err != nil || got != "secret"):
				t.Errorf("%04o: %q, %v", mode, got, err)
			}
		}
	}
}

func TestWhatHoldsNoSecretIsRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "nowhere"): "no such file",
		dir:                           "is a directory",
		write("empty", " \n"):         "is empty",
		write("large", strings.Repeat("a", most+1)): "is larger than",
	} {
		if got, err := Read(path); err == nil || got != "" || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %q, %v, want %q", path, got, err, want)
		}
	}
}

func TestAPipeThatNobodyWritesToIsEmpty(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if secret, err := Read(pipe); err == nil {
		t.Errorf("it holds %q", secret)
	}
}
