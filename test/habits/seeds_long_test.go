//go:build long

package habits

// seedsEach is how many seeds a scenario is played with.
const seedsEach = 3

// busy is how long a line is played whose people alone take the time of the play; others are played for multiples of it.
const busy = hour

// looksUp is how long a line is played of which every third visitor looks something up.
const looksUp = 100 * minute
