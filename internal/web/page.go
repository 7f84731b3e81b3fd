package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
)

//go:embed pages/*.html
var pageFiles embed.FS

// segment of a page: constant bytes, then the value of a slot.
type segment struct {
	html []byte
	slot slot
}

// page is compiled HTML.
type page []segment

// slot names a value that is only known when the page is sent. In a template's output it is a NUL followed by
// the slot's letter, which no text can contain.
type slot byte

const (
	slotNone slot = iota
	slotTitle
	slotReload
	slotReloads
	slotHideReloads
	slotNext
	slotTarget
	slotBack
	slotNumber
	slotRawNumber
	slotHideNumber
	slotAhead
	slotRawAhead
	slotExact
	slotLow
	slotHigh
	slotHideAhead
	slotMore
	slotHideMore
	slotEstimate
	slotClaim
	slotHideClaim
	slotMessage
	slotHideMessage
	slotHideStale
	slotReference
)

var slotNames = map[string]slot{
	"title": slotTitle, "reload": slotReload, "reloads": slotReloads, "hide-reloads": slotHideReloads,
	"next": slotNext, "target": slotTarget, "back": slotBack,
	"number": slotNumber, "raw-number": slotRawNumber, "hide-number": slotHideNumber,
	"ahead": slotAhead, "raw-ahead": slotRawAhead, "exact": slotExact, "low": slotLow, "high": slotHigh, "hide-ahead": slotHideAhead, "more": slotMore, "hide-more": slotHideMore, "estimate": slotEstimate,
	"claim": slotClaim, "hide-claim": slotHideClaim, "message": slotMessage, "hide-message": slotHideMessage,
	"hide-stale": slotHideStale, "reference": slotReference,
}

// view is what a template sees beside its functions.
type view struct {
	Page    string // the script's part for this page: wait, retry, form, lapsed, or none
	State   string // of a waiting page
	Heading string // HTML
	Lead    string // HTML
	Title   string // HTML, the document's; empty: the slot
	Reloads bool   // reloads by itself without script
}

// compiler makes the pages of one language.
type compiler struct {
	pages   *Pages
	catalog *catalog
	assets  assetURLs
	state   string
	set     *template.Template
}

func (p *Pages) newCompiler(c *catalog, assets assetURLs) (*compiler, error) {
	k := &compiler{pages: p, catalog: c, assets: assets}
	set, err := template.New("").Funcs(template.FuncMap{
		"t": k.text, "slot": slotCode, "in": k.in, "only": k.only,
		"lang": c.tag.String, "site": func() string { return escaped(p.site.Title) },
		"contact": func() string { return contactHTML(p.site.Contact) },
		"style":   func() string { return assets.style },
		"icon":    func() string { return assets.icon },
		"script":  func() string { return assets.script },
		"own":     func(path string) string { return escaped(p.ownURL(path)) },
	}).ParseFS(pageFiles, "pages/*.html")
	k.set = set
	return k, err
}

// ownURL is one of the gateway's own URLs for this site's room.
func (p *Pages) ownURL(path string) string {
	u := p.site.Prefix + "/" + path
	if p.site.Room == "" {
		return u
	}
	name, query, hasQuery := strings.Cut(u, "?")
	u = name + "?room=" + p.site.Room
	if hasQuery {
		u += "&" + query
	}
	return u
}

// text is a message as HTML. Only the site's title may be filled in here.
func (k *compiler) text(id string) (string, error) {
	parts := k.catalog.phrase(k.catalog.text(id))
	if len(parts) != 1 {
		return "", fmt.Errorf("message %q has a value that this page does not have", id)
	}
	return parts[0].html, nil
}

func slotCode(name string) (string, error) {
	s, ok := slotNames[name]
	if !ok {
		return "", fmt.Errorf("unknown slot %q", name)
	}
	return "\x00" + string(rune('A'+s)), nil
}

// in marks an element that is there in some states only. The script reads the same list.
func (k *compiler) in(states string) (string, error) {
	list := strings.Fields(states)
	for _, s := range list {
		if !slices.Contains(stateNames[:pageStates], s) {
			return "", fmt.Errorf("unknown state %q", s)
		}
	}
	mark := `data-in="` + states + `"`
	if !slices.Contains(list, k.state) {
		mark += " hidden"
	}
	return mark, nil
}

// only is in for an element that, in its states, is there only with a value: hide is the slot that says so.
func (k *compiler) only(states, hide string) (string, error) {
	mark, err := k.in(states)
	if err != nil || strings.HasSuffix(mark, " hidden") {
		return mark, err
	}
	code, err := slotCode(hide)
	return mark + code, err
}

// compile runs a template and cuts its output at the slots.
func (k *compiler) compile(name string, v view) (page, error) {
	k.state = v.State
	var out bytes.Buffer
	if err := k.set.ExecuteTemplate(&out, name, v); err != nil {
		return nil, err
	}
	var pg page
	html := withoutIndent(out.Bytes())
	for {
		constant, rest, found := bytes.Cut(html, []byte{0})
		if !found {
			return append(pg, segment{bytes.Clone(constant), slotNone}), nil
		}
		if len(rest) == 0 {
			return nil, errors.New("a slot without a name at the end of the page")
		}
		pg = append(pg, segment{bytes.Clone(constant), slot(rest[0] - 'A')})
		html = rest[1:]
	}
}

func withoutIndent(html []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(html) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			out.Write(line)
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// contactHTML links a telephone number, so that a tap on a phone calls it.
func contactHTML(contact string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, contact)
	if len(digits) < 3 || strings.Trim(contact, "0123456789+-/() ") != "" {
		return escaped(contact)
	}
	return `<a href="tel:` + digits + `">` + escaped(contact) + `</a>`
}
