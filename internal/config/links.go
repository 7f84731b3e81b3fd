package config

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/route"
)

// Links are the pages that every page of a public site in Germany must lead to: the imprint (DDG § 5), privacy (GDPR Art. 13), the
// accessibility statement and the way to report a barrier (BITV 2.0 § 7). Each is a page elsewhere, https://…, or on this host, /imprint:
// that one is reached without a pass. Load puts paths into the form in which browsers ask for them. Empty: there is none.
type Links struct {
	Imprint       string `yaml:"imprint"`
	Privacy       string `yaml:"privacy"`
	Accessibility string `yaml:"accessibility"`
	// Barrier may also be an address, mailto:.
	Barrier string `yaml:"barrier"`
}

// longestLink bounds a link, in bytes: it is in every page.
const longestLink = 300

// link is one of Links with its key.
type link struct {
	key string
	to  *string
}

func (l *Links) all() []link {
	return []link{{"imprint", &l.Imprint}, {"privacy", &l.Privacy}, {"accessibility", &l.Accessibility}, {"barrier", &l.Barrier}}
}

// Open are the targets on this host, path and query, that need no pass.
func (l *Links) Open() (targets []string) {
	for _, link := range l.all() {
		if target, _, _ := strings.Cut(*link.to, "#"); strings.HasPrefix(target, "/") && !slices.Contains(targets, target) {
			targets = append(targets, target)
		}
	}
	return targets
}

// Missing are the keys of those that are not set.
func (l *Links) Missing() (keys []string) {
	for _, link := range l.all() {
		if *link.to == "" {
			keys = append(keys, link.key)
		}
	}
	return keys
}

// normalise brings the links into their form.
func (l *Links) normalise(ch *checker, at string) {
	for _, link := range l.all() {
		*link.to = lowerScheme(*link.to)
		text := *link.to
		var err error
		switch {
		case text == "":
		case len(text) > longestLink:
			ch.bad(at+"."+link.key, "is %d bytes long; want at most %d", len(text), longestLink)
		case strings.HasPrefix(text, "/"):
			if *link.to, err = pageOfHost(text); err != nil {
				ch.bad(at+"."+link.key, "%q %v", text, err)
			}
		case link.key == "barrier" && isMailto(text):
		case !isHTTPS(text):
			accepted := "https://www.example.org/imprint, or a path on this host, /imprint"
			if link.key == "barrier" {
				accepted += ", or mailto:barriers@example.org"
			}
			ch.bad(at+"."+link.key, "%q is not accepted; want %s", text, accepted)
		}
	}
}

// lowerScheme is a link whose scheme is in small letters: HTTPS://www.example.org is as good as https.
func lowerScheme(text string) string {
	for _, scheme := range []string{"https:", "mailto:"} {
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			return scheme + text[len(scheme):]
		}
	}
	return text
}

// inQuery are the signs that browsers send in a query as they are written.
const inQuery = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()*+,;=:@/?%"

// pageOfHost is a page of this host in the form in which browsers ask for it. The error continues a sentence that begins with the page.
func pageOfHost(text string) (string, error) {
	page, fragment, jumps := strings.Cut(text, "#")
	path, query, asks := strings.Cut(page, "?")
	if _, err := route.ParseRule(path); err != nil {
		return text, err
	}
	if path == "/" && query == "" {
		return text, fmt.Errorf("is the start of the site; want the page itself, which is then reached without a pass")
	}
	if strings.Trim(query+fragment, inQuery) != "" {
		return text, fmt.Errorf("has a query or fragment with other signs than letters, digits and %s", strings.TrimLeft(inQuery, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"))
	}
	u, err := url.Parse(path)
	if err != nil {
		return text, err
	}
	page = u.EscapedPath()
	if asks {
		page += "?" + query
	}
	if jumps {
		page += "#" + fragment
	}
	return page, nil
}

func isHTTPS(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Hostname() != "" && u.User == nil
}

func isMailto(text string) bool {
	rest, found := strings.CutPrefix(text, "mailto:")
	address, _, _ := strings.Cut(rest, "?")
	if address, err := url.PathUnescape(address); found && err == nil {
		parsed, err := mail.ParseAddress(address)
		return err == nil && parsed.Address == address
	}
	return false
}

// links checks that a page of this host is one that the site answers, and that one of this host is named as such: by its URL it would
// be waited for.
func (ch *checker) links(c *Config, r *Room, at string) {
	for _, link := range r.Links.all() {
		here := at + "." + link.key
		if path, _, _ := strings.Cut(*link.to, "?"); path == c.Prefix || strings.HasPrefix(path, c.Prefix+"/") {
			ch.bad(here, "%q lies at or below prefix %q, where the gateway answers itself: no visitor would get there", *link.to, c.Prefix)
		}
		if u, err := url.Parse(*link.to); err == nil && u.Scheme == "https" && slices.Contains(r.Hosts, strings.ToLower(u.Hostname())) {
			ch.bad(here, "%q is on the room's own host, where people would have to wait for it; want %s", *link.to, u.RequestURI())
		}
	}
}
