//go:build !race

package sim

// speyerShare is how much of Speyer the tests play.
const speyerShare = 1
