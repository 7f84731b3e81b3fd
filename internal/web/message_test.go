package web

import (
	"strings"
	"testing"
)

func TestAMessageIsInTheLanguageOfItsPage(t *testing.T) {
	config := testSite()
	config.Languages = []string{"de", "en", "de-simple"}
	site := mustNew(t, config)
	both := map[string]string{"de": "Bald.", "en": "Soon."}
	for _, c := range []struct {
		lang     Lang
		messages map[string]string
		page     string
		poll     string
	}{
		{0, both, `<p id="message">Bald.</p>`, `"message":"Bald.","words"`},
		{1, both, `<p id="message">Soon.</p>`, `"message":"Soon.","words"`},
		{2, both, `<p id="message" lang="de">Bald.</p>`, `"message":"Bald.","message_lang":"de","words"`},
		{0, nil, `<p id="message">Alle.</p>`, `"message":"Alle.","words"`},
		{1, nil, `<p id="message" lang="de">Alle.</p>`, `"message":"Alle.","message_lang":"de","words"`},
		{1, map[string]string{"de": "Bald."}, `<p id="message" lang="de">Alle.</p>`, `"message":"Alle.","message_lang":"de","words"`},
	} {
		w := &Wait{Target: "/", Status: Status{Message: "Alle.", Messages: c.messages}}
		if page := string(site.AppendWait(nil, c.lang, w)); !strings.Contains(page, c.page) || strings.Contains(page, `id="message-box" hidden`) {
			t.Errorf("language %d, %v: no %s", c.lang, c.messages, c.page)
		}
		if poll := string(site.AppendStatus(nil, c.lang, &w.Status)); !strings.Contains(poll, c.poll) {
			t.Errorf("language %d, %v: no %s in %s", c.lang, c.messages, c.poll, poll)
		}
	}
	// One that only some languages have is on their pages alone.
	w := &Wait{Target: "/", Status: Status{Messages: map[string]string{"en": "Soon."}}}
	for lang, hidden := range []bool{true, false} {
		if page := string(site.AppendWait(nil, Lang(lang), w)); strings.Contains(page, `id="message-box" hidden`) != hidden {
			t.Errorf("language %d: the message is hidden: %t", lang, !hidden)
		}
	}
}
