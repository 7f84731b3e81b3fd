package web

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

func mustNew(t testing.TB, site SiteConfig) *Site {
	t.Helper()
	s, err := mustLibrary(t).Site(site)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// library is made once for all tests: it never changes, and its style and scripts take a tenth of a second to compress.
var library = sync.OnceValues(func() (*Library, error) { return NewLibrary("/.einlass") })

func mustLibrary(t testing.TB) *Library {
	t.Helper()
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// tag is the language as BCP 47 tag.
func (s *Site) tag(l Lang) string { return s.locale(l).tag }

func TestTheLanguageFollowsTheBrowser(t *testing.T) {
	p := mustNew(t, testSite())
	for header, want := range map[string]string{
		"":                                "en",
		"de":                              "de",
		"de-AT,de;q=0.9,en;q=0.8":         "de",
		"de-CH-1996":                      "de",
		"en-US,en;q=0.5":                  "en",
		"fr,de;q=0.5":                     "de",
		"fr":                              "en",
		"tr-TR,tr;q=0.9":                  "en",
		"de;q=0.1,en;q=0.9":               "en",
		"*":                               "en",
		"; ;;q=x":                         "en",
		"\xff\xfe":                        "en",
		strings.Repeat("de,", 500):        "de",
		strings.Repeat("x", 500):          "en",
		strings.Repeat("fr,", 100) + "de": "en", // what is beyond the bound is not read
	} {
		for range 2 { // the second answer is a remembered one
			if got := p.tag(p.Lang([]byte(header))); got != want {
				t.Errorf("%.40q: %s, want %s", header, got, want)
			}
		}
	}
}

func TestTheDefaultLanguageIsTheSites(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	if got := p.tag(p.Lang([]byte("fr"))); got != "de" {
		t.Errorf("French speakers get %s, want the site's default de", got)
	}
	if got := p.tag(p.Lang([]byte("en"))); got != "en" {
		t.Errorf("English speakers get %s, want en", got)
	}
	if got := p.tag(Lang(200)); got != "de" {
		t.Errorf("a Lang of another site gives %s, want the default", got)
	}
}

func TestOnlyTheLanguagesOfTheSiteAreOffered(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de"}
	p := mustNew(t, site)
	if got := p.tag(p.Lang([]byte("en"))); got != "de" {
		t.Errorf("English speakers get %s from a site in German only", got)
	}
	if _, ok := p.LangOf([]byte("en")); ok || len(p.langs) != 1 {
		t.Errorf("it offers %d languages", len(p.langs))
	}
}

func TestEveryLanguageThatIsListedMakesASite(t *testing.T) {
	all := Languages()
	if len(all) < 2 || !slices.IsSorted(all) {
		t.Fatalf("languages are %q", all)
	}
	for _, tag := range all {
		site := testSite()
		site.Languages = []string{tag}
		if p := mustNew(t, site); p.tag(0) != tag {
			t.Errorf("the default of a site in %s is %s", tag, p.tag(0))
		}
	}
	if p := mustNew(t, testSite()); len(p.langs) != len(all) || p.tag(0) != "en" {
		t.Errorf("a site that names no language has %d, first %s", len(p.langs), p.tag(0))
	}
}

func TestRememberedLanguagesAreBounded(t *testing.T) {
	p := mustNew(t, testSite())
	for i := range mostPreferences + 100 {
		header := fmt.Appendf(nil, "de;q=0.9,en;q=0.%d", i)
		p.Lang(header)
	}
	if n := len(*p.matcher.known.Load()); n > mostPreferences {
		t.Errorf("%d headers are remembered, at most %d may be", n, mostPreferences)
	}
}

func TestAKnownLanguageCostsNoAllocation(t *testing.T) {
	p := mustNew(t, testSite())
	header := []byte("de-DE,de;q=0.9,en;q=0.8")
	p.Lang(header)
	if n := testing.AllocsPerRun(100, func() { p.Lang(header) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzLang(f *testing.F) {
	p := mustNew(f, testSite())
	f.Add([]byte("de-DE,de;q=0.9"))
	f.Add(bytes.Repeat([]byte("x-"), 300))
	f.Fuzz(func(t *testing.T, header []byte) {
		if l := p.Lang(header); int(l) >= len(p.langs) {
			t.Errorf("language %d of %d", l, len(p.langs))
		}
	})
}
