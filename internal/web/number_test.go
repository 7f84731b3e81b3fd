package web

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"pgregory.net/rapid"
)

func TestNumbersAreGroupedAsTheLanguageDoes(t *testing.T) {
	for _, tt := range []struct {
		tag  language.Tag
		n    uint64
		want string
	}{
		{language.German, 999, "999"},
		{language.German, 1234, "1.234"},
		{language.English, 1234567, "1,234,567"},
		{language.French, 1234, "1\u00a0234"},
		{language.German, 18446744073709551615, "18.446.744.073.709.551.615"},
	} {
		if got := string(groupingOf(tt.tag).append(nil, tt.n)); got != tt.want {
			t.Errorf("%d in %s: %s, want %s", tt.n, tt.tag, got, tt.want)
		}
	}
}

func TestGroupingAgreesWithCLDR(t *testing.T) {
	for _, tag := range []language.Tag{language.German, language.English, language.French, language.Turkish} {
		g, printer := groupingOf(tag), message.NewPrinter(tag)
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.Uint64().Draw(t, "n")
			if got, want := string(g.append(nil, n)), printer.Sprint(n); got != want {
				t.Fatalf("%d in %s: %s, want %s", n, tag, got, want)
			}
		})
	}
}

func TestARoundedCountNeverRisesWhileTheRealOneFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.IntRange(0, 2_000_000).Draw(t, "a")
		b := rapid.IntRange(0, a).Draw(t, "b")
		shownA, shownB := roundAhead(a), roundAhead(b)
		if shownB > shownA {
			t.Fatalf("%d is shown as %d, then %d as %d", a, shownA, b, shownB)
		}
		if shownA < a || shownA > a+a/10 {
			t.Fatalf("%d is shown as %d", a, shownA)
		}
	})
}

func TestATelephoneNumberBecomesALink(t *testing.T) {
	for contact, want := range map[string]string{
		"07131 56-2000":         `<a href="tel:07131562000">07131 56-2000</a>`,
		"+49 (0) 711/1234":      `<a href="tel:+4907111234">+49 (0) 711/1234</a>`,
		"115":                   `<a href="tel:115">115</a>`,
		"Rathaus, Zimmer 3 & 4": "Rathaus, Zimmer 3 &amp; 4",
		"--":                    "--",
		"":                      "",
	} {
		if got := contactHTML(contact); got != want {
			t.Errorf("%q: %s, want %s", contact, got, want)
		}
	}
	if strings.Contains(contactHTML(`"><script>`), "<") {
		t.Error("a contact is not escaped")
	}
}
