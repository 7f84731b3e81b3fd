package web

import (
	"errors"
	"fmt"
	"strings"
)

// Links are pages that every page of a site leads to: an https URL, a path on this host, or, of Barrier, mailto:. Empty: there is none.
type Links struct{ Imprint, Privacy, Accessibility, Barrier string }

func (l *Links) all() [linkNames]string {
	return [linkNames]string{l.Imprint, l.Privacy, l.Accessibility, l.Barrier}
}

// linkNames is how many links there are, in the order of the foot.
const linkNames = 4

var linkTexts = [linkNames]string{"links.imprint", "links.privacy", "links.accessibility", "links.barrier"}

// linkWords are what the links of a language are called, as HTML.
type linkWords struct {
	name   [linkNames]string
	window string
}

func (c *catalog) linkWords() (w linkWords) {
	for i, id := range linkTexts {
		w.name[i] = escaped(c.text(id))
	}
	w.window = escaped(c.text("links.window"))
	return w
}

// validate keeps what a browser would run out of a link.
func (l *Links) validate() error {
	var errs []error
	for i, to := range l.all() {
		onHost := strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//")
		if to != "" && !onHost && !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, "mailto:") || !printable(to) {
			errs = append(errs, fmt.Errorf("%s %q: must be an https URL, a path or a mailto URL", linkTexts[i], to))
		}
	}
	return errors.Join(errs...)
}

// linkLists makes the links of the foot, one list for each language. A page of the site opens in a window of its own: the waiting page
// stays where it is, and what was written into a form is not lost.
func linkLists(langs []*locale, links *Links) []string {
	lists := make([]string, len(langs))
	if *links == (Links{}) {
		return lists
	}
	for i, l := range langs {
		var b strings.Builder
		b.WriteString(`<ul class="links">`)
		opens := false
		for j, to := range links.all() {
			if to == "" {
				continue
			}
			window := ` target="_blank" rel="noopener"`
			if strings.HasPrefix(to, "mailto:") {
				window = ""
			}
			opens = opens || window != ""
			b.WriteString(`<li><a href="` + escaped(to) + `"` + window + `>` + l.links.name[j] + `</a>`)
		}
		b.WriteString(`</ul>`)
		if opens {
			b.WriteString(`<p>` + l.links.window + `</p>`)
		}
		lists[i] = b.String()
	}
	return lists
}

// appendFooter appends what a site has at the foot of each page: help and links.
func (s *Site) appendFooter(dst []byte, l *locale) []byte {
	links := ""
	for i, page := range s.langs {
		if page == l {
			links = s.links[i]
		}
	}
	if s.contact == "" && links == "" {
		return dst
	}
	dst = append(dst, `<footer class="site">`...)
	dst = s.appendIf(dst, l, l.help, s.contact)
	return append(append(dst, links...), "</footer>"...)
}
