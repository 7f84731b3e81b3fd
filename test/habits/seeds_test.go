//go:build !long

package habits

// seedsEach is how many seeds a scenario is played with: the play has one goroutine, and takes ten times as long under the race
// detector. The long tests play more.
const seedsEach = 1

// busy is how long a line is played whose people alone take the time of the play; others are played for multiples of it.
const busy = 6 * minute

// looksUp is how long a line is played of which every third visitor looks something up.
const looksUp = 40 * minute
