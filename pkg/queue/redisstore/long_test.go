//go:build long

package redisstore_test

import (
	"testing"

	"github.com/einlass/einlass/pkg/queue/queuetest"
)

// inspectedSteps is after how many steps `make long-differential`, and a mutant, have all keys of a room read.
const inspectedSteps = "800"

// Random histories do not come by every way out of a set; the suite's scenarios do.
func TestNoScenarioLeavesAnythingBehind(t *testing.T) { queuetest.Run(t, inspectedFactory(t)) }
