package citizens

import (
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// document is what a citizen sees on a page: where it can go and what it can
// fill in.
type document struct {
	links []link
	forms []form
}

type link struct{ href, class string }

type form struct {
	action  string
	fields  map[string]string // inputs that are sent, by name
	buttons []button
}

type button struct{ name, value string }

// parse reads a page. What is not HTML gives an empty document.
func parse(r io.Reader) document {
	var d document
	var open *form
	for z := html.NewTokenizer(r); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return d
		}
		tag := z.Token()
		isTag := kind == html.StartTagToken || kind == html.SelfClosingTagToken
		switch at := tag.DataAtom; {
		case isTag && at == atom.A:
			d.links = append(d.links, link{attr(tag, "href"), attr(tag, "class")})
		case isTag && at == atom.Form:
			d.forms = append(d.forms, form{action: attr(tag, "action"), fields: map[string]string{}})
			open = &d.forms[len(d.forms)-1]
		case kind == html.EndTagToken && at == atom.Form:
			open = nil
		case isTag && at == atom.Input && open != nil && attr(tag, "name") != "" && attr(tag, "type") != "file":
			open.fields[attr(tag, "name")] = attr(tag, "value")
		case isTag && at == atom.Button && open != nil:
			open.buttons = append(open.buttons, button{attr(tag, "name"), attr(tag, "value")})
		}
	}
}

func attr(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// form returns the form that posts to the action, or nil.
func (d *document) form(action string) *form {
	for i := range d.forms {
		if d.forms[i].action == action {
			return &d.forms[i]
		}
	}
	return nil
}

// free returns the links with the prefix that are not marked as full.
func (d *document) free(prefix string) []string {
	var out []string
	for _, l := range d.links {
		if strings.HasPrefix(l.href, prefix) && l.class != "none" {
			out = append(out, l.href)
		}
	}
	return out
}

// has reports whether there is a link with that address and class.
func (d *document) has(href, class string) bool { return slices.Contains(d.links, link{href, class}) }

// slots returns the appointments that the form's buttons offer.
func (f *form) slots() []string {
	var out []string
	for _, b := range f.buttons {
		if b.name == "slot" {
			out = append(out, b.value)
		}
	}
	return out
}
