package web

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// SiteConfig is what an installation says about one protected site.
type SiteConfig struct {
	// Title names the site on every page, for example "Bürgerbüro Musterstadt". Required, at most 120 bytes.
	Title string
	// Name is what sentences in the first language call the site, with its article and as at the beginning of a sentence: "Die
	// Terminbuchung". Empty: each language has a word. At most 60 bytes.
	Name string
	// Room is the room's id, added as room=… to the URLs that a page calls, for hosts that serve several rooms
	// by path. Empty: not added. Letters, digits, '-' and '_'.
	Room string
	// Contact is the way to help for those who need it: a telephone number or a short text. Telephone
	// numbers and e-mail addresses in it become links. Optional, at most 200 bytes.
	Contact string
	// FrameAncestors are the origins beside the site's own whose pages may show ours in a frame, by CSP Level 3 §7.7.2:
	// https://www.example.org, https://*.example.org.
	FrameAncestors []string
	// Languages are the tags of the languages offered, each one of [Languages]. Visitors who ask for none of them get the
	// first. Empty: all there are, English first.
	Languages []string
	// Links are at the foot of each page.
	Links Links
	// Entry is after how long a page goes on by itself at its turn, in whole seconds, while somebody looks at it; 0: after a press only.
	Entry time.Duration
}

// Validate reports every field that cannot be used, joined into one error.
func (c SiteConfig) Validate() error {
	var errs []error
	bad := func(field, value, accepted string) {
		errs = append(errs, fmt.Errorf("%s %q: %s", field, value, accepted))
	}
	if c.Title == "" || len(c.Title) > 120 || !printable(c.Title) {
		bad("title", c.Title, "must be 1 to 120 bytes of printable text")
	}
	if len(c.Name) > 60 || !printable(c.Name) {
		bad("name", c.Name, "must be at most 60 bytes of printable text")
	}
	if len(c.Contact) > 200 || !printable(c.Contact) {
		bad("contact", c.Contact, "must be at most 200 bytes of printable text")
	}
	if strings.IndexFunc(c.Room, notInRoom) >= 0 {
		bad("room", c.Room, "must consist of letters, digits, - and _")
	}
	if c.Entry < 0 || c.Entry%time.Second != 0 { // its bounds are the configuration's
		bad("entry", c.Entry.String(), "must be 0 or whole seconds")
	}
	for _, origin := range c.FrameAncestors {
		if origin == "" || strings.IndexFunc(origin, notInOrigin) >= 0 {
			bad("frame ancestor", origin, "must be an origin such as https://www.example.org")
		}
	}
	errs = append(errs, c.Links.validate())
	return errors.Join(errs...)
}

// notInOrigin is what would begin another source or another directive of a policy, or a keyword.
func notInOrigin(r rune) bool {
	return notInRoom(r) && r != '.' && r != ':' && r != '/' && r != '*' && r != '[' && r != ']'
}

func checkPrefix(prefix string) error {
	if !strings.HasPrefix(prefix, "/") || strings.HasPrefix(prefix, "//") || len(prefix) < 2 ||
		strings.HasSuffix(prefix, "/") || strings.IndexFunc(prefix, notInPrefix) >= 0 {
		return fmt.Errorf(`prefix %q: must be a path such as "/.einlass": letters, digits and - _ . ~ /, no slash at its end`, prefix)
	}
	return nil
}

func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

func notInRoom(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
}

func notInPrefix(r rune) bool {
	return notInRoom(r) && r != '/' && r != '.' && r != '~'
}

// Site answers in the name of one site. It is a few strings over a [Library], so that making one costs microseconds,
// however many rooms there are. Immutable and safe for concurrent use.
type Site struct {
	langs   []*locale
	matcher *matcher
	headers []string
	policy  string
	// ancestors are the sources of frame-ancestors.
	ancestors string

	title       [forms]string // empty: neutral
	name        [forms]string // empty: each language's own
	softName    string        // HTML, with soft hyphens
	contact     string        // HTML
	status, ask string        // own URLs as HTML, without their lang
	away        string
	leave, move string
	// join and switches are what the URLs begin with that give a number, and that turn reloads off or on.
	join, switches string
	// wait is what the own URLs of the waiting page begin with, as HTML.
	wait        string
	draw        string
	calendar    string
	plainTitle  string
	languages   []string // the choice of language by language, see languageForms
	links       []string // the same of the links
	style, logo string   // of a town's folder: CSS, a URL
	entry       time.Duration

	pages     *sync.Map  // *sitePage by *page: those that were sent
	templates *templates // of the library
	zips      bool       // pages are appended as gzip
	zipped    *Site
}

// Site makes the answers of one site. The error joins everything that is wrong with cfg.
func (lib *Library) Site(cfg SiteConfig) (*Site, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("web: site: %w", err)
	}
	s, err := lib.site(cfg)
	if err != nil {
		return nil, fmt.Errorf("web: site: %w", err)
	}
	return s, nil
}

func (lib *Library) site(cfg SiteConfig) (*Site, error) {
	langs, err := lib.choose(cfg.Languages)
	if err != nil {
		return nil, err
	}
	room := ""
	if cfg.Room != "" {
		room = "room=" + cfg.Room
	}
	own := func(name string) string { return strings.TrimSuffix(lib.prefix+"/"+name+"?"+room, "?") }
	spoken := func(name string) string {
		if room == "" {
			return lib.prefix + "/" + name + "?"
		}
		return own(name) + "&"
	}
	ancestors := strings.Join(append([]string{"'self'"}, cfg.FrameAncestors...), " ")
	policy := lib.inline.policy(lib.style)
	s := &Site{
		langs: langs, matcher: newMatcher(langs), headers: policyHeaders(policy, "'self'", ancestors), policy: policy, ancestors: ancestors,
		title: inForms(cfg.Title), name: inForms(cfg.Name), softName: escaped(softened(langs[0].langTag).Replace(cfg.Name)), contact: contactHTML(cfg.Contact),
		status: escaped(spoken("status")), ask: escaped(spoken("ask")), away: escaped(own("away")), leave: escaped(own("leave")), move: escaped(own("move")), wait: escaped(spoken("wait")), join: escaped(own("join")), switches: escaped(own("still")), draw: escaped(spoken("draw")),
		languages: lib.languageForms(langs, &cfg), links: linkLists(langs, &cfg.Links),
		style: lib.style, logo: lib.logo, templates: &lib.templates,
		entry:    cfg.Entry,
		calendar: escaped(spoken("next.ics")), plainTitle: cfg.Title,
	}
	s.pages = &sync.Map{}
	zipped := *s
	zipped.zips = true
	s.zipped, zipped.zipped = &zipped, &zipped
	return s, nil
}

// Lang is one of the languages of a [Site]: an index that only means something together with the Site that
// answered it. The zero value is the site's default language.
type Lang uint8

func (s *Site) locale(l Lang) *locale {
	if int(l) >= len(s.langs) {
		l = 0
	}
	return s.langs[l]
}
