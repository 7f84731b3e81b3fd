//go:build race

package habits

// seedsEach is how many seeds a scenario is played with: each takes ten times as long under the race detector, and the play
// has one goroutine.
const seedsEach = 1
