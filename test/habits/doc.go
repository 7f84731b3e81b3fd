// Package habits plays visitors against the rules of the line in virtual time: a real queue.Room over a real embedded store,
// with a clock that the test moves. The visitors do what people and programs do (come, wait as the page does, press after a
// while, fill in forms, go without a word) and know nothing of what the store computes about them.
//
// The figures that a room must reach are asserted for several seeds. The seeds of a scenario were not used to find its
// bounds.
//
// It has tests only.
package habits
