//go:build !race

package proxy

// bulk is the size of a body that must not be held in memory.
const bulk = 1 << 30
