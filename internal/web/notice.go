package web

import (
	"fmt"
	"strconv"
	"strings"
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
	// Ref names the fault to those who help, as in AppendError. Optional.
	Ref string
}

// PassEnded is what the page says about a form whose sender is not inside: no more, or not yet.
type PassEnded struct {
	// Start is the path through which the visitor comes in again, in a new tab: best the page that held the
	// form, else the room's first page.
	Start string
	// Why the sender is not inside.
	Why FormEnding
	// Resumes: the stay can be resumed, so that its sender waits behind nobody.
	Resumes bool
	// Wait is what the sender's place says, or one that would be given now. If none are given, it is in the state that says why.
	Wait Status
}

// FormEnding is why the sender of a form is not inside.
type FormEnding uint8

const (
	// FormLate: the time inside is over.
	FormLate FormEnding = iota
	// FormEarly: there is no number yet.
	FormEarly
	// FormInLine: the sender waits in line.
	FormInLine
	formEndings
)

// Ending is why somebody who asks for news of a place has none.
type Ending uint8

const (
	// EndedLeft: the visitor gave the place up, here or in another tab.
	EndedLeft Ending = iota
	// EndedUsed: the number has had its turn, or is forgotten.
	EndedUsed
	// EndedStay: the visit was finished.
	EndedStay
	// EndedUnknown: the browser keeps cookies and has none that names a place.
	EndedUnknown
	// EndedExpired: the time inside is over, and the stay cannot be resumed.
	EndedExpired
	// EndedTwice: two calls were missed.
	EndedTwice
	// EndedMoved: the place goes on in another browser.
	EndedMoved
	// EndedRemoved: an operator took the place out of the line.
	EndedRemoved
	// EndedCode: the code was used by others.
	EndedCode

	endings
)

var endingNames = [endings]string{
	EndedLeft: "left", EndedUsed: "used", EndedStay: "stay", EndedUnknown: "unknown", EndedExpired: "expired",
	EndedTwice: "twice", EndedMoved: "moved", EndedRemoved: "removed", EndedCode: "code",
}

// Placeless is what a page tells somebody who has no place.
type Placeless struct {
	Why Ending
	// Join is the own URL of the press that takes another number.
	Join string
	// Shut is Closed, Early, Limit or SoldOut if no numbers are given at present, and Coming what comes next then.
	Shut   State
	Coming Coming
	// Wait is what a place would say that would be given now.
	Wait Status
}

// notice is the values of every page that is not a waiting page.
type notice struct {
	status       int
	ref          string
	target, back string
	next         time.Duration
	shut, wait   Status
	form         *PassEnded
}

func (l *locale) compileNotices(k *compiler) error {
	build := func(into **page, file, kind, heading, lead string) error {
		return k.notice(into, file, view{Page: kind, Reloads: kind == "retry"}, heading, lead)
	}
	l.errors = map[int]*page{}
	for _, status := range errorStatuses {
		var pg *page
		id := "error." + strconv.Itoa(status)
		name := "error"
		if status == 421 {
			name = "lost" // there is no start page to go to
		}
		if err := build(&pg, "error.html", name, id+".heading", id+".text"); err != nil {
			return err
		}
		l.errors[status] = pg
	}
	for _, p := range []struct {
		into                      **page
		file, kind, heading, lead string
	}{
		{&l.retry, "retry.html", "retry", "interruption.heading", "interruption.lead"},
		{&l.form, "form.html", "form", "interruption.heading", "interruption.form_lead"},
		{&l.notSent[FormLate], "pass_ended.html", "pass_ended", "pass_ended.heading", "pass_ended.kept"},
		{&l.notSent[FormEarly], "pass_ended.html", "pass_ended", "early.heading", "early.lead"},
		{&l.notSent[FormInLine], "pass_ended.html", "pass_ended", "form_in_line.heading", "form_in_line.lead"},
		{&l.press, "press.html", "press", "press.heading", "press.text"},
		{&l.window, "window.html", "window", "window.heading", "window.text"},
		{&l.cookies, "cookies.html", "cookies", "cookies.heading", "cookies.text"},
	} {
		if err := build(p.into, p.file, p.kind, p.heading, p.lead); err != nil {
			return err
		}
	}
	for why, name := range endingNames {
		if err := l.compileOver(k, Ending(why), "over."+name); err != nil {
			return err
		}
	}
	return nil
}

// compileOver compiles the pages of an ending: while numbers are given it says how to get another one, else what comes next.
func (l *locale) compileOver(k *compiler, why Ending, id string) error {
	if err := k.notice(&l.shut[why], "over.html", view{Page: "over", Shut: true}, id+".heading", id+".text"); err != nil {
		return err
	}
	if why == EndedRemoved || why == EndedCode { // which tell where to ask
		return k.notice(&l.over[why], "over.html", view{Page: "over"}, id+".heading", id+".text")
	}
	return k.notice(&l.over[why], "over.html", view{Page: "over"}, id+".heading", id+".text", id+".again")
}

// notice compiles a page that is not a waiting page.
func (k *compiler) notice(into **page, file string, v view, heading string, lead ...string) error {
	var err error
	if v.Heading, err = k.text(heading); err != nil {
		return err
	}
	v.Title = strings.NewReplacer(softHyphen, "", codeOf(slotSiteName), codeOf(slotTabName)).Replace(v.Heading)
	texts := make([]string, len(lead))
	for i, id := range lead {
		if texts[i], err = k.text(id); err != nil {
			return err
		}
	}
	v.Lead = strings.Join(texts, " ")
	if *into, err = k.compile(file, v); err != nil {
		return fmt.Errorf("page %s: %w", file, err)
	}
	return nil
}

// AppendError appends the page for an HTTP status of 400 or above; one without texts of its own gets those of
// 400 or 500. Ref names this fault to those who help: a few letters and digits, which are read out on the telephone. It may be empty.
// Safe for concurrent use.
func (s *Site) AppendError(dst []byte, lang Lang, status int, ref string) []byte {
	l := s.locale(lang)
	pg, ok := l.errors[status]
	if !ok && status < 500 {
		pg = l.errors[400]
	} else if !ok {
		pg = l.errors[500]
	}
	return s.appendNotice(dst, l, pg, &notice{status: status, ref: ref})
}

// AppendInterruption appends the page for somebody inside whose request the site did not answer. Safe for
// concurrent use.
func (s *Site) AppendInterruption(dst []byte, lang Lang, i *Interruption) []byte {
	l := s.locale(lang)
	n := notice{status: i.Status, ref: i.Ref, target: i.Target, back: i.Back, next: i.Next}
	if i.Form {
		return s.appendNotice(dst, l, l.form, &n)
	}
	return s.appendNotice(dst, l, l.retry, &n)
}

// AppendPassEnded appends the page that says that the form was not sent, why, and how to send it after all. Safe for
// concurrent use.
func (s *Site) AppendPassEnded(dst []byte, lang Lang, v *PassEnded) []byte {
	l := s.locale(lang)
	return s.appendNotice(dst, l, l.notSent[min(v.Why, formEndings-1)], &notice{target: v.Start, form: v})
}

// AppendOver appends the page for somebody who has no place any more, or none yet. Safe for concurrent use.
func (s *Site) AppendOver(dst []byte, lang Lang, o *Placeless) []byte {
	l := s.locale(lang)
	pages, n := &l.over, notice{target: o.Join, wait: o.Wait}
	if o.Shut != Waiting {
		pages, n.shut = &l.shut, Status{State: o.Shut, Coming: o.Coming}
	}
	return s.appendNotice(dst, l, pages[min(o.Why, endings-1)], &n)
}

// AppendPress appends what is shown in a part of another page of this host before anybody has a number: one button,
// which sends a form without fields to action. It is sent with
// PressHeaders. Safe for concurrent use.
func (s *Site) AppendPress(dst []byte, lang Lang, action string) []byte {
	l := s.locale(lang)
	return s.appendNotice(dst, l, l.press, &notice{target: action})
}

// AppendWindow appends what is shown in a part of a page of another host: one button, which opens target in a window
// of its own. It is sent with WindowHeaders. Safe for concurrent use.
func (s *Site) AppendWindow(dst []byte, lang Lang, target string) []byte {
	l := s.locale(lang)
	return s.appendNotice(dst, l, l.window, &notice{target: target})
}

// AppendCookies appends the page for a browser that keeps no cookies. Target is the path to try again. Safe for
// concurrent use.
func (s *Site) AppendCookies(dst []byte, lang Lang, target string) []byte {
	l := s.locale(lang)
	return s.appendNotice(dst, l, l.cookies, &notice{target: target})
}

func (s *Site) appendNotice(dst []byte, l *locale, pg *page, n *notice) []byte {
	return s.appendPage(dst, l, pg, func(dst []byte, into slot) []byte {
		switch into {
		case slotReload:
			if n.next > 0 {
				dst = appendReload(dst, max(n.next, CalmReload))
			}
		case slotReloadTo:
			if n.next > 0 {
				dst = appendReloadTo(dst, n.next, n.target)
			}
		case slotNext:
			dst = strconv.AppendInt(dst, int64(max(n.next, 0)/time.Millisecond), 10)
		case slotHideReloads:
			dst = appendHidden(dst, n.next <= 0)
		case slotTarget:
			dst = appendURL(dst, n.target)
		case slotLanguages:
			dst = appendURL(dst, n.target)
		case slotBack:
			if n.back != "" {
				dst = appendURL(dst, n.back)
			}
		case slotReference:
			dst = s.appendReference(dst, l, n)
		case slotLate:
			dst = l.appendLate(dst, n.form)
		case slotFormWait:
			dst = s.appendFormWait(dst, l, n.form)
		case slotTakes:
			dst = l.appendTakes(dst, &n.wait)
		case slotHideTakes:
			dst = appendHidden(dst, !n.wait.Full && !saysSpan(n.wait.Low, n.wait.High))
		case slotShut:
			dst = s.appendHeading(dst, l, n.shut.State)
		case slotEntryAt:
			dst = strconv.AppendInt(dst, n.shut.Coming.Begins.Unix(), 10)
		case slotHideCalendar:
			dst = appendHidden(dst, hidesCalendar(&n.shut))
		case slotComing:
			dst = l.appendNext(dst, inHTML, `<time datetime="`, `">`, `</time>`, &n.shut)
		default:
			dst = s.appendSlot(dst, l, into)
		}
		return dst
	})
}

// appendReference appends what a visitor can read out on the telephone, or write down where the site names none: "Error 504. Please say
// this on the telephone: 8F3A".
func (s *Site) appendReference(dst []byte, l *locale, n *notice) []byte {
	for _, p := range l.errorStatus {
		dst = append(dst, p.text[inHTML]...)
		if p.mark == markStatus {
			dst = strconv.AppendInt(dst, int64(n.status), 10)
		}
	}
	if n.ref == "" {
		return dst
	}
	words := l.reference
	if s.contact != "" {
		words = l.toldByPhone
	}
	dst = append(dst, ' ')
	for _, p := range words {
		dst = append(dst, p.text[inHTML]...)
		if p.mark == markReference {
			dst = append(append(append(dst, `<span aria-hidden="true">`...), escaped(n.ref)...), `</span><span class="spoken">`...)
			dst = append(append(dst, escaped(spelled(n.ref))...), `</span>`...)
		}
	}
	return dst
}
