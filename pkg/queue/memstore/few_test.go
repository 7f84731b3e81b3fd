//go:build !long

package memstore

// How many histories are written to files and read again, and how many are compared with the model's.
const filed, compared = 6, 3
