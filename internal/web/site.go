package web

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SiteConfig is what an installation says about one protected site.
type SiteConfig struct {
	// Title names the site on every page, for example "Bürgerbüro Musterstadt". Required, at most 120 bytes.
	Title string
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
	// Entry is after how long a page goes on by itself at its turn, in whole seconds, while somebody looks at it; 0: after a press only.
	Entry time.Duration
}

// Bounds of SiteConfig.Entry: whoever is told of the turn must have the time to hear it.
const (
	shortestEntry = 3 * time.Second
	longestEntry  = time.Minute
)

// Validate reports every field that cannot be used, joined into one error.
func (c SiteConfig) Validate() error {
	var errs []error
	bad := func(field, value, accepted string) {
		errs = append(errs, fmt.Errorf("%s %q: %s", field, value, accepted))
	}
	if c.Title == "" || len(c.Title) > 120 || !printable(c.Title) {
		bad("title", c.Title, "must be 1 to 120 bytes of printable text")
	}
	if len(c.Contact) > 200 || !printable(c.Contact) {
		bad("contact", c.Contact, "must be at most 200 bytes of printable text")
	}
	if strings.IndexFunc(c.Room, notInRoom) >= 0 {
		bad("room", c.Room, "must consist of letters, digits, - and _")
	}
	if c.Entry != 0 && (c.Entry < shortestEntry || c.Entry > longestEntry || c.Entry%time.Second != 0) {
		bad("entry", c.Entry.String(), "must be 0 or whole seconds from 3s to 1m")
	}
	for _, origin := range c.FrameAncestors {
		if origin == "" || strings.IndexFunc(origin, notInOrigin) >= 0 {
			bad("frame ancestor", origin, "must be an origin such as https://www.example.org")
		}
	}
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
	// ancestors are the sources of frame-ancestors.
	ancestors string

	title       [forms]string // empty: neutral
	contact     string        // HTML
	status, ask string        // own URLs as HTML, without their lang
	away        string
	leave, move string
	draw        string
	languages   []string // the choice of language by language, see languageForms
	entry       time.Duration
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
	return &Site{
		langs: langs, matcher: newMatcher(langs), headers: policyHeaders("'self'", ancestors), ancestors: ancestors,
		title: inForms(cfg.Title), contact: contactHTML(cfg.Contact),
		status: escaped(spoken("status")), ask: escaped(spoken("ask")), away: escaped(own("away")), leave: escaped(own("leave")), move: escaped(own("move")), draw: escaped(spoken("draw")),
		languages: lib.languageForms(langs, &cfg),
		entry:     cfg.Entry,
	}, nil
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
