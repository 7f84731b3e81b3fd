//go:build long

package chaos

import "testing"

func TestCrashesInARowMultiplyNothingOnACluster(t *testing.T) { crashesInARow(t, Cluster) }
