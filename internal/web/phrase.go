package web

import (
	"strings"

	"golang.org/x/text/feature/plural"
)

// mark is a place in a phrase where a value goes.
type mark uint8

const (
	markNone mark = iota
	markCount
	markEstimate
	markLow
	markHigh
	markHours
	markMinutes
	markStatus
	markTitle
	markTime
	markDay
	markDate
	markMonth
	markYear
	markOpens
	markBegins
	markReference
	markSite
	markAll
	markNumber
)

var marks = map[string]mark{
	"{n}": markCount, "{e}": markEstimate, "{low}": markLow, "{high}": markHigh,
	"{h}": markHours, "{m}": markMinutes, "{status}": markStatus, "{title}": markTitle,
	"{t}": markTime, "{day}": markDay, "{date}": markDate, "{month}": markMonth, "{year}": markYear,
	"{opens}": markOpens, "{begins}": markBegins, "{ref}": markReference, "{site}": markSite, "{all}": markAll, "{number}": markNumber,
}

// form is what a text is written into: escaping differs, words do not.
type form uint8

const (
	inHTML form = iota
	inJSON      // within a string

	forms
)

// inForms is a text, escaped for each form.
func inForms(s string) (all [forms]string) {
	all[inHTML] = escaped(s)
	quoted := appendJSON(nil, s)
	all[inJSON] = string(quoted[1 : len(quoted)-1])
	return all
}

// part of a phrase: constant text, then a value.
type part struct {
	text [forms]string
	mark mark
}

// phrase is a message cut at its values, the constant parts already escaped.
type phrase []part

// phrase compiles a message.
func (c *catalog) phrase(text string) phrase {
	var p phrase
	var plain strings.Builder
	for text != "" {
		open := strings.IndexByte(text, '{')
		end := strings.IndexByte(text, '}')
		if open < 0 || end < open {
			break
		}
		plain.WriteString(text[:open])
		word := text[open : end+1]
		text = text[end+1:]
		if m := marks[word]; m != markNone {
			p = append(p, part{inForms(plain.String()), m})
			plain.Reset()
		} else {
			plain.WriteString(word)
		}
	}
	plain.WriteString(text)
	return append(p, part{inForms(plain.String()), markNone})
}

// plurals is a message that depends on a count, in all its forms.
type plurals [len(formNames)]phrase

func (c *catalog) plurals(id string) plurals {
	var all plurals
	texts := c.plural(id)
	for form, name := range formNames {
		if text, ok := texts[name]; ok {
			all[form] = c.phrase(text)
		} else {
			all[form] = c.phrase(texts[formNames[plural.Other]])
		}
	}
	return all
}

// constant is a phrase that has no value.
func (p phrase) constant(f form) string { return p[0].text[f] }

func escaped(s string) string { return string(appendHTML(nil, s)) }
