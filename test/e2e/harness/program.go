package harness

import (
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
)

// Program is a built gateway.
type Program struct {
	path   string
	before bool
}

// At is the gateway at a path.
func At(path string) Program { return Program{path: path} }

// Before is the gateway of a release before this one, at a path.
func Before(path string) Program { return Program{path: path, before: true} }

// Main builds the gateway with the race detector, runs the tests of a binary and returns its exit code.
func Main(m *testing.M, p *Program) int { return launchtest.MainRace(m, &p.path) }

// Run runs the program to its end and answers what it printed.
func (p *Program) Run(tb testing.TB, args ...string) string {
	tb.Helper()
	out, err := launch.Run(tb.Context(), p.path, args...)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// Path is the file of the program.
func (p *Program) Path() string { return p.path }

// Fails runs the program to an end that is a fault, and answers what it says.
func (p *Program) Fails(tb testing.TB, args ...string) string {
	tb.Helper()
	out, err := launch.Run(tb.Context(), p.path, args...)
	if err == nil {
		tb.Fatalf("%v does not fail: %s", args, out)
	}
	return err.Error()
}

// Begin runs the program until it is stopped, at the latest with the test.
func (p *Program) Begin(tb testing.TB, args ...string) (*launch.Process, *launch.Log) {
	tb.Helper()
	log := new(launch.Log)
	running, err := launch.Start("gateway", tb.TempDir(), log, p.path, args...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(running.Kill)
	return running, log
}

// Keys makes a keyring for gateways that share a store.
func (p *Program) Keys(tb testing.TB) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "keys.json")
	p.Run(tb, "keys", "new", file)
	return file
}
