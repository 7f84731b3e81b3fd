package queuetest

import (
	"math/bits"

	"pgregory.net/rapid"
)

// Rapid's own ranges and samples favour small values and first elements, so that most of what a history can be would never be
// drawn. These are even, and shrink towards the first all the same.

// below draws 0 to n-1.
func below(rt *rapid.T, label string, n int) int {
	width := bits.Len(uint(n-1)) + 3
	x := 0
	for range width {
		x <<= 1
		if coin.Draw(rt, label) {
			x++
		}
	}
	return x * n >> width
}

var coin = rapid.Bool()

// between draws low to high: even by a few steps of the size of the range, then by ones.
func between(rt *rapid.T, label string, low, high int64) int64 {
	n := high - low + 1
	if n <= 64 {
		return low + int64(below(rt, label, int(n)))
	}
	return min(high, low+int64(below(rt, label, 64))*(n/64)+rapid.Int64Range(0, n/64).Draw(rt, label))
}

// sample draws one of a list.
func sample[T any](rt *rapid.T, label string, list []T) T { return list[below(rt, label, len(list))] }
