package chaos

import (
	"os"
	"strings"
	"testing"

	"github.com/einlass/einlass/loadtest/check"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
)

// program is the gateway, with the race detector.
var program string

func TestMain(m *testing.M) { os.Exit(launchtest.MainRace(m, &program)) }

func emptyReport() *check.Report { return &check.Report{Entries: 1} }

// TestCrashesInARowMultiplyNothing repeats what a process that dies once cannot show. All crashes are repeated by
// `loadtest chaos --repeat`.
func TestCrashesInARowMultiplyNothing(t *testing.T) {
	var out strings.Builder
	outcomes, err := Run(t.Context(), Config{
		Seed: 3, Topologies: []Topology{Embedded, Cluster}, Gateway: program, Small: true, Out: &out, Repeat: 8,
		Only: []string{"gateway killed", "FLUSHALL"},
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, o := range outcomes {
		for _, f := range o.Failures {
			t.Error(f)
		}
		if last := o.Faults[len(o.Faults)-1]; last.Times != 8 || last.Asked < 8 || o.Felt.In == 0 {
			t.Errorf("%+v, %d went in\n%s", last, o.Felt.In, out.String())
		}
	}
}

// TestThreeGatewaysOnAClusterSurviveAKillALossAndAFailover is chaos in small: real gateways, HAProxy, six Redis nodes and
// a crowd. All faults are played by `loadtest chaos`.
func TestThreeGatewaysOnAClusterSurviveAKillALossAndAFailover(t *testing.T) {
	var out strings.Builder
	outcomes, err := Run(t.Context(), Config{
		Seed: 1, Topologies: []Topology{Cluster}, Gateway: program, Small: true, Out: &out,
		Only: []string{"gateway killed", "FLUSHALL", "failover by an operator"},
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, o := range outcomes {
		for _, f := range o.Failures {
			t.Error(f)
		}
		if len(o.Faults) != 3 || o.Felt.In == 0 {
			t.Errorf("%d faults, %d went in\n%s", len(o.Faults), o.Felt.In, out.String())
		}
	}
}
