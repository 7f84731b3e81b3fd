//go:build !race

package habits

// seedsEach is how many seeds a scenario is played with.
const seedsEach = 3
