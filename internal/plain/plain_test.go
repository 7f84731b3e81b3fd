package plain

import (
	"strings"
	"testing"
)

func TestOneRuleForAllTexts(t *testing.T) {
	for text, want := range map[string][2]string{
		"":                      {"", ""},
		"Bitte warten – bis 11": {"", ""},
		"a\nb":                  {"", "line break"},
		"a\tb":                  {"", "line break or tab"},
		"a\r\nb":                {"at byte 1", "line break"},
		"a\x1b[2J":              {"at byte 1", "at byte 1"},
		"\x00":                  {"at byte 0", "at byte 0"},
		"ab\u0085":              {"at byte 2", "at byte 2"},
		"a\xffb":                {"at byte 1", "at byte 1"},
		"a\x7f":                 {"at byte 1", "at byte 1"},
	} {
		for i, got := range []string{Text(text), Line(text)} {
			if (got == "") != (want[i] == "") || !strings.Contains(got, want[i]) {
				t.Errorf("%q: %q, want %q", text, got, want[i])
			}
		}
	}
}
