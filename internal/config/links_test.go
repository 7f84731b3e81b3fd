package config

import (
	"slices"
	"strings"
	"testing"
)

func TestLinksAreBroughtIntoTheFormThatBrowsersAskFor(t *testing.T) {
	for text, want := range map[string]string{
		"/impressum":                            "/impressum",
		"/recht/impressum/":                     "/recht/impressum/",
		"/erklärung zur barrierefreiheit":       "/erkl%C3%A4rung%20zur%20barrierefreiheit",
		"/erkl%c3%a4rung":                       "/erkl%c3%a4rung",
		"/seite_(1)!":                           "/seite_(1)!",
		"/index.php?id=impressum&L=0":           "/index.php?id=impressum&L=0",
		"/?page_id=12":                          "/?page_id=12",
		"/recht#datenschutz":                    "/recht#datenschutz",
		"https://www.example.org/impressum":     "https://www.example.org/impressum",
		"https://www.example.org:8443/a?b=c#d":  "https://www.example.org:8443/a?b=c#d",
		"":                                      "",
		"/":                                     "is the start of the site",
		"/?":                                    "is the start of the site",
		"impressum":                             "is not accepted; want https://",
		"//www.example.org/impressum":           "has empty or dot segments",
		"/a/../b":                               "has empty or dot segments",
		"/a/%2e%2e/b":                           "has empty or dot segments",
		"/a%2fb":                                "is not a plain path",
		"/a;b":                                  "has ';'",
		"/a?b=\"c":                              "has a query or fragment with other signs",
		"/a?b=ü":                                "has a query or fragment with other signs",
		"/.einlass/status":                      "where the gateway answers itself",
		"/.einlass?a":                           "where the gateway answers itself",
		"http://www.example.org/impressum":      "is not accepted; want https://",
		"javascript:alert(1)":                   "is not accepted; want https://",
		"mailto:barriere@example.org":           "is not accepted; want https://",
		"https://":                              "is not accepted; want https://",
		"https://a:b@www.example.org/":          "is not accepted; want https://",
		"https://Termine.example/impressum?a=b": "is on the room's own host, where people would have to wait for it; want /impressum?a=b",
		"https://www.example.org/\u007f":        "is not accepted; want https://",
		"/" + strings.Repeat("x", longestLink):  "is 301 bytes long; want at most 300",
		"https://a b/":                          "is not accepted; want https://",
		"/impressum\u0000":                      "is not a plain path",
	} {
		c, err := read(text)
		switch {
		case err != nil && !strings.Contains(err.Error(), "rooms[0].links.imprint: ") || err != nil && !strings.Contains(err.Error(), want) || err != nil && want == "":
			t.Errorf("%q: %v", text, err)
		case err == nil && c.Imprint != want:
			t.Errorf("%q: %q, want %q", text, c.Imprint, want)
		}
	}
}

// read loads a room with an imprint.
func read(imprint string) (Links, error) {
	c := Default()
	c.Rooms = []Room{DefaultRoom()}
	r := &c.Rooms[0]
	r.ID, r.Hosts, r.Backend.URL, r.Links.Imprint = "termine", []string{"termine.example"}, "http://127.0.0.1:8000", imprint
	problems := append(c.normalise(nil), c.check(nil)...)
	if len(problems) > 0 {
		return Links{}, (&LoadError{Problems: problems})
	}
	return r.Links, nil
}

func TestTheSchemeOfALinkIsReadInCapitals(t *testing.T) {
	for text, want := range map[string]string{
		"HTTPS://www.example.org/A": "https://www.example.org/A", "MailTo:B@example.org": "mailto:B@example.org", "HTTP://a.test": "",
	} {
		ch, l := &checker{}, Links{Barrier: text}
		if l.normalise(ch, "links"); want == "" && len(ch.problems) == 0 || want != "" && (len(ch.problems) > 0 || l.Barrier != want) {
			t.Errorf("%q becomes %q, %v", text, l.Barrier, ch.problems)
		}
	}
}

func TestABarrierIsReportedByMailToo(t *testing.T) {
	for text, good := range map[string]bool{
		"mailto:barriere@example.org":                       true,
		"mailto:barriere@example.org?subject=Barriere%20im": true,
		"https://www.example.org/barriere":                  true,
		"/barriere":                                         true,
		"mailto:":                                           false,
		"mailto:barriere":                                   false,
		"mailto:A <a@example.org>":                          false,
		"tel:06232140":                                      false,
	} {
		ch, l := &checker{}, Links{Barrier: text}
		if l.normalise(ch, "links"); (len(ch.problems) == 0) != good || l.Barrier != text {
			t.Errorf("%q: %v", text, ch.err())
		}
		if !good && !strings.Contains(ch.err().Error(), "or mailto:barriers@example.org") {
			t.Errorf("%q: the accepted forms are not named: %v", text, ch.err())
		}
	}
}

func TestOnlyPagesOfThisHostAreOpened(t *testing.T) {
	l := Links{Imprint: "/recht?a=b#impressum", Privacy: "/recht?a=b#datenschutz", Accessibility: "https://www.example.org/b", Barrier: "mailto:b@example.org"}
	if got := l.Open(); !slices.Equal(got, []string{"/recht?a=b"}) {
		t.Errorf("%q", got)
	}
	l.Privacy = ""
	if got := l.Missing(); !slices.Equal(got, []string{"privacy"}) {
		t.Errorf("%q", got)
	}
}
