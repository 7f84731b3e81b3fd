package web

import (
	"embed"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed locales/*.yaml
var shippedLocales embed.FS

func testSite() SiteConfig {
	return SiteConfig{Title: "Bürgerbüro Musterstadt", Room: "termine", Contact: "115"}
}

func TestEveryLanguageHasEveryMessage(t *testing.T) {
	lib := mustLibrary(t)
	names, err := fs.Glob(shippedLocales, "locales/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(lib.langs) != len(names) || len(names) < 2 {
		t.Fatalf("%d languages are compiled, %d files are there", len(lib.langs), len(names))
	}
	catalogs, err := loadCatalogs(shippedLocales)
	if err != nil {
		t.Fatal(err)
	}
	if err := sameMessages(catalogs); err != nil {
		t.Error(err)
	}
	for _, c := range catalogs {
		if !slices.Equal(c.ids, catalogs[0].ids) {
			t.Errorf("%s: other messages than %s", c.tag, catalogs[0].tag)
		}
	}
}

func TestEveryMessageIsUsed(t *testing.T) {
	catalogs, err := loadCatalogs(shippedLocales)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range catalogs {
		if _, err := compileLocale(c, mustLibrary(t).inline, "/.einlass"); err != nil {
			t.Fatal(err)
		}
		for _, id := range c.ids {
			if !c.used[id] {
				t.Errorf("%s: no page uses the message %q", c.tag, id)
			}
		}
	}
}

var valueMark = regexp.MustCompile(`\{\{\.\w+\}\}`)

func TestTranslationsKeepTheirPlaceholders(t *testing.T) {
	catalogs, err := loadCatalogs(shippedLocales)
	if err != nil {
		t.Fatal(err)
	}
	marks := func(text string) []string {
		found := valueMark.FindAllString(text, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	english := catalogs[0].messages
	for _, c := range catalogs[1:] {
		for id, m := range c.messages {
			// "one" may leave the count out: "every second". A sentence may say the site by its title, or leave that to another.
			want := slices.DeleteFunc(marks(english[id].Other), isTitle)
			if got := slices.DeleteFunc(marks(m.Other), isTitle); !slices.Equal(got, want) {
				t.Errorf("%s: %s has %v, English has %v", c.tag, id, got, want)
			}
		}
	}
}

func isTitle(mark string) bool { return mark == "{{.Title}}" }

// withLocale is the shipped English with one change, as a language file of its own.
func withLocale(t *testing.T, name string, change func(string) string) fs.FS {
	t.Helper()
	english, err := shippedLocales.ReadFile("locales/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"locales/en.yaml": {Data: english},
		"locales/" + name: {Data: []byte(change(string(english)))},
	}
}

func TestAnIncompleteLanguageIsRefused(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		change     func(string) string
		want       string
	}{
		{"a message is missing", "nl.yaml", func(s string) string {
			return strings.Replace(s, "  ask: Tell me with a sound\n", "", 1)
		}, `nl.yaml: message "bell.ask" is missing`},
		{"a message is empty", "nl.yaml", func(s string) string {
			return strings.Replace(s, "ask: Tell me with a sound", `ask: " "`, 1)
		}, `message "bell.ask" is empty`},
		{"a plural form is missing", "pl.yaml", func(s string) string { return s }, `plural`},
		{"a placeholder is unknown", "nl.yaml", func(s string) string {
			return strings.Replace(s, "up to {{.Count}} minutes", "up to {{.Numbers}} minutes", 1)
		}, "unknown placeholder"},
		{"a page has no value for a placeholder", "nl.yaml", func(s string) string {
			return strings.Replace(s, `help: "You can get help here:"`, `help: "Need {{.Count}}"`, 1)
		}, "has a value that this page does not have"},
		{"the file is no YAML", "nl.yaml", func(string) string { return "a: [" }, "nl.yaml"},
		{"the name is no language", "x.yaml", func(s string) string { return s }, "x.yaml"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := compileAll(withLocale(t, tt.file, tt.change))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func compileAll(files fs.FS) error {
	_, err := newLibrary(files, "/.einlass")
	return err
}

func TestOneFileAddsALanguage(t *testing.T) {
	files := withLocale(t, "nl.yaml", func(s string) string {
		return strings.Replace(s, "heading: You are in the queue", "heading: U staat in de rij", 1)
	})
	if err := compileAll(files); err != nil {
		t.Fatal(err)
	}
}

func TestPluralFormsAgreeWithTheCatalogue(t *testing.T) {
	// Polish has one, few and many for whole numbers; the texts come from go-i18n, the choice from x/text.
	polish := withLocale(t, "pl.yaml", func(s string) string {
		return regexp.MustCompile(`(?m)^( +)other: "?(.*?)"?$`).ReplaceAllString(s, "${1}few: \"few $2\"\n${1}many: \"many $2\"\n${1}other: \"$2\"")
	})
	catalogs, err := loadCatalogs(polish)
	if err != nil {
		t.Fatal(err)
	}
	texts := catalogs[1].plural("ahead.exact")
	want := map[string]string{"one": "{n} person", "few": "few {n} people", "many": "many {n} people"}
	for form, text := range want {
		if texts[form] != text {
			t.Errorf("%s: %q, want %q", form, texts[form], text)
		}
	}
	if form := formOf(language.Polish, 22); form != plural.Few {
		t.Errorf("22 in Polish is %v, want few", form)
	}
	if form := formOf(language.Polish, 30_000_022); form != plural.Few {
		t.Errorf("30,000,022 in Polish is %v, want few", form)
	}
}

func TestADefaultLanguageThatIsNotThereIsRefused(t *testing.T) {
	site := testSite()
	site.Languages = []string{"tlh"}
	_, err := mustLibrary(t).Site(site)
	if err == nil || !strings.Contains(err.Error(), "want some of de, de-simple, en") {
		t.Errorf("error %v does not name what is accepted", err)
	}
}
