package web

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/feature/plural"
)

// The rules of CLDR 47 for whole numbers, written down here once more: what says which form is right must not be what is tested.
func arabicForm(n int) string {
	switch {
	case n == 0:
		return "zero"
	case n == 1:
		return "one"
	case n == 2:
		return "two"
	case n%100 >= 3 && n%100 <= 10:
		return "few"
	case n%100 >= 11:
		return "many"
	}
	return "other"
}

func polishForm(n int) string {
	switch {
	case n == 1:
		return "one"
	case n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		return "few"
	}
	return "many"
}

var pluralLanguages = map[string]struct {
	forms []string
	of    func(int) string
}{
	"ar": {[]string{"zero", "one", "two", "few", "many", "other"}, arabicForm},
	"pl": {[]string{"one", "few", "many"}, polishForm},
}

// inFormsOf is English as a language of a folder that has other plural forms, each of which says its name. Those in without are left out.
func inFormsOf(t *testing.T, tag, without string) fstest.MapFS {
	t.Helper()
	file, err := Sentences("en")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(withoutAbout(t, string(file))) {
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		switch key, text, _ := strings.Cut(strings.TrimSpace(line), ": "); key {
		case "one":
		case "other":
			for _, form := range pluralLanguages[tag].forms {
				if form != without {
					fmt.Fprintf(&out, "%s%s: \"%s %s\"\n", indent, form, form, strings.Trim(text, `"'`))
				}
			}
		default:
			out.WriteString(line)
		}
	}
	return folder(map[string]string{tag + ".yaml": out.String()})
}

func TestEachCountIsSaidInTheFormOfItsLanguage(t *testing.T) {
	for tag, want := range pluralLanguages {
		lib, err := NewOwnLibrary("/.einlass", inFormsOf(t, tag, ""))
		if err != nil {
			t.Fatalf("%s: %.900v", tag, err)
		}
		site := testSite()
		site.Languages = []string{tag}
		p, err := lib.Site(site)
		if err != nil {
			t.Fatal(err)
		}
		l := p.locale(0)
		for n := range 112 {
			said := string(l.appendCount(nil, inHTML, &l.aheadMore, n))
			if form := want.of(n); !strings.HasPrefix(said, fmt.Sprintf("%s %d ", form, n)) {
				t.Errorf("%s: %d is %q, want the form %s", tag, n, said, form)
			}
			page := string(p.AppendWait(nil, 0, &Wait{Target: "/", Status: Status{Ahead: n, Exact: true}}))
			if form := want.of(n); n > 0 && !strings.Contains(page, fmt.Sprintf(`<span id="ahead">%s <b>%d</b> `, form, n)) {
				t.Errorf("%s: the page with %d ahead does not have the form %s", tag, n, form)
			}
		}
	}
}

func TestALanguageThatLacksAPluralFormIsRefused(t *testing.T) {
	for tag, c := range pluralLanguages {
		for _, form := range c.forms {
			_, err := NewOwnLibrary("/.einlass", inFormsOf(t, tag, form))
			if want := "ahead.more." + form + ": the plural form is missing"; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s without %s: no %q", tag, form, want)
			}
		}
	}
}

// All embedded languages have the forms that they need, however many there will be.
func TestEveryEmbeddedLanguageHasItsPluralForms(t *testing.T) {
	catalogs, err := loadCatalogs(shippedLocales)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range catalogs {
		needs := exampleCounts(c.tag)
		for id, m := range c.messages {
			if !counts(m) {
				continue
			}
			has := map[plural.Form]string{plural.Zero: m.Zero, plural.One: m.One, plural.Two: m.Two, plural.Few: m.Few, plural.Many: m.Many, plural.Other: m.Other}
			for form := range needs {
				if has[form] == "" {
					t.Errorf("%s: %s lacks the form %s", c.tag, id, formNames[form])
				}
			}
		}
	}
}
