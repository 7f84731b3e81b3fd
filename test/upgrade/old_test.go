//go:build long

package upgrade

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/test/e2e/harness"
)

// before is the release whose source is kept in testdata, with what its gateway needs and without its tests.
const before = "testdata/einlass-2026-11-28.tar.gz"

// old and today are the two programs.
var old, today harness.Program

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "einlass-upgrade-*")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		old, err = build(context.Background(), before, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return harness.Main(m, &today)
}

// build makes the gateway from an archive of its source, in a directory outside of this module.
func build(ctx context.Context, archive, dir string) (harness.Program, error) {
	if err := unpack(archive, dir); err != nil {
		return harness.Program{}, fmt.Errorf("unpack %s: %w", archive, err)
	}
	program := filepath.Join(dir, "gateway")
	cmd := exec.CommandContext(ctx, "go", "build", "-pgo=off", "-o", program, "./cmd/gateway")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	if out, err := cmd.CombinedOutput(); err != nil {
		return harness.Program{}, fmt.Errorf("build the gateway of %s: %w\n%s", archive, err, out)
	}
	return harness.Before(program), nil
}

func unpack(archive, dir string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	for r := tar.NewReader(plain); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !filepath.IsLocal(head.Name) {
			return fmt.Errorf("%q is outside of the archive", head.Name)
		}
		if err := extract(head, r, filepath.Join(dir, head.Name)); err != nil {
			return err
		}
	}
}

func extract(head *tar.Header, r io.Reader, path string) error {
	switch head.Typeflag {
	case tar.TypeDir:
		return os.MkdirAll(path, 0o755)
	case tar.TypeReg:
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	}
	return nil // a comment of git's
}
