package fakegateway

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/einlass/einlass/internal/web"
)

// ErrDeps says that the browser or the node modules are not installed.
var ErrDeps = errors.New("run make deps")

// Office is the site that the tests of pages and their pictures are of.
func Office() web.SiteConfig {
	return web.SiteConfig{Title: "Bürgerbüro Musterstadt", Contact: "07131 56-2000", Entry: 10 * time.Second}
}

// Chromium finds the browser that people have: the environment's CHROMIUM, else Debian's. shell: rather Chromium without its window where
// that is installed, the same engine, which takes a third of the processor's time for a page.
func Chromium(shell bool) (string, error) {
	paths := []string{os.Getenv("CHROMIUM"), "/usr/bin/chromium-headless-shell", "/usr/bin/chromium"}
	if !shell {
		paths = slices.Delete(paths, 1, 2)
	}
	for _, path := range paths {
		if path == "" {
			continue
		}
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no Chromium: %w", ErrDeps)
}

// Node prepares node with args in dir, the folder with package.json, against a fake gateway of its own, for tests in the browser
// whose program is named. The caller runs the command and then calls stop.
func Node(ctx context.Context, chromium, dir string, site web.SiteConfig, args ...string) (cmd *exec.Cmd, stop func(), err error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, nil, fmt.Errorf("no node: %w", ErrDeps)
	}
	for _, module := range []string{"playwright-core", "axe-core"} {
		if _, err := os.Stat(filepath.Join(dir, "node_modules", module, "package.json")); err != nil {
			return nil, nil, fmt.Errorf("node module %s is not installed: %w", module, ErrDeps)
		}
	}
	s, err := New(site)
	if err != nil {
		return nil, nil, err
	}
	server := httptest.NewServer(s)
	cmd = exec.CommandContext(ctx, node, args...)
	cmd.Dir = dir
	// Output that a left-over browser holds open must not keep the caller waiting.
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "SERVER="+server.URL, "CHROMIUM="+chromium, "NODE_NO_WARNINGS=1")
	return cmd, server.Close, nil
}
