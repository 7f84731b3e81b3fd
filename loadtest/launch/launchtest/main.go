// Package launchtest builds the gateway for tests that start one with package launch. Only tests import it.
package launchtest

import (
	"context"
	"fmt"
	"os"
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
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
