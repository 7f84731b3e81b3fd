package setup

import (
	"strings"
	"testing"
)

func TestLinesAreBrokenBetweenWords(t *testing.T) {
	for _, tt := range [][2]string{
		{"", "- \n"},
		{"one", "- one\n"},
		{"one two three", "- one two\n  three\n"},
		{"äöü äöü äöü", "- äöü äöü\n  äöü\n"},
		{"a-word-longer-than-the-line b", "- a-word-longer-than-the-line\n  b\n"},
		{" one \n two ", "- one two\n"},
	} {
		if got := broken(9, "- ", "  ", tt[0]); got != tt[1] {
			t.Errorf("%q: %q", tt[0], got)
		}
	}
	if got := wrapped("", "", strings.Repeat("word ", 100)); strings.Index(got, "\n") != 79 {
		t.Errorf("%q", got)
	}
}
