package web

import "time"

// What the page of a form that was not sent says of the wait that comes before it can be sent.

// formWaitWords are the sentences about it.
type formWaitWords struct {
	must           [formEndings]phrase
	resumes        phrase
	takes, unknown phrase
	// why a stay is over: bounds unknown, that of a step known, both known
	late, idle, both phrase
}

func (c *catalog) formWaitWords() formWaitWords {
	p := func(id string) phrase { return c.phrase(c.text("form_wait." + id)) }
	return formWaitWords{
		must:    [formEndings]phrase{FormLate: p("late"), FormEarly: p("early"), FormInLine: p("line")},
		resumes: p("resumes"), takes: p("takes"), unknown: p("unknown"),
		late: c.phrase(c.text("pass_ended.lead")), idle: c.phrase(c.text("pass_ended.idle")), both: c.phrase(c.text("pass_ended.both")),
	}
}

// appendLate appends why the sender is not inside any more, with the bounds of a stay as far as they are said.
func (l *locale) appendLate(dst []byte, v *PassEnded) []byte {
	if v.Why != FormLate {
		return dst
	}
	idle, whole := int(v.Wait.Idle/time.Minute), int(v.Wait.Max/time.Minute)
	switch {
	case idle < 1:
		dst = append(dst, l.formWait.late.constant(inHTML)...)
	case v.Wait.Max <= v.Wait.Idle || v.Wait.Max > longestStay:
		dst = l.appendDurations(dst, inHTML, l.formWait.idle, idle, 0)
	default:
		dst = l.appendDurations(dst, inHTML, l.formWait.both, idle, whole)
	}
	return append(dst, ' ')
}

// appendFormWait appends whether the sender has to wait, and how long.
func (s *Site) appendFormWait(dst []byte, l *locale, v *PassEnded) []byte {
	words, w := &l.formWait, &v.Wait
	sentence := func(p phrase) { dst = append(append(dst, p.constant(inHTML)...), ' ') }
	switch {
	case v.Resumes:
		sentence(words.resumes)
		return dst
	case saysSpan(w.Low, w.High):
		sentence(words.must[v.Why])
		return l.appendTakes(dst, w)
	case w.State == Waiting || w.State == Front:
		sentence(words.must[v.Why])
	default:
		dst = append(s.appendHeading(dst, l, w.State), ' ')
	}
	switch {
	case w.Full:
		return append(dst, l.estimates.full.constant(inHTML)...)
	case nextOf(w) != nextNothing:
		return l.appendNext(dst, inHTML, `<time datetime="`, `">`, `</time>`, w)
	case w.State.waits():
		return append(dst, words.unknown.constant(inHTML)...)
	}
	return dst
}

// appendTakes appends how long it takes. Where that is not known and the site is not full it appends nothing.
func (l *locale) appendTakes(dst []byte, w *Status) []byte {
	switch {
	case w.Full:
		return append(dst, l.estimates.full.constant(inHTML)...)
	case !saysSpan(w.Low, w.High):
		return dst
	}
	for _, p := range l.formWait.takes {
		dst = append(dst, p.text[inHTML]...)
		if p.mark == markEstimate {
			dst = l.appendEstimate(dst, inHTML, w.Low, w.High, false)
		}
	}
	return dst
}

// waits reports whether a state is one in which time has to pass before the turn.
func (s State) waits() bool {
	switch s {
	case Waiting, Front, Paused, Down, Recovering, Drawing, Late, Standby:
		return true
	default:
		return false
	}
}

// appendHeading appends the heading of a state as a sentence.
func (s *Site) appendHeading(dst []byte, l *locale, state State) []byte {
	dst = s.appendPhrase(dst, inHTML, l, l.heading[state.page()])
	if dst[len(dst)-1] != '.' {
		dst = append(dst, '.')
	}
	return dst
}
