package web

import (
	"strings"
	"testing"

	"golang.org/x/text/language"
)

func TestEveryPageThatCanBeLoadedAgainOffersTheOtherLanguages(t *testing.T) {
	p := mustNew(t, testSite())
	for page, body := range everyPage(p) {
		own, _, _ := strings.Cut(page, " ")
		// A page that any other host may frame has no form.
		sent := strings.HasSuffix(page, " window") || strings.Contains(string(body), `data-page="form"`) || strings.Contains(string(body), `data-page="lapsed"`)
		for tag, name := range map[string]string{"de": "Deutsch", "de-simple": "Leichte Sprache", "en": "English"} {
			button := `<button name="lang" value="` + tag + `" lang="` + tag + `">` + name + `</button>`
			if got, want := strings.Contains(string(body), button), !sent && tag != own; got != want {
				t.Errorf("%s: offers %s: %v", page, tag, got)
			}
		}
	}
}

func TestTheChoiceOfLanguageLeadsBackToThePage(t *testing.T) {
	p := mustNew(t, testSite())
	var page string
	for number, held := range []string{" disabled", ""} {
		page = string(p.AppendWait(nil, 0, &Wait{Target: `/a?b="&c='`, Status: Status{Number: uint64(number)}}))
		if want := `<input type="hidden" name="to" value="/a?b=%22&amp;c=&#39;"><input type="hidden" name="held"` + held + `></form></nav>`; strings.Count(page, want) != 1 {
			t.Errorf("number %d: the page has no %s", number, want)
		}
	}
	if want := `<form action="/.einlass/language"><input type="hidden" name="room" value="` + testSite().Room + `">`; !strings.Contains(page, want) {
		t.Errorf("the page has no %s", want)
	}
}

func TestOneLanguageAndNoRoomHaveNoChoice(t *testing.T) {
	one := testSite()
	one.Languages = []string{"de"}
	for name, p := range map[string]*Site{"one": mustNew(t, one), "neutral": mustLibrary(t).Neutral()} {
		if page := p.AppendError(nil, 0, 404, ""); strings.Contains(string(page), "<nav") {
			t.Errorf("%s has a choice: %s", name, page)
		}
	}
}

// WCAG 2.2, 3.1.2: what is in another language than the page says so.
func TestTitleAndMessageAreInTheFirstLanguage(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	for lang, want := range map[Lang]string{0: "<p>" + site.Title, 1: `<p lang="de">` + site.Title} {
		if page := p.AppendError(nil, lang, 404, ""); !strings.Contains(string(page), `<header class="site">`+want) {
			t.Errorf("language %d: no %s", lang, want)
		}
		w := &Wait{Target: "/", Status: Status{Message: "Heute bis 12 Uhr"}}
		said := map[Lang]string{0: `<p id="message">Heute`, 1: `<p id="message" lang="de">Heute`}[lang]
		if page := p.AppendWait(nil, lang, w); !strings.Contains(string(page), said) {
			t.Errorf("language %d: no %s", lang, said)
		}
	}
}

// Whoever reads German well gets German: easy language is for those who choose it.
func TestEasyLanguageIsOnlyChosen(t *testing.T) {
	locales := func(tags ...string) (all []*locale) {
		for _, tag := range tags {
			all = append(all, &locale{tag: tag, langTag: language.MustParse(tag)})
		}
		return all
	}
	for _, c := range []struct {
		langs, header string
		want          Lang
	}{
		{"en de de-simple", "de", 1},
		{"en de de-simple", "de-simple", 1},
		{"de-simple en", "de", 0},
		{"en de-simple", "de", 0},
		{"en de-simple de", "de-AT", 2},
		{"de-simple", "de", 0},
		{"de-simple", "en", 0},
	} {
		if got := newMatcher(locales(strings.Fields(c.langs)...)).find([]byte(c.header)); got != c.want {
			t.Errorf("%s for %s: %d, want %d", c.langs, c.header, got, c.want)
		}
	}
}
