package gateway_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestAPollBringsTheMessageInTheVisitorsLanguage(t *testing.T) {
	s := newFixture(t, closed)
	chose, german, english := s.browser(), s.browser(), s.browser()
	chose.load("GET", "/", "Accept-Language", "en")
	chose.speaks("de", "/")
	german.load("GET", "/")
	english.load("GET", "/")
	said := func(b *browser, browses string) (text, lang string) {
		t.Helper()
		a := b.load("GET", "/.einlass/status?room=termine", "Accept", "*/*", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Accept-Language", browses)
		var poll struct {
			Message string `json:"message"`
			Lang    string `json:"message_lang"`
		}
		if err := json.Unmarshal([]byte(a.body), &poll); err != nil {
			t.Fatalf("%v: %s", err, a.body)
		}
		return poll.Message, poll.Lang
	}
	// The room's first language is English: what is for all is written in it.
	for _, step := range []struct {
		all      string
		single   map[string]string
		de, en   string
		deSpeaks string
	}{
		{"", map[string]string{"de": "Bald.", "en": "Soon."}, "Bald.", "Soon.", ""},
		{"All.", nil, "All.", "All.", "en"},
		{"All.", map[string]string{"de": "Bald."}, "Bald.", "All.", ""},
	} {
		s.update(func(d *queue.Document) {
			d.SetMessage(step.all)
			d.SetMessages(step.single)
		})
		s.pass(time.Second)
		for name, b := range map[string]*browser{"chosen": chose, "of the browser": german} {
			browses := map[string]string{"chosen": "en", "of the browser": "de"}[name]
			if text, lang := said(b, browses); text != step.de || lang != step.deSpeaks {
				t.Errorf("German, %s: %q in %q, want %q in %q", name, text, lang, step.de, step.deSpeaks)
			}
		}
		if text, lang := said(english, "en"); text != step.en || lang != "" {
			t.Errorf("English: %q in %q, want %q", text, lang, step.en)
		}
	}
}
