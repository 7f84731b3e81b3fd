//go:build long

package chaos

import "testing"

// small are the faults of the small chaos.
func small() []string { return []string{"gateway killed", "FLUSHALL", "failover by an operator"} }

// TestCrashesInARowMultiplyNothing repeats what a process that dies once cannot show. All crashes are repeated by
// `loadtest chaos --repeat`.
func TestCrashesInARowMultiplyNothing(t *testing.T) { crashesInARow(t, Embedded) }

func TestCrashesInARowMultiplyNothingOnACluster(t *testing.T) { crashesInARow(t, Cluster) }

func crashesInARow(t *testing.T, topology Topology) {
	t.Helper()
	o := playSmall(t, Config{Seed: 3, Topologies: []Topology{topology}, Repeat: 8, Only: []string{"gateway killed", "FLUSHALL"}})
	if last := o.Faults[len(o.Faults)-1]; last.Times != 8 || last.Asked < 8 {
		t.Errorf("%+v", last)
	}
}
