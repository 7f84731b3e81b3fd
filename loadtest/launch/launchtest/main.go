// Package launchtest has the gateway for tests that start one with package launch. Only tests import it.
//
// Each test binary builds the gateway by itself, unless the variable TEST_PROGRAMS of the environment names a directory of
// programs that were built before, as `make test` does for all of them: linking it a dozen times takes minutes.
package launchtest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/einlass/einlass/loadtest/launch"
)

// Programs is the directory of TEST_PROGRAMS, in which `make test` has built gateway and admin, or "".
func Programs() string { return os.Getenv("TEST_PROGRAMS") }

// Main builds the gateway, names it in program, runs the tests of a binary and returns its exit code.
func Main(m *testing.M, program *string) int { return run(m, program, false) }

// MainRace is Main with the race detector in the gateway.
func MainRace(m *testing.M, program *string) int { return run(m, program, true) }

func run(m *testing.M, program *string, race bool) int {
	remove, err := gateway(program, race)
	defer remove()
	if err == nil {
		err = overlap()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// gateway finds the program among those that were built before, or builds it; remove removes what it built.
func gateway(program *string, race bool) (remove func(), err error) {
	if built := Programs(); built != "" {
		*program, err = launch.FindGateway(filepath.Join(built, "gateway"))
		return func() {}, err
	}
	dir, err := os.MkdirTemp("", "einlass-gateway-*")
	if err != nil {
		return func() {}, err
	}
	*program, err = launch.BuildGateway(context.Background(), dir, race)
	return func() { _ = os.RemoveAll(dir) }, err
}

// overlap lets two parallel tests run at the same time for each core, if -parallel does not say otherwise: half of the
// time they wait for processes and for the line.
func overlap() error {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	return flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0)))
}
