package web

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A contact is free text, written by a town in its own way. What a person can tap in it becomes a link: telephone numbers and e-mail
// addresses. The rule for numbers is our own and small. A library of the world's numbering plans is megabytes, and it needs to be told
// which of the text's figures are a number at all, which is the hard part: opening hours, dates, rooms and postcodes are figures, too.
// A wrong link calls a stranger, so in doubt there is none.

const (
	blank     = "[ \u00a0\u202f]"
	separator = "(?:" + blank + "?[-–/.]" + blank + "?|" + blank + ")"
	// international is +49 6232 140, also with the (0) that is not dialled then.
	international = `\+[1-9]\d{0,14}(?:` + blank + `?\(0\))?(?:` + separator + `?\(?\d+\)?)*`
	// national begins with the code of a place: 06232, (06232), or in pairs: 0 62 32.
	national = `\(?0(?:\d{2,}|(?:` + blank + `\d{2}){2}` + blank + `?\d?)\)?(?:` + separator + `?\d+)*`
	// short has no code of a place. It is a number only behind a word that says so.
	short = `[1-9]\d*(?:` + separator + `\d+)*`
	email = `[\pL\d._+-]+@[\pL\d-]+(?:\.[\pL\d-]+)*\.\pL{2,}`
)

var (
	linked = regexp.MustCompile(`(` + email + `)|` + international + `|` + national + `|` + short)
	// telephoneWord ends the text before a number, faxWord that before one that nobody answers.
	telephoneWord = regexp.MustCompile(`(?i)(?:^|\PL)(?:tel|telefon|telephone|téléphone|phone|fon|mobil|handy|hotline|rufnummer|telefonnummer|behördennummer|durchwahl)\.?:?` + blank + `*$`)
	faxWord       = regexp.MustCompile(`(?i)(?:fax|telefax|faxnummer)(?:-?nr)?\.?:?` + blank + `*$`)
	// timeFollows begins the text behind the last word of figures if that word is a time of day and no part of the number.
	timeFollows = regexp.MustCompile(`^(?::\d|\.\d\d` + blank + `?Uhr|` + blank + `?(?:Uhr|bis|to|until|h|am|pm|a\.m\.|p\.m\.)(?:\PL|$))`)
)

// contactHTML is a contact with links, so that a tap on a phone calls the number or writes to the address.
func contactHTML(contact string) string {
	var html strings.Builder
	if n := dialled(contact); strings.Trim(contact, "0123456789+-/() ") == "" && len(n) >= 3 {
		return telLink(contact, n) // nothing else: it is a number whatever it looks like
	}
	done := 0
	for _, at := range linked.FindAllStringSubmatchIndex(contact, -1) {
		before, found, behind := contact[:at[0]], contact[at[0]:at[1]], contact[at[1]:]
		link := ""
		if at[2] >= 0 {
			link = `<a href="mailto:` + escaped(found) + `">` + escaped(found) + `</a>`
		} else if found = number(before, found, behind); found != "" {
			link = telLink(found, dialled(found))
		}
		if link != "" {
			html.WriteString(escaped(contact[done:at[0]]) + link)
			done = at[0] + len(found)
		}
	}
	html.WriteString(escaped(contact[done:]))
	return html.String()
}

func telLink(text, digits string) string {
	return `<a href="tel:` + digits + `">` + escaped(text) + `</a>`
}

// number is the part of some figures that is a telephone number, given the text around them; empty: there is none.
func number(before, found, behind string) string {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(before, " \u00a0\u202f"))
	touching, _ := utf8.DecodeLastRuneInString(before)
	if unicode.IsDigit(last) || unicode.IsLetter(touching) || strings.ContainsRune(":.,-–/+", touching) || faxWord.MatchString(before) {
		return ""
	}
	if timeFollows.MatchString(behind) {
		// 06232 140 8 bis 16 Uhr: the number ends before the 8.
		found = found[:max(strings.LastIndexAny(found, " \u00a0\u202f"), 0)]
	}
	if strings.Count(found, "(") != strings.Count(found, ")") {
		found = strings.TrimLeft(found, "(")
		found, _, _ = strings.Cut(found, ")")
	}
	next, _ := utf8.DecodeRuneInString(behind)
	n := len(dialled(found))
	switch {
	case found == "" || n > 16 || unicode.IsLetter(next):
		return ""
	case telephoneWord.MatchString(before):
		if n < 3 {
			return ""
		}
	case found[0] >= '1' && found[0] <= '9', n < 6:
		return "" // a room, a postcode
	}
	return found
}

// dialled is what a phone dials: a number without what is there for the eye.
func dialled(number string) string {
	if strings.HasPrefix(number, "+") {
		number = strings.Replace(number, "(0)", "", 1)
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
}
