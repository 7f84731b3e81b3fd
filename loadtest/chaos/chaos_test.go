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

// playSmall plays one topology with a small crowd, which must end well.
func playSmall(t *testing.T, cfg Config) *Outcome {
	t.Helper()
	var out strings.Builder
	cfg.Gateway, cfg.Small, cfg.Out = program, true, &out
	outcomes, err := Run(t.Context(), cfg)
	if err != nil || len(outcomes) != 1 {
		t.Fatalf("%d outcomes, %v\n%s", len(outcomes), err, out.String())
	}
	o := outcomes[0]
	for _, f := range o.Failures {
		t.Error(f)
	}
	if o.Felt.In == 0 {
		t.Error("nobody went in")
	}
	if t.Failed() {
		t.Log(out.String())
	}
	return o
}

// TestThreeGatewaysOnAClusterSurviveWhatIsDoneToThem is chaos in small: real gateways, HAProxy, six Redis nodes and
// a crowd. All faults are played by `loadtest chaos`.
func TestThreeGatewaysOnAClusterSurviveWhatIsDoneToThem(t *testing.T) {
	o := playSmall(t, Config{Seed: 1, Topologies: []Topology{Cluster}, Only: small()})
	if len(o.Faults) != len(small()) {
		t.Errorf("%d faults: %+v", len(o.Faults), o.Faults)
	}
}
