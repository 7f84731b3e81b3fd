package survey

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"
)

// role is what a page needs a file for.
type role uint8

const (
	other role = iota
	style
	script
)

// ref is a file that a page or style names, as it is written there.
type ref struct {
	to   string
	role role
}

// anchor is a link with its text.
type anchor struct{ to, text string }

// page is what the look needs of a page: addresses are as they are written there.
type page struct {
	title, language, base string
	refs                  []ref
	links                 []anchor
	pages                 []string // forms and frames
	frames                []string
	scripts               []string // the texts of its own scripts
	policies              []string // of meta elements
}

// readPage reads a page. It takes any bytes.
func readPage(body []byte) *page {
	if !utf8.Valid(body) {
		body, _ = charmap.Windows1252.NewDecoder().Bytes(body) // has a letter for each byte
	}
	r := &reader{z: html.NewTokenizer(bytes.NewReader(body))}
	r.z.SetMaxBuf(maxBody)
	for {
		switch r.z.Next() {
		case html.ErrorToken:
			r.endLink()
			return &r.page
		case html.StartTagToken, html.SelfClosingTagToken:
			r.element()
		case html.EndTagToken:
			name, _ := r.z.TagName()
			r.end(atom.Lookup(name))
		case html.TextToken:
			r.text()
		}
	}
}

// reader goes through a page.
type reader struct {
	page
	z      *html.Tokenizer
	within atom.Atom // script, style or title
	link   *anchor   // that is open
}

func (r *reader) end(name atom.Atom) {
	if name == r.within {
		r.within = 0
	}
	if name == atom.A {
		r.endLink()
	}
}

func (r *reader) endLink() {
	if r.link != nil && len(r.links) < maxRefs {
		r.links = append(r.links, *r.link)
	}
	r.link = nil
}

func (r *reader) text() {
	switch text := string(r.z.Text()); r.within {
	case atom.Title:
		if r.title == "" {
			r.title = line(text)
		}
	case atom.Script:
		r.scripts = append(r.scripts, text)
	case atom.Style:
		r.styles(text)
	default:
		if r.link != nil && len(r.link.text) < maxShown {
			r.link.text += text
		}
	}
}

// styles takes what a style names.
func (r *reader) styles(text string) {
	for _, to := range stylesRefs(text) {
		r.ref(to.to, to.role)
	}
}

func (r *reader) ref(to string, role role) {
	if to != "" && len(r.refs) < maxRefs {
		r.refs = append(r.refs, ref{to, role})
	}
}

// attributes are those of the element, by their names.
func (r *reader) attributes() map[string]string {
	all := map[string]string{}
	for {
		key, value, more := r.z.TagAttr()
		if _, twice := all[string(key)]; !twice && len(key) > 0 {
			all[string(key)] = strings.TrimSpace(string(value))
		}
		if !more {
			return all
		}
	}
}

func (r *reader) element() {
	tag, has := r.z.TagName()
	name := atom.Lookup(tag)
	var is map[string]string
	if has {
		is = r.attributes()
	}
	r.styles(is["style"])
	switch name {
	case atom.Html:
		r.language = is["lang"]
	case atom.Base:
		if r.base == "" {
			r.base = is["href"]
		}
	case atom.Title, atom.Style:
		r.within = name
	case atom.Script:
		r.within = name
		r.ref(is["src"], script)
	case atom.Link:
		r.linked(is)
	case atom.Meta:
		if strings.EqualFold(is["http-equiv"], "Content-Security-Policy") {
			r.policies = append(r.policies, is["content"])
		}
	case atom.A, atom.Area:
		r.endLink()
		r.link = &anchor{to: is["href"]}
	case atom.Form:
		r.pages = append(r.pages, is["action"])
	case atom.Iframe, atom.Frame, atom.Embed, atom.Object:
		if to := is["src"] + is["data"]; to != "" && len(r.frames) < maxRefs {
			r.frames = append(r.frames, to)
			r.pages = append(r.pages, to)
		}
	default:
		r.pictures(name, is)
	}
}

// linked takes what a link element names.
func (r *reader) linked(is map[string]string) {
	for rel := range strings.FieldsSeq(strings.ToLower(is["rel"])) {
		switch {
		case rel == "stylesheet":
			r.ref(is["href"], style)
		case rel == "modulepreload", rel == "preload" && is["as"] == "script":
			r.ref(is["href"], script)
		case rel == "preload" && is["as"] == "style":
			r.ref(is["href"], style)
		case rel == "preload" && (is["as"] == "font" || is["as"] == "image"), rel == "icon", rel == "apple-touch-icon", rel == "mask-icon", rel == "manifest":
			r.ref(is["href"], other)
		default:
			continue
		}
		return
	}
}

// pictures takes what an element shows.
func (r *reader) pictures(name atom.Atom, is map[string]string) {
	switch name {
	case atom.Img, atom.Source, atom.Input, atom.Video, atom.Audio, atom.Track:
		r.ref(is["src"], other)
		r.ref(is["poster"], other)
		for candidate := range strings.SplitSeq(is["srcset"], ",") {
			if fields := strings.Fields(candidate); len(fields) > 0 {
				r.ref(fields[0], other)
			}
		}
	case atom.Image:
		r.ref(is["href"], other)
		r.ref(is["xlink:href"], other)
	case atom.Body, atom.Table, atom.Td:
		r.ref(is["background"], other)
	default:
		for _, key := range []string{"href", "xlink:href"} { // <use href="/icons.svg#x">
			if to := is[key]; strings.Contains(to, "#") {
				r.ref(to, other)
			}
		}
	}
}
