//go:build long

package sim

import "github.com/einlass/einlass/pkg/queue/draw"

// crashesInARow is how many there are in `make long`.
const crashesInARow = 60

// beacons are those that the draws are played with: all.
func beacons() []draw.Rule { return draw.Rules() }

// mostLoads is how many pages a minute a program without cookies loads at most.
const mostLoads = 1200
