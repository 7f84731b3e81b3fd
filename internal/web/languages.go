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

// appendLanguages appends the choice of language of a page that leads to a path, if the site has one. The path is what a
// browser that sends no Referer comes back to.
func (s *Site) appendLanguages(dst []byte, l *locale, to string) []byte {
	for i, page := range s.langs {
		if page == l && s.languages[i] != "" {
			dst = append(dst, s.languages[i]...)
			dst = appendURL(dst, to)
			dst = append(dst, `"></form></nav>`...)
		}
	}
	return dst
}

// appendTitleLang marks what an operator has written with its language where the page has another one (WCAG 2.2, 3.1.2): the title
// and the message are in the first language of their site.
func (s *Site) appendTitleLang(dst []byte, l *locale) []byte {
	first := s.langs[0]
	if l == first {
		return dst
	}
	return append(append(append(dst, ` lang="`...), first.tag...), '"')
}
