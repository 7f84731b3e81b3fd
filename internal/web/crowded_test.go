package web

import (
	"strings"
	"testing"
	"time"
)

func TestAPassThatIsUsedTooMuchIsExplainedInPlainWords(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	page := func(c Crowded) string { return string(p.AppendCrowded(nil, 0, &c)) }
	networks := page(Crowded{Networks: true, Target: "/a?b=c", Next: time.Minute, Ref: "8F3A"})
	busy := page(Crowded{Target: "/a?b=c", Next: 5 * time.Second, Ref: "8F3A"})
	for _, tc := range []struct{ body, want string }{
		{networks, "<h1>Zu viele ver\u00adschiedene Internet-An\u00adschlüsse</h1>"},
		{networks, "vom WLAN zum Handy-Netz"},
		{networks, `content="60;url=/a?b=c"`},
		{networks, `data-page="retry" data-next="60000"`},
		{networks, "Fehler 429. Bitte nennen"},
		{busy, "<h1>Bitte warten Sie einen Moment</h1>"},
		{busy, `id="go" href="/a?b=c"`},
		{busy, "von selbst"},
	} {
		if !strings.Contains(tc.body, tc.want) {
			t.Errorf("the page lacks %q\n%s", tc.want, tc.body)
		}
	}
	// Another language would load the page of a form by GET, without what was written.
	for _, networks := range []bool{false, true} {
		if body := page(Crowded{Networks: networks, Form: true, Ref: "8F3A"}); strings.Contains(body, `name="lang"`) || !strings.Contains(body, "nicht") {
			t.Errorf("the answer to a form offers another language: %s", body)
		}
	}
	if !strings.Contains(busy, `name="lang"`) {
		t.Error("a page that can be loaded again offers no other language")
	}
	if strings.Contains(busy, "Handy-Netz") {
		t.Error("the page for too many requests speaks of networks")
	}
	for _, c := range []Crowded{{Networks: true, Form: true, Target: "/form", Next: time.Minute}, {Form: true, Target: "/form", Next: time.Minute}} {
		form := page(c)
		if !strings.Contains(form, "Ihr Formular haben wir nicht weitergegeben.") || !strings.Contains(form, "Zurück-Taste") {
			t.Errorf("the page for a form does not say that it was not sent\n%s", form)
		}
		for _, never := range []string{"http-equiv", `data-page="retry"`, "von selbst"} {
			if strings.Contains(form, never) {
				t.Errorf("the page for a form has %q", never)
			}
		}
	}
}
