package harness

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/einlass/einlass/loadtest/launch"
)

// Program is a built gateway.
type Program struct {
	path string
}

// At is the gateway at a path.
func At(path string) Program { return Program{path: path} }

// Main builds the gateway with the race detector, runs the tests of a binary and answers its exit code.
func Main(m *testing.M, p *Program) int {
	if err := overlap(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dir, err := os.MkdirTemp("", "einlass-e2e-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if p.path, err = launch.BuildGateway(context.Background(), dir, true); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// overlap lets two tests run at the same time for each core, if -parallel does not say otherwise: they wait for processes
// and for the line for half of their time.
func overlap() error {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	return flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
}

// Run runs the program to its end and answers what it printed.
func (p *Program) Run(tb testing.TB, args ...string) string {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), p.path, args...).CombinedOutput()
	if err != nil {
		tb.Fatalf("gateway %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// Keys makes a keyring for gateways that share a store.
func (p *Program) Keys(tb testing.TB) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "keys.json")
	p.Run(tb, "keys", "new", file)
	return file
}
