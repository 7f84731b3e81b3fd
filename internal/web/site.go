package web

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Site is what an installation says about one protected site.
type Site struct {
	// Title names the site on every page, for example "Bürgerbüro Musterstadt". Required, at most 120 bytes.
	Title string
	// Prefix is the reserved path of the gateway's own URLs, for example "/.einlass": it begins with a slash
	// and does not end with one. Required.
	Prefix string
	// Room is the room's id, added as room=… to the URLs that a page calls, for hosts that serve several rooms
	// by path. Empty: not added. Letters, digits, '-' and '_'.
	Room string
	// Contact is the way to help for those who need it: a telephone number or a short text. A telephone number
	// becomes a link. Optional, at most 200 bytes.
	Contact string
	// Languages are the tags of the languages offered, each one of [Languages]. Visitors who ask for none of them get the
	// first. Empty: all there are, English first.
	Languages []string
}

// Validate reports every field that cannot be used, joined into one error.
func (s Site) Validate() error {
	var errs []error
	bad := func(field, value, accepted string) {
		errs = append(errs, fmt.Errorf("%s %q: %s", field, value, accepted))
	}
	if s.Title == "" || len(s.Title) > 120 || !printable(s.Title) {
		bad("title", s.Title, "must be 1 to 120 bytes of printable text")
	}
	if len(s.Contact) > 200 || !printable(s.Contact) {
		bad("contact", s.Contact, "must be at most 200 bytes of printable text")
	}
	if !strings.HasPrefix(s.Prefix, "/") || strings.HasPrefix(s.Prefix, "//") || len(s.Prefix) < 2 ||
		strings.HasSuffix(s.Prefix, "/") || strings.IndexFunc(s.Prefix, notInPrefix) >= 0 {
		bad("prefix", s.Prefix, `must be a path such as "/.einlass": letters, digits and - _ . ~ /, no slash at its end`)
	}
	if strings.IndexFunc(s.Room, notInRoom) >= 0 {
		bad("room", s.Room, "must consist of letters, digits, - and _")
	}
	return errors.Join(errs...)
}

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

func notInRoom(r rune) bool {
	return r > unicode.MaxASCII || !(unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_')
}

func notInPrefix(r rune) bool {
	return notInRoom(r) && r != '/' && r != '.' && r != '~'
}

// Pages answers in the name of one site. Make it with [New].
type Pages struct {
	site    Site
	langs   []*locale
	matcher *matcher
	assets  map[string]Asset // by kind: "css", "svg", "de.js"
	headers []string
}

// New compiles the pages of a site in every language that it offers. The error joins everything that is
// wrong with the site and with the languages.
func New(site Site) (*Pages, error) {
	if err := site.Validate(); err != nil {
		return nil, fmt.Errorf("web: site: %w", err)
	}
	catalogs, err := loadCatalogs(localeFiles, site)
	if err != nil {
		return nil, fmt.Errorf("web: languages: %w", err)
	}
	p := &Pages{site: site, assets: map[string]Asset{}, headers: policyHeaders("'self'", "'self'")}
	p.matcher = newMatcher(catalogs)
	shared, err := p.addSharedAssets()
	if err != nil {
		return nil, fmt.Errorf("web: assets: %w", err)
	}
	for _, c := range catalogs {
		l, err := p.compile(c, shared)
		if err != nil {
			return nil, fmt.Errorf("web: language %s: %w", c.tag, err)
		}
		p.langs = append(p.langs, l)
	}
	return p, nil
}

// Lang is one of the languages of a [Pages]: an index that only means something together with the Pages that
// answered it. The zero value is the site's default language.
type Lang uint8

// Tag is the language as BCP 47 tag, for a Content-Language header.
func (p *Pages) Tag(l Lang) string { return p.locale(l).tag }

func (p *Pages) locale(l Lang) *locale {
	if int(l) >= len(p.langs) {
		l = 0
	}
	return p.langs[l]
}
