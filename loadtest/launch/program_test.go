package launch

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheGatewayIsTheOneNamedOrOneOnPath(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "gateway")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := FindGateway(program); err != nil || got != program {
		t.Errorf("named: %q, %v", got, err)
	}
	t.Setenv("PATH", t.TempDir())
	for path, names := range map[string]string{"": "--gateway PATH", filepath.Join(dir, "other"): "--gateway " + dir, dir: "--gateway " + dir} {
		if got, err := FindGateway(path); !errors.Is(err, ErrNoGateway) || !strings.Contains(err.Error(), names) {
			t.Errorf("%q: %q, %v", path, got, err)
		}
	}
	t.Setenv("PATH", dir)
	if got, err := FindGateway(""); err != nil || got != program {
		t.Errorf("on PATH: %q, %v", got, err)
	}
	t.Chdir(dir) // a process may be started in another directory
	if got, err := FindGateway("./gateway"); err != nil || !filepath.IsAbs(got) || filepath.Base(got) != "gateway" {
		t.Errorf("a relative path: %q, %v", got, err)
	}
}

func TestTheGatewayBesideThisProgramComesBeforePath(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	beside := filepath.Join(filepath.Dir(self), "gateway")
	if err := os.WriteFile(beside, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(beside) })
	if got, err := FindGateway(""); err != nil || got != beside {
		t.Errorf("got %q, %v, want %q", got, err, beside)
	}
}
