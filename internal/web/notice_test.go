package web

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestAnErrorPageSaysWhatHappened(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	body := string(p.AppendError(nil, 0, 504, "8F3A"))
	for _, want := range []string{"<h1>Die Termin\u00adbuchung antwortet gerade nicht</h1>", `Fehler 504. Bitte nennen Sie am Telefon: <span aria-hidden="true">8F3A</span><span class="spoken">8 F 3 A</span>`, `href="/">Zur Startseite<`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if body := string(p.AppendError(nil, 0, 404, "")); !strings.Contains(body, ">Fehler 404.<") {
		t.Error("the status is missing")
	}
	if body := string(p.AppendError(nil, 0, 421, "")); strings.Contains(body, "Startseite") {
		t.Error("a page of no site leads to a start page")
	}
	site.Contact = ""
	if body := string(mustNew(t, site).AppendError(nil, 0, 504, "8F3A")); !strings.Contains(body, "Fehler 504. Kennung: <span") || strings.Contains(body, "Telefon") {
		t.Error("a site without a telephone asks for a call")
	}
}

func TestAnErrorWithoutTextsOfItsOwnGetsTheGeneralOnes(t *testing.T) {
	p := mustNew(t, testSite())
	for status, heading := range map[int]string{
		418: "That did not work", 599: "Something went wrong on our side",
		507: "Something went wrong on our side",
	} {
		if body := string(p.AppendError(nil, 0, status, "")); !strings.Contains(body, "<h1>"+heading+"</h1>") {
			t.Errorf("%d does not say %q", status, heading)
		}
	}
}

func TestAnInterruptionReloadsByGETWithoutScript(t *testing.T) {
	p := mustNew(t, testSite())
	in := &Interruption{Status: 502, Target: "/a?b", Next: 4500 * time.Millisecond}
	body := string(p.AppendInterruption(nil, 0, in))
	if !strings.Contains(body, `<meta http-equiv="refresh" content="20;url=/a?b">`) || !strings.Contains(body, "tries again by itself") {
		t.Error("the page does not reload by itself")
	}
	in.Next = 0
	body = string(p.AppendInterruption(nil, 0, in))
	if strings.Contains(body, "http-equiv") || strings.Contains(body, "<p>This page tries again") {
		t.Error("the page reloads, or says so, without being told when")
	}
}

func TestAFormIsNeverSentAgainByAPage(t *testing.T) {
	p := mustNew(t, testSite())
	for name, body := range map[string][]byte{
		"interrupted form": p.AppendInterruption(nil, 0, &Interruption{Status: 502, Form: true, Target: "/send", Back: "/form", Next: time.Second}),
		"lapsed":           p.AppendPassEnded(nil, 0, &PassEnded{Start: "/form"}),
	} {
		for _, never := range []string{"http-equiv", "<form", "/send"} {
			if strings.Contains(string(body), never) {
				t.Errorf("%s: the page has %q", name, never)
			}
		}
	}
}

func TestABackLinkThatLeavesTheHostIsNotFollowed(t *testing.T) {
	p := mustNew(t, testSite())
	body := string(p.AppendInterruption(nil, 0, &Interruption{Status: 502, Form: true, Back: "//evil.example/x"}))
	if strings.Contains(body, "evil") || !strings.Contains(body, `data-probe="/"`) {
		t.Error("the script would ask another host")
	}
	body = string(p.AppendInterruption(nil, 0, &Interruption{Status: 502, Form: true}))
	if !strings.Contains(body, `data-probe=""`) {
		t.Error("the script would ask for a page that nobody named")
	}
}

func TestTheCookiePageSaysHowAndWhomToCall(t *testing.T) {
	site := testSite()
	site.Languages, site.Contact = []string{"de", "en"}, "06232 140"
	body := string(mustNew(t, site).AppendCookies(nil, 0, "/termine?ort=3&x=1"))
	for _, want := range []string{
		"Ihr Browser speichert keine Cookies", "So schalten Sie Cookies ein", "Rufen Sie an",
		`<strong><a href="tel:06232140">06232 140</a></strong>`, `href="/termine?ort=3&amp;x=1"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	site.Contact = ""
	if body = string(mustNew(t, site).AppendCookies(nil, 0, "/")); strings.Contains(body, "Rufen Sie an") {
		t.Error("nobody is named, and the page says to call")
	}
}

// Each reason has its own sentence, and a range that says nothing is not told.
func TestThePageOfAFormSaysTheWait(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	c := Coming{Now: monday, Begins: monday.Add(time.Hour)}
	for want, v := range map[string]PassEnded{
		"Sie müssen noch einmal warten. Das dauert ungefähr 40 bis 60 Minuten.":                         {Wait: Status{Low: 40 * time.Minute, High: time.Hour}},
		"Sie müssen zuerst warten. Das dauert bis zu 5 Minuten.":                                        {Why: FormEarly, Wait: Status{High: 5 * time.Minute}},
		"Sie müssen noch warten. Wie lange es dauert, wissen wir noch nicht.":                           {Why: FormInLine, Wait: Status{State: Front}},
		"Sie müssen noch einmal warten. Wie lange es dauert, wissen wir noch nicht.":                    {Wait: Status{Low: time.Minute, High: 100 * time.Hour}},
		"Sie müssen noch einmal warten. Im Moment ist kein Platz frei. Wie lange es dauert, wissen wir": {Wait: Status{Full: true}},
		"Der nächste freie Platz ist für Sie.":                                                          {Resumes: true, Wait: Status{High: time.Hour}},
		"Es ist alles vergeben. Mehr gibt es um 8:47 Uhr.":                                              {Wait: Status{State: SoldOut, Coming: c}},
		"Es hat noch nicht angefangen. Los geht es um 8:47 Uhr.":                                        {Wait: Status{State: Lobby, Coming: c}},
		"Sie sind an der Reihe. Einen Moment noch.  <span":                                              {Why: FormInLine, Wait: Status{State: Full}},
	} {
		v.Start = "/a"
		body := string(p.AppendPassEnded(nil, 0, &v))
		if text := timeTags.ReplaceAllString(body, ""); !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, body)
		}
		if strings.Contains(body, "kurz") || strings.Contains(body, "vielleicht") {
			t.Errorf("it says nothing certain:\n%s", body)
		}
	}
}

var timeTags = regexp.MustCompile(`</?time[^>]*>`)

func TestNoPageWithoutAPlaceLoadsAnythingByItself(t *testing.T) {
	p := mustNew(t, testSite())
	bodies := map[string][]byte{
		"press": p.AppendPress(nil, 0, "/a"), "window": p.AppendWindow(nil, 0, "/a"), "cookies": p.AppendCookies(nil, 0, "/a"),
		"early": p.AppendPassEnded(nil, 0, &PassEnded{Start: "/a", Why: FormEarly}),
	}
	for why, name := range endingNames {
		bodies[name] = p.AppendOver(nil, 0, &Placeless{Why: Ending(why), Join: "/a"})
		bodies[name+" and shut"] = p.AppendOver(nil, 0, &Placeless{Why: Ending(why), Join: "/a", Shut: Limit})
	}
	seen := map[string]string{}
	for name, body := range bodies {
		for _, never := range []string{"http-equiv", "data-next", "data-poll"} {
			if strings.Contains(string(body), never) {
				t.Errorf("%s: the page has %q", name, never)
			}
		}
		beside := strings.Count(string(body), `name="to" value="/a"`) // of the choice of language
		if n := strings.Count(string(body), `"/a"`) - beside; n != 1 {
			t.Errorf("%s leads to its target %d times", name, n)
		}
		if other, ok := seen[string(body)]; ok {
			t.Errorf("%s and %s are the same page", name, other)
		}
		seen[string(body)] = name
	}
}

func TestOnlyThePageThatOpensAWindowMayBeAPartOfAnotherHostsPage(t *testing.T) {
	p := mustNew(t, testSite())
	for name, headers := range map[string][]string{"a page": p.Headers(), "press": p.PressHeaders()} {
		if !strings.HasSuffix(headers[1], "; frame-ancestors 'self'") {
			t.Errorf("%s: %s", name, headers[1])
		}
	}
	if h := p.WindowHeaders(); !strings.HasSuffix(h[1], "; form-action 'self'; frame-ancestors *") {
		t.Errorf("window: %s", h[1])
	}
	if h := p.PressHeaders(); !strings.Contains(h[1], "; form-action *;") {
		t.Errorf("press: a way that ends elsewhere is stopped by %s", h[1])
	}
}

func TestPagesThatASiteNamesMayShowItsOwnInAFrame(t *testing.T) {
	cfg := testSite()
	cfg.FrameAncestors = []string{"https://www.stadt.example", "http://*.kreis.example:8080"}
	p := mustNew(t, cfg)
	for name, headers := range map[string][]string{"a page": p.Headers(), "press": p.PressHeaders()} {
		if !strings.HasSuffix(headers[1], "; frame-ancestors 'self' https://www.stadt.example http://*.kreis.example:8080") {
			t.Errorf("%s: %s", name, headers[1])
		}
	}
	for _, origin := range []string{"", "'none'", "https://a.example; script-src *", "https://a.example https://b.example", "https://a.example\r\nX: y"} {
		cfg.FrameAncestors = []string{origin}
		if err := cfg.Validate(); err == nil {
			t.Errorf("%q is taken", origin)
		}
	}
}

func TestThePageOfALateFormSaysTheBoundsOfAStay(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "de-simple", "en"}
	p := mustNew(t, site)
	for _, c := range []struct {
		lang      Lang
		idle, max time.Duration
		want      string
	}{
		{0, 10 * time.Minute, 2 * time.Hour, "Sie waren länger als 10 Minuten nicht aktiv, oder Ihre Zeit war um. Zusammen haben Sie 2 Stunden. Ihre Eingaben sind meist noch da."},
		{0, 10 * time.Minute, 48 * time.Hour, "Sie waren länger als 10 Minuten nicht aktiv. Ihre Eingaben sind"},
		{0, 10 * time.Minute, 0, "Sie waren länger als 10 Minuten nicht aktiv. Ihre Eingaben sind"},
		{0, 30 * time.Second, 0, "Sie waren länger nicht aktiv, oder Ihre Zeit war um. Ihre Eingaben sind"},
		{1, 10 * time.Minute, 2 * time.Hour, "Sie haben länger als 10 Minuten nichts gemacht.\nOder Ihre Zeit war um.\nZusammen haben Sie 2 Stunden Zeit.\n Meistens"},
		{2, time.Minute, 90 * time.Minute, "You were not active for more than 1 minute, or your time was over. You have 1 hour 30 minutes in all. What you entered"},
	} {
		body := string(p.AppendPassEnded(nil, c.lang, &PassEnded{Start: "/a", Wait: Status{Idle: c.idle, Max: c.max}}))
		if !strings.Contains(body, `<p class="lead">`+c.want) {
			t.Errorf("%v, %v: no %q in\n%s", c.idle, c.max, c.want, body)
		}
	}
	for _, why := range []FormEnding{FormEarly, FormInLine} {
		if body := string(p.AppendPassEnded(nil, 0, &PassEnded{Start: "/a", Why: why, Wait: Status{Idle: time.Minute}})); strings.Contains(body, "nicht aktiv") {
			t.Errorf("%d: whoever was not inside was not active too long", why)
		}
	}
}
