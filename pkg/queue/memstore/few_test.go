//go:build !long

package memstore

// How many histories are written to files and read again, and how many are compared with the model's.
const filed, compared = 3, 2

// largestTree is how many entries a tree has that is compared with one of inserts: three levels.
const largestTree = 30_000
