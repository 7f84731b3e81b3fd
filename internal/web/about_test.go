package web

import (
	"strings"
	"testing"
)

const unreviewedMark = "Dieser Text ist noch nicht geprüft."

func TestALanguageThatNobodyHasReviewedSaysSoOnEveryPage(t *testing.T) {
	for page, body := range everyPage(mustNew(t, testSite())) {
		easy := strings.HasPrefix(page, "de-simple ")
		if got := strings.Contains(string(body), unreviewedMark); got != easy {
			t.Errorf("%s: says that it is not reviewed: %v", page, got)
		}
	}
}

func TestAReviewedLanguageSaysNothingOfIt(t *testing.T) {
	for head, want := range map[string]bool{"reviewed: false": true, "reviewed: true": false, "words: 15": false} {
		lib, err := newLibrary(withLocale(t, "nl.yaml", func(s string) string {
			return "about:\n  " + head + "\n" + strings.Replace(withoutAbout(t, s), "This text has not been reviewed yet", "Nog niet", 1)
		}), "/.einlass")
		if err != nil {
			t.Fatal(err)
		}
		site := testSite()
		site.Languages = []string{"nl"}
		s, err := lib.Site(site)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(s.AppendError(nil, 0, 404, "")), "Nog niet"); got != want {
			t.Errorf("%s: says that it is not reviewed: %v", head, got)
		}
	}
}

func TestAMistakeInTheHeadOfALanguageIsRefused(t *testing.T) {
	for head, want := range map[string]string{
		"unknown: true": "about.unknown: unknown key; want reviewed, words,", "reviewed: 3": "about.reviewed: want true or false",
		"words: many": "about.words: want a whole number", "never: {x: y}": "about.never: want a list of words", "passive: ['(']": "about.passive: error parsing regexp",
	} {
		err := compileAll(withLocale(t, "nl.yaml", func(s string) string { return "about:\n  " + head + "\n" + withoutAbout(t, s) }))
		if err == nil || !strings.Contains(err.Error(), "nl.yaml: line 2: "+want) {
			t.Errorf("%s: error %v", head, err)
		}
	}
}

// withoutAbout is a language's file without its head.
func withoutAbout(t *testing.T, file string) string {
	t.Helper()
	_, messages, err := splitAbout([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return string(messages)
}
