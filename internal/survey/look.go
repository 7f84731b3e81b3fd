package survey

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Look looks at a site. The error is an Unseen if there is no page to look at; the report then has nothing but what the look took.
func Look(ctx context.Context, o Options) (*Report, error) {
	return newLooker(o).look(ctx)
}

func (l *looker) look(ctx context.Context) (*Report, error) {
	ctx, cancel := context.WithTimeout(ctx, MaxTime)
	defer cancel()
	r := &Report{}
	a, err := l.first(ctx, r)
	r.Requests, r.Bytes = l.requests, l.bytes
	if err != nil {
		return r, err
	}
	r.Path, _, _ = strings.Cut(a.path, "?")
	p := readPage(a.body)
	r.Title, r.Language = title(p.title), language(p.language)
	l.redirected(r)
	g := newGathering(l, a.path, p)
	g.ask(ctx)
	r.Links = g.legal()
	r.Parts, r.Tried = len(g.parts), g.tried
	g.report(r)
	l.jar(r, a)
	l.framed(r, a, p, g)
	g.behaves(r)
	r.Requests, r.Bytes = l.requests, l.bytes
	return r, nil
}

func (r *Report) add(key, text, do string) {
	r.Findings = append(r.Findings, Finding{Key: key, Text: text, Do: do})
}

// redirected says where the way to the page led.
func (l *looker) redirected(r *Report) {
	if len(l.hops) == 0 {
		return
	}
	r.add("backend.url", "The site redirects its first page to "+Shown(l.hops[len(l.hops)-1])+".", "Nothing: redirects of the site to itself pass the gateway.")
}

// title is a title that a configuration takes.
func title(text string) string {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return ""
	}
	for len(text) > 120 {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return text
}

func language(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
	for _, c := range tag {
		if c < 'a' || c > 'z' {
			return ""
		}
	}
	if len(tag) > 3 {
		return ""
	}
	return tag
}
