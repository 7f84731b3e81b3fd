package web

import "strings"

// switchLanguage is the name of the own URL that remembers a language, see doc.go.
const switchLanguage = "language"

// languageForms makes the choice of language for the foot of each page, one for each language of the site: a plain form with a
// button for each other language, named in that language. The page appends its own path and closes it, see appendLanguages. A
// site of one language has no choice, and pages that belong to no room have nothing to remember it for.
func (lib *Library) languageForms(langs []*locale, cfg *SiteConfig) []string {
	forms := make([]string, len(langs))
	if len(langs) < 2 || cfg.Title == "" {
		return forms
	}
	for i, page := range langs {
		var b strings.Builder
		b.WriteString(`<nav class="languages" aria-label="` + page.choice + `"><form action="` + lib.prefix + `/` + switchLanguage + `">`)
		if cfg.Room != "" {
			b.WriteString(`<input type="hidden" name="room" value="` + cfg.Room + `">`)
		}
		for _, l := range langs {
			if l == page {
				b.WriteString("<span>" + l.name + "</span> ")
			} else {
				b.WriteString(`<button name="lang" value="` + l.tag + `" lang="` + l.tag + `">` + l.name + "</button> ")
			}
		}
		b.WriteString(`<input type="hidden" name="to" value="`)
		forms[i] = b.String()
	}
	return forms
}

// languagesOf is the choice of language of a page, up to the path that it leads to; empty if the site has one language.
func (s *Site) languagesOf(l *locale) string {
	for i, page := range s.langs {
		if page == l {
			return s.languages[i]
		}
	}
	return ""
}

// endOfLanguages stands behind that path, which is what a browser that sends no Referer comes back to.
const endOfLanguages = `"></form></nav>`

// beginOfHeld and endOfHeld stand there instead in a page whose reader may have a number. Who has one is not led to where another one is
// given; for others the field between them is disabled, so that it is not sent.
const (
	beginOfHeld = `"><input type="hidden" name="held"`
	endOfHeld   = `></form></nav>`
)

// appendTitleLang marks what an operator has written with its language where the page has another one (WCAG 2.2, 3.1.2): the title
// and the message are in the first language of their site.
func (s *Site) appendTitleLang(dst []byte, l *locale) []byte {
	first := s.langs[0]
	if l == first {
		return dst
	}
	return append(append(append(dst, ` lang="`...), first.tag...), '"')
}
