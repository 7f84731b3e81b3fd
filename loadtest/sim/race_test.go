//go:build race

package sim

// speyerShare is how much of Speyer the tests play: under the race detector the full day takes half a minute.
const speyerShare = 0.05
