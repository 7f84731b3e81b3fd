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

// What a page reads is never more than it read before, whatever becomes of what is known.
func TestAFigureIsNeverSaidToRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shown, limit := -1, 2_000_000
		for range 10 {
			n, exact := rapid.IntRange(0, limit).Draw(t, "known"), rapid.Bool().Draw(t, "exact")
			held := shown >= 0 && rapid.Bool().Draw(t, "held")
			if held { // the line answers what was shown, and that it is not the count
				n, exact = shown, false
			}
			figure := Figure(n, exact, shown)
			if said := shownAhead(figure, exact); shown >= 0 && said > shown || said != figure {
				t.Fatalf("%d was said, then %d (exact: %v) as %d", shown, n, exact, said)
			}
			if figure < n-n/10 || figure > n+n/10 {
				t.Fatalf("%d is said as %d", n, figure)
			}
			shown, limit = figure, figure
		}
	})
	for _, tt := range []struct {
		n     int
		exact bool
		shown int
		want  int
	}{{-1, false, 7, -1}, {7, false, 7, 7}, {123, false, 123, 120}, {123, true, 123, 123}, {12_345, false, -1, 12_400}, {12_345, false, 12_400, 12_400}} {
		if got := Figure(tt.n, tt.exact, tt.shown); got != tt.want {
			t.Errorf("%d (exact: %v) after %d is said as %d, want %d", tt.n, tt.exact, tt.shown, got, tt.want)
		}
	}
}

func TestATelephoneNumberBecomesALink(t *testing.T) {
	for contact, want := range map[string]string{
		"07131 56-2000":         `<a href="tel:07131562000">07131 56-2000</a>`,
		"+49 (0) 711/1234":      `<a href="tel:+497111234">+49 (0) 711/1234</a>`,
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
