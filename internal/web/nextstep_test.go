package web

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

var (
	mainElement = regexp.MustCompile(`(?s)<main>(.*?)(</main>|$)`)
	hiddenPart  = regexp.MustCompile(`(?s)<(p|div|section|details|span|form|h1|li|dl|dd|dt|small)[^>]*\shidden[\s>].*?</(p|div|section|details|span|form|h1|li|dl|dd|dt|small)>`)
	tag         = regexp.MustCompile(`<[^>]*>`)
	startPage   = regexp.MustCompile(`(?i)startseite|start page`)
	asks        = regexp.MustCompile(`(?i)\bbitte\b|\bplease\b`)
	cookieWord  = regexp.MustCompile(`(?i)cookie`)
	deletes     = regexp.MustCompile(`(?i)lösch|entfern|leeren|delet|clear|remov|wipe`)
)

// read is what a page shows in its main part, without soft hyphens, and that part as it is sent.
func read(t *testing.T, name string, page []byte) (text, sent string) {
	t.Helper()
	m := mainElement.FindSubmatch(page)
	if m == nil {
		t.Fatalf("%s has no main part: %.300s", name, page)
	}
	sent = hiddenPart.ReplaceAllString(string(m[1]), "")
	return strings.NewReplacer("\u00ad", "", "·", "").Replace(html.UnescapeString(tag.ReplaceAllString(sent, " "))), sent
}

func TestEveryPageNamesANextStep(t *testing.T) {
	for name, page := range everyPage(mustNew(t, testSite())) {
		text, sent := read(t, name, page)
		// What a visitor can press or call, or what the page asks for in words, as the browser's own Back button.
		if !strings.Contains(sent, "<a ") && !strings.Contains(sent, "<button") && !asks.MatchString(text) {
			t.Errorf("%s leads nowhere: %s", name, strings.Join(strings.Fields(text), " "))
		}
	}
}

func TestAPageThatNamesTheStartPageLeadsThere(t *testing.T) {
	named := 0
	for name, page := range everyPage(mustNew(t, testSite())) {
		text, sent := read(t, name, page)
		if !startPage.MatchString(text) {
			continue
		}
		named++
		if !strings.Contains(sent, `href="/"`) && !strings.Contains(sent, `href="/a"`) {
			t.Errorf("%s names the start page and does not lead there: %s", name, strings.Join(strings.Fields(text), " "))
		}
	}
	if named < 30 {
		t.Errorf("only %d pages name the start page", named)
	}
}

// Whoever deletes the cookies of the site loses the place.
func TestNoPageAdvisesToDeleteCookies(t *testing.T) {
	about := 0
	for name, page := range everyPage(mustNew(t, testSite())) {
		text, _ := read(t, name, page)
		for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(".!?\n", r) }) {
			if !cookieWord.MatchString(sentence) {
				continue
			}
			about++
			if deletes.MatchString(sentence) {
				t.Errorf("%s: %s", name, strings.TrimSpace(sentence))
			}
		}
	}
	if about < 6 {
		t.Errorf("only %d sentences are about cookies", about)
	}
}
