package main

import (
	"math"
	"strings"

	"github.com/einlass/einlass/internal/history"
)

// empty is a braille character without dots (Unicode 15, table 2800). Each has two columns of four dots.
const empty = '\u2800'

// columnsOfDots are the bits of the dots of each column, from the lowest on. It is a constant table.
var columnsOfDots = [2][4]rune{{0x40, 0x04, 0x02, 0x01}, {0x80, 0x20, 0x10, 0x08}}

// sparkline draws values as bars of one to four dots, two values a character. What is not known has no dot.
func sparkline(values []history.Value) string {
	most := 0.0
	for _, v := range values {
		if f := float64(v); !math.IsNaN(f) {
			most = max(most, f)
		}
	}
	var b strings.Builder
	for i := 0; i < len(values); i += 2 {
		dots := empty
		for side, v := range values[i:min(i+2, len(values))] {
			for row := range barOf(float64(v), most) {
				dots |= columnsOfDots[side][row]
			}
		}
		b.WriteRune(dots)
	}
	return b.String()
}

// barOf is how many dots a value has, of which the highest has four.
func barOf(v, most float64) int {
	switch {
	case math.IsNaN(v):
		return 0
	case most <= 0 || v <= 0:
		return 1
	}
	return 1 + int(math.Round(3*v/most))
}
