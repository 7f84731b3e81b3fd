package survey

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown is how much of a text is shown, in runes.
const maxShown = 120

// Shown is a text of a stranger as people may be shown it: one line, at most 120 runes, of what has a form. All else (control characters,
// marks that turn the direction of writing, broken UTF-8) is written as Go escapes it.
func Shown(text string) string {
	var b strings.Builder
	n := 0
	for i, r := range text {
		if n++; n > maxShown {
			b.WriteString("…")
			break
		}
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[i]), 16))
		case r == ' ', unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// line is a text with each run of space as one, as browsers show it.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }
