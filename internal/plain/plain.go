// Package plain is the one rule of what text people may be shown, or may say in a record: that of the configuration file and that of
// the admin API.
//
// internal/config and internal/operator use it. It imports nothing of this module.
package plain

import (
	"fmt"
	"strings"
	"unicode"
)

// Text says what is wrong with a text of several lines, or "": a control character other than the line feed and the tab, or bytes that
// are no UTF-8, which decoders replace by U+FFFD.
func Text(text string) (problem string) {
	i := strings.IndexFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && unicode.IsControl(r) || r == unicode.ReplacementChar
	})
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("has a control character or broken UTF-8 at byte %d; want plain text", i)
}

// Line says what is wrong with a text of one line, or "": as Text, and a line break or a tab.
func Line(text string) (problem string) {
	if strings.ContainsAny(text, "\n\t") {
		return "has a line break or tab; want one line of plain text"
	}
	return Text(text)
}
