// Package launchtest builds the gateway for tests that start one with package launch. Only tests import it.
package launchtest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/einlass/einlass/loadtest/launch"
)

// Main builds the gateway, names it in program, runs the tests of a binary and returns its exit code.
func Main(m *testing.M, program *string) int { return run(m, program, false) }

// MainRace is Main with the race detector in the gateway.
func MainRace(m *testing.M, program *string) int { return run(m, program, true) }

func run(m *testing.M, program *string, race bool) int {
	dir, err := os.MkdirTemp("", "einlass-gateway-*")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		*program, err = launch.BuildGateway(context.Background(), dir, race)
	}
	if err == nil {
		err = overlap()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
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
