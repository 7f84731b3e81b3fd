//go:build long

package memstore

// How many histories `make long-matrices` writes to files and reads again, and how many it compares with the model's.
const filed, compared = 60, 30
