//go:build race

package proxy

// bulk is smaller under the race detector, which makes copying slow: still four times
// what the memory may grow by.
const bulk = 256 << 20
