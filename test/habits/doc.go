// Package habits holds a room to figures in virtual time: a real queue.Room over a real embedded store, and visitors who know
// nothing of what the store computes about them. The worlds and the habits are those of loadtest/capacity.
//
// The figures that a room must reach are asserted for several seeds. The seeds of a scenario were not used to find its
// bounds.
//
// It has tests only.
package habits
