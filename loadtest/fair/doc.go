// Package fair measures in simulation what a draw's lots per network are worth, and how well the words about a chance hold. Its
// command prints the tables of docs/draw.md. It has no clock and no network: the same seeds give the same tables.
package fair
