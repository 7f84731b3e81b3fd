//go:build long

package fronts

import (
	"os"
	"testing"

	"github.com/einlass/einlass/loadtest/launch/launchtest"
)

// gateway is the path of the program.
var gateway string

func TestMain(m *testing.M) { os.Exit(launchtest.MainRace(m, &gateway)) }
