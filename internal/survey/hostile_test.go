package survey

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/einlass/einlass/internal/route"
)

// hostile has what a page may say to whoever reads a report on a terminal, or a configuration.
const hostile = "<html lang='de\n- x'><title>Amt\u202e\x1b[2J\x07\"\nrooms: []</title><base href='http://x\x00/'>" +
	"<base href='/'><link rel=stylesheet href='/a\r\nb.css'><link rel=manifest href='/x\" , \"/\n.webmanifest'><img src='/%0a%1b[2J.png'><img src='/\u202egnp.exe'>" +
	"<img src=/i.png><a href='/impressum\x1b\"'>Impressum</a><a href='javascript:alert(1)'>Datenschutz</a><a href='https://user:geheim@evil.example/barrierefreiheit'>x</a>" +
	"<script>fetch('/api/\x1b[31m'); fetch(\"/api/ok\"); new WebSocket('wss://\x9b31m/x')</script><iframe src='https://[::1'></iframe>"

func TestAHostileSiteReachesNeitherTerminalNorRules(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Add("Set-Cookie", "einlass-termine=x; Domain=evil.example; Secure")
		w.Header().Add("Set-Cookie", "b=\"geheim\"; Domain=other.example")
		w.Header().Set("Content-Security-Policy", "frame-ancestors https://a.example:99999 https://*.* https://a\"b.example 'self' https://ok.example:8443/ http://-x.example https://*.example https://b.example/path")
		if r.URL.Path == "/" {
			fmt.Fprint(w, hostile)
		}
	}))
	r := looked(t, s.URL)
	wantPlain(t, r)
	if r.Title != "" || r.Language != "" || r.Links.Privacy != "" || r.Links.Accessibility != "" {
		t.Errorf("%q, %q, %+v", r.Title, r.Language, r.Links)
	}
	if !slices.Equal(r.Ancestors, []string{"https://ok.example:8443"}) {
		t.Errorf("%q", r.Ancestors)
	}
	cookies := said(r, "cookies")
	for _, want := range []string{"begin with einlass-", "for evil.example", "b for other.example"} {
		if !strings.Contains(cookies, want) {
			t.Errorf("%q lacks %q", cookies, want)
		}
	}
	if strings.Contains(fmt.Sprint(r), "geheim") {
		t.Errorf("a secret: %+v", r)
	}
}

// wantPlain holds all that a report shows, or gives to a configuration.
func wantPlain(t *testing.T, r *Report) {
	t.Helper()
	for _, f := range r.Findings {
		for _, text := range []string{f.Text, f.Do, f.Key} {
			wantShown(t, text)
		}
	}
	for _, o := range r.Open {
		wantShown(t, o.Example)
		if _, err := route.ParseRule(o.Rule); err != nil && !route.IsFiles(o.Rule) {
			t.Errorf("the rule %q: %v", o.Rule, err)
		}
		wantShown(t, o.Rule)
		if o.Rule == "/" {
			t.Error("the whole site is open")
		}
	}
	for _, text := range append(r.Ancestors, r.Links.Imprint, r.Links.Privacy, r.Links.Accessibility, r.Language, r.HostHeader) {
		if strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' || c == '"' }) {
			t.Errorf("the value %q", text)
		}
	}
	if len(r.Title) > 120 || !utf8.ValidString(r.Title) || strings.ContainsFunc(r.Title, unicode.IsControl) {
		t.Errorf("the title %q", r.Title)
	}
}

func wantShown(t *testing.T, text string) {
	t.Helper()
	if i := strings.IndexFunc(text, func(c rune) bool { return c != ' ' && !unicode.IsPrint(c) }); i >= 0 || !utf8.ValidString(text) {
		t.Errorf("%q has at %d what a terminal may obey", text, i)
	}
}

func TestWhatIsShownIsOneLineOfPlainText(t *testing.T) {
	for text, want := range map[string]string{
		"Bürger – „Amt“": "Bürger – „Amt“", "a\nb\r\t": `a\nb\r\t`, "\x1b[2J": `\x1b[2J`, "a\u202eb": `a\u202eb`, "\x9b": `\x9b`, "\u009b": `\u009b`,
		"a\xff": `a\xff`, "\u2028": `\u2028`, "\uFFFD": "\uFFFD", "": "", strings.Repeat("ä", 121): strings.Repeat("ä", 120) + "…",
	} {
		if got := Shown(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func FuzzAnyPageIsReportedInPlainText(f *testing.F) {
	f.Add(hostile, "a{background:url(x.png)}@import 'y.css'", "serviceWorker.register('/sw.js')", "text/css")
	f.Add("<a href=x><a href=y>Impressum", "url(", "fetch(`/api/${x}`)", "image/png")
	f.Add("\xfc<title>\xe4</title><img srcset='a 1x,b 2x'>", "@import url(\"", "new EventSource(", "")
	f.Fuzz(func(t *testing.T, text, styles, does, media string) {
		l := newLooker(Options{Site: &url.URL{Scheme: "http", Host: "10.0.0.5"}, Names: []string{"termine.example.org"}})
		p := readPage([]byte(text))
		r := &Report{Title: title(p.title), Language: language(p.language)}
		g := newGathering(l, "/", p)
		g.refs(g.base, stylesRefs(styles))
		g.does.read(does)
		for _, part := range g.parts {
			part.asked = true
			part.judge(&answer{status: 200, header: http.Header{"Content-Type": {media}, "Content-Security-Policy": {styles}}})
		}
		r.Links = g.legal()
		g.report(r)
		l.jar(r, &answer{cookies: []*http.Cookie{{Name: does, Domain: styles}}})
		l.framed(r, &answer{header: http.Header{"Content-Security-Policy": {styles}}}, p, g)
		g.behaves(r)
		wantPlain(t, r)
	})
}
