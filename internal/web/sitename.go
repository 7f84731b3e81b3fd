package web

// siteName is what a language calls a site that has no name of its own, and the language's base.
type siteName struct {
	text [forms]string
	soft string // HTML, where it may break
	base string
}

func (c *catalog) siteName() siteName {
	base, _ := c.tag.Base()
	name := c.text("site.name")
	return siteName{text: inForms(name), soft: escaped(softened(c.tag).Replace(name)), base: base.String()}
}

// nameIn is what the sentences of a language call the site. The operator has named it in the room's first language; a name in German
// in an English sentence would be no word, so other languages have their own.
func (s *Site) nameIn(l *locale) *[forms]string {
	if s.name[inHTML] == "" || l.site.base != s.langs[0].site.base {
		return &l.site.text
	}
	return &s.name
}

// softNameIn is that name as HTML, with soft hyphens.
func (s *Site) softNameIn(l *locale) string {
	if s.nameIn(l) == &s.name {
		return s.softName
	}
	return l.site.soft
}
