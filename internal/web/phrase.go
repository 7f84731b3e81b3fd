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
	markLow
	markHigh
	markHours
	markMinutes
	markStatus
)

var marks = map[string]mark{
	"{n}": markCount, "{low}": markLow, "{high}": markHigh,
	"{h}": markHours, "{m}": markMinutes, "{status}": markStatus,
}

// part of a phrase: constant HTML, then a value.
type part struct {
	html string
	mark mark
}

// phrase is a message cut at its values, the constant parts already escaped.
type phrase []part

// phrase compiles a message; {title} becomes the site's title.
func (c *catalog) phrase(text string) phrase {
	var p phrase
	var html strings.Builder
	for text != "" {
		open := strings.IndexByte(text, '{')
		end := strings.IndexByte(text, '}')
		if open < 0 || end < open {
			break
		}
		html.WriteString(escaped(text[:open]))
		word := text[open : end+1]
		text = text[end+1:]
		switch m := marks[word]; {
		case m != markNone:
			p = append(p, part{html.String(), m})
			html.Reset()
		case word == "{title}":
			html.WriteString(escaped(c.title))
		default:
			html.WriteString(escaped(word))
		}
	}
	html.WriteString(escaped(text))
	return append(p, part{html.String(), markNone})
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

func escaped(s string) string { return string(appendHTML(nil, s)) }
