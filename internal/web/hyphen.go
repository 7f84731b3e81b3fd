package web

import (
	"strings"

	"golang.org/x/text/language"
)

// softHyphen is where a browser may break a word that is wider than its line.
const softHyphen = "\u00ad"

// longWords are by language the words, or parts of words, that are wider than a telephone where somebody has set text to twice its size, with a
// hyphen where they may break. Browsers have dictionaries of their own, but not all of them have one for each language.
var longWords = map[string][]string{
	"de": {
		"An-schlüsse", "Reihen-folge", "Termin-buchung", "Warte-liste", "Warte-schlange",
		"an-gefangen", "an-ge-kommen", "aus-getauscht", "aus-zulosen", "ent-scheidet", "ge-schlossen", "gemein-same", "nach-gerechnet", "Nach-gerechnet",
		"nie-manden", "schief-gegangen", "ver-öffentlicht", "ver-schiedene", "ver-suchen", "weiter-machen", "zurück-gezogen",
	},
}

// softened puts soft hyphens into the long words of a language.
func softened(tag language.Tag) *strings.Replacer {
	base, _ := tag.Base()
	var pairs []string
	for _, word := range longWords[base.String()] {
		pairs = append(pairs, strings.ReplaceAll(word, "-", ""), strings.ReplaceAll(word, "-", softHyphen))
	}
	return strings.NewReplacer(pairs...)
}
