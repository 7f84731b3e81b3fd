package web

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
)

func TestLongGermanWordsMayBreak(t *testing.T) {
	german := softened(language.German)
	if got := german.Replace("Ihre Warteschlange ist geschlossen."); got != "Ihre Warte\u00adschlange ist ge\u00adschlossen." {
		t.Errorf("%q", got)
	}
	if got := softened(language.MustParse("de-simple")).Replace("Warteliste"); got != "Warte\u00adliste" {
		t.Errorf("easy language: %q", got)
	}
	if got := softened(language.English).Replace("Warteliste"); got != "Warteliste" {
		t.Errorf("English: %q", got)
	}
}

func TestTheTitleOfAPageHasNoSoftHyphens(t *testing.T) {
	s := mustNew(t, testSite())
	lang, ok := s.LangOf([]byte("de"))
	if !ok {
		t.Fatal("no German")
	}
	page := string(s.AppendOver(nil, lang, &Placeless{Why: EndedLeft}))
	_, title, _ := strings.Cut(page, "<title>")
	title, body, _ := strings.Cut(title, "</title>")
	if strings.Contains(title, softHyphen) || !strings.Contains(title, "Warteschlange") {
		t.Errorf("title %q", title)
	}
	if !strings.Contains(body, "Warte\u00adschlange") {
		t.Error("the page has no soft hyphens")
	}
	page = string(s.AppendError(nil, lang, 502, ""))
	_, title, _ = strings.Cut(page, "<title>")
	title, body, _ = strings.Cut(title, "</title>")
	if !strings.Contains(title, "Die Terminbuchung") || !strings.Contains(body, "Die Termin\u00adbuchung") {
		t.Errorf("the name of the site may break in the title %q, or may not in the heading", title)
	}
}
