//go:build long

package memstore

// How many histories `make long-matrices` writes to files and reads again, and how many it compares with the model's.
const filed, compared = 60, 30

// largestTree is how many entries a tree has that `make long-matrices` compares with one of inserts.
const largestTree = 300_000
