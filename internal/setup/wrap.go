package setup

import (
	"strings"
	"unicode/utf8"
)

// screenWidth is what every terminal has, fileWidth what an editor shows, in runes.
const screenWidth, fileWidth = 80, 118

// wrapped is a text in lines of a screen, broken between words. The first line begins with first, the others with next.
func wrapped(first, next, text string) string { return broken(screenWidth, first, next, text) }

func broken(width int, first, next, text string) string {
	var b strings.Builder
	line, empty := first, true
	for word := range strings.FieldsSeq(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, empty = next, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return b.String() + line + "\n"
}
