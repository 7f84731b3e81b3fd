//go:build !long

package sim

import "github.com/einlass/einlass/pkg/queue/draw"

// crashesInARow is how many there are in an ordinary test.
const crashesInARow = 2

// beacons are those that the draws are played with whenever the tests are run. The others differ in what a record says of its seed,
// which pkg/queue/draw holds them to.
func beacons() []draw.Rule { return draw.Rules()[:1] }

// mostLoads is how many pages a minute a program without cookies loads at most.
const mostLoads = 60
