package web

import (
	"fmt"
	"strconv"
	"time"
)

// errorStatuses are the statuses that have texts of their own.
var errorStatuses = [...]int{
	400, 403, 404, 405, 408, 413, 414, 417, 421, 429, 431, 500, 501, 502, 503, 504, 505,
}

// Interruption is told to somebody inside when the site behind does not answer.
type Interruption struct {
	// Status is the HTTP status that the page is sent with: 502, 503 or 504.
	Status int
	// Form says that the request was a form (POST or another method that changes state). Its page says that
	// nobody knows whether the form has arrived and how to go back; it never sends the form again. Otherwise
	// the page retries by itself, by GET.
	Form bool
	// Target is the path to retry, with its query as sent. Not used for a form.
	Target string
	// Back is the path of the page that held the form, from a Referer on the same host; empty if unknown. The
	// script asks for it by GET now and then and says when the site answers again.
	Back string
	// Next is the time until the retry; zero or less: no retry by itself.
	Next time.Duration
	// Kind and Ref are for those who help: a short word for what happened and the request's id. Optional.
	Kind, Ref string
}

// Lapsed is told to somebody whose form came after the time inside had ended.
type Lapsed struct {
	// Start is the path through which the visitor comes in again, in a new tab: best the page that held the
	// form, else the room's first page.
	Start string
	// Ref is the request's id. Optional.
	Ref string
}

// notice is the values of every page that is not a waiting page.
type notice struct {
	status       int
	kind, ref    string
	target, back string
	next         time.Duration
}

func (l *locale) compileNotices(k *compiler) error {
	text := func(id string) string { return flat(k.catalog.phrase(k.catalog.text(id))) }
	build := func(into *page, file, kind, heading, lead string) error {
		v := view{Page: kind, Heading: text(heading), Lead: text(lead), Reloads: kind == "retry"}
		v.Title = v.Heading + " · " + escaped(k.catalog.title)
		var err error
		if *into, err = k.compile(file, v); err != nil {
			return fmt.Errorf("page %s: %w", kind, err)
		}
		return nil
	}
	l.errors = map[int]page{}
	for _, status := range errorStatuses {
		var pg page
		id := "error." + strconv.Itoa(status)
		if err := build(&pg, "error.html", "error", id+".heading", id+".text"); err != nil {
			return err
		}
		l.errors[status] = pg
	}
	for _, p := range []struct {
		into                      *page
		file, kind, heading, lead string
	}{
		{&l.retry, "retry.html", "retry", "interruption.heading", "interruption.lead"},
		{&l.form, "form.html", "form", "interruption.heading", "interruption.form_lead"},
		{&l.lapsed, "lapsed.html", "lapsed", "lapsed.heading", "lapsed.lead"},
		{&l.left, "left.html", "left", "left.heading", "left.text"},
	} {
		if err := build(p.into, p.file, p.kind, p.heading, p.lead); err != nil {
			return err
		}
	}
	return nil
}

// AppendError appends the page for an HTTP status of 400 or above; one without texts of its own gets those of
// 400 or 500. Kind is a short word for what happened, ref the request's id, both shown small for those who help;
// either may be empty. Safe for concurrent use.
func (p *Pages) AppendError(dst []byte, lang Lang, status int, kind, ref string) []byte {
	l := p.locale(lang)
	pg, ok := l.errors[status]
	if !ok && status < 500 {
		pg = l.errors[400]
	} else if !ok {
		pg = l.errors[500]
	}
	return l.appendNotice(dst, pg, &notice{status: status, kind: kind, ref: ref})
}

// AppendInterruption appends the page for somebody inside whose request the site did not answer. Safe for
// concurrent use.
func (p *Pages) AppendInterruption(dst []byte, lang Lang, i *Interruption) []byte {
	l := p.locale(lang)
	n := notice{status: i.Status, kind: i.Kind, ref: i.Ref, target: i.Target, back: i.Back, next: i.Next}
	if i.Form {
		return l.appendNotice(dst, l.form, &n)
	}
	return l.appendNotice(dst, l.retry, &n)
}

// AppendLapsed appends the page that says that the time inside has ended, that the form was not sent, and how
// to send it after all. Safe for concurrent use.
func (p *Pages) AppendLapsed(dst []byte, lang Lang, v *Lapsed) []byte {
	l := p.locale(lang)
	return l.appendNotice(dst, l.lapsed, &notice{ref: v.Ref, target: v.Start})
}

// AppendLeft appends the answer to somebody who gave up the place. Target is the path through which to line up
// again. Safe for concurrent use.
func (p *Pages) AppendLeft(dst []byte, lang Lang, target string) []byte {
	l := p.locale(lang)
	return l.appendNotice(dst, l.left, &notice{target: target})
}

func (l *locale) appendNotice(dst []byte, pg page, n *notice) []byte {
	for _, s := range pg {
		dst = append(dst, s.html...)
		switch s.slot {
		case slotReload:
			dst = appendReload(dst, n.next, n.target)
		case slotNext:
			dst = strconv.AppendInt(dst, int64(max(n.next, 0)/time.Millisecond), 10)
		case slotHideReloads:
			dst = appendHidden(dst, n.next <= 0)
		case slotTarget:
			dst = appendURL(dst, n.target)
		case slotBack:
			if n.back != "" {
				dst = appendURL(dst, n.back)
			}
		case slotReference:
			dst = l.appendReference(dst, n)
		}
	}
	return dst
}

// appendReference appends what a visitor can read out on the telephone: "Error 504 · backend-timeout ·
// Reference 8f3a".
func (l *locale) appendReference(dst []byte, n *notice) []byte {
	start := len(dst)
	next := func() {
		if len(dst) > start {
			dst = append(dst, " · "...)
		}
	}
	if n.status != 0 {
		for _, p := range l.errorStatus {
			dst = append(dst, p.html...)
			if p.mark == markStatus {
				dst = strconv.AppendInt(dst, int64(n.status), 10)
			}
		}
	}
	if n.kind != "" {
		next()
		dst = appendHTML(dst, n.kind)
	}
	if n.ref != "" {
		next()
		dst = append(dst, l.reference[0].html...)
		dst = append(dst, ' ')
		dst = appendHTML(dst, n.ref)
	}
	return dst
}
