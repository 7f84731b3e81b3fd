package web

import (
	"strings"
	"testing"
)

func linkedSite() SiteConfig {
	site := testSite()
	site.Languages = []string{"de", "en"}
	site.Links = Links{
		Imprint: "https://www.example.org/a?b=c&d", Privacy: "/datenschutz", Accessibility: "/barrierefreiheit", Barrier: "mailto:barriere@example.org",
	}
	return site
}

func TestEveryPageLeadsToWhatTheLawWants(t *testing.T) {
	p := mustNew(t, linkedSite())
	want := map[string][]string{
		"de": {
			`<li><a href="https://www.example.org/a?b=c&amp;d" target="_blank" rel="noopener">Impressum</a>`,
			`<li><a href="/datenschutz" target="_blank" rel="noopener">Datenschutz</a>`,
			`<li><a href="/barrierefreiheit" target="_blank" rel="noopener">Erklärung zur Barrierefreiheit</a>`,
			`<li><a href="mailto:barriere@example.org">Barriere melden</a>`,
		},
		"en": {">Legal notice</a>", ">Privacy</a>", ">Accessibility statement</a>", ">Report a barrier</a>"},
	}
	pages := everyPage(p)
	for name, body := range pages {
		_, foot, _ := strings.Cut(string(body), `<footer class="site">`)
		for _, link := range want[name[:2]] {
			if !strings.Contains(foot, link) {
				t.Errorf("%s: no %s in %s", name, link, foot)
			}
		}
	}
	if len(pages) < 60 {
		t.Errorf("only %d pages", len(pages))
	}
}

// Without script too, whoever presses stays in the line: the page stays where it is.
func TestLinksOpenAWindowOfTheirOwnAndSaySo(t *testing.T) {
	const said = "Diese Links öffnen sich in einem neuen Fenster."
	for name, c := range map[string]struct {
		links Links
		says  bool
	}{
		"a page":           {Links{Imprint: "/impressum"}, true},
		"an address alone": {Links{Barrier: "mailto:a@b.test"}, false},
		"none":             {Links{}, false},
	} {
		site := linkedSite()
		site.Links = c.links
		if page := string(mustNew(t, site).AppendError(nil, 0, 404, "")); strings.Contains(page, said) != c.says {
			t.Errorf("%s: says so: %v", name, !c.says)
		}
	}
}

func TestAFootWithoutContactHasItsLinksAndNothingEmpty(t *testing.T) {
	site := linkedSite()
	site.Contact = ""
	page := string(mustNew(t, site).AppendError(nil, 0, 404, ""))
	if !strings.Contains(page, `<footer class="site"><ul class="links">`) || strings.Contains(page, "Hilfe bekommen") {
		t.Errorf("%s", page)
	}
	site.Links = Links{}
	if page := string(mustNew(t, site).AppendError(nil, 0, 404, "")); strings.Contains(page, "<footer") {
		t.Errorf("an empty foot: %s", page)
	}
}

func TestALinkThatRunsIsRefused(t *testing.T) {
	for _, to := range []string{"javascript:alert(1)", "//elsewhere.test", "http://elsewhere.test", "data:text/html,x", "impressum", "/a\n"} {
		site := linkedSite()
		site.Links.Privacy = to
		if _, err := mustLibrary(t).Site(site); err == nil || !strings.Contains(err.Error(), "links.privacy") {
			t.Errorf("%q: %v", to, err)
		}
	}
}
