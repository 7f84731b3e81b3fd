package web

import (
	"fmt"
	"strings"
	"testing"
)

func TestTheSentencesOfEveryLanguageArePlain(t *testing.T) {
	catalogs, err := loadCatalogs(shippedLocales)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range catalogs {
		if c.about.Words == 0 || len(c.about.Vague) == 0 || len(c.about.Never) == 0 || len(c.about.Abbreviations) == 0 {
			t.Errorf("%s.yaml: its head does not say what its sentences are held to", c.tag)
		}
		for _, problem := range c.lint() {
			t.Error(problem)
		}
	}
}

// Each rule has a sentence that it refuses, and one beside it that it does not.
func TestTheLintFindsWhatIsNotPlain(t *testing.T) {
	heads := map[string]*rules{}
	catalogs, err := loadCatalogs(shippedLocales)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range catalogs {
		heads[c.tag.String()] = c.rules
	}
	long := "Sie behalten Ihre Nummer und Ihren Platz und alles andere, bis Sie an der Reihe"
	for _, c := range []struct{ lang, text, want string }{
		{"de", long + " sind.", "16 words in a sentence"},
		{"de", long + ".", ""},
		{"de", strings.Replace(long, "und Ihren", "nicht. Und", 1) + " sind.", ""}, // two sentences
		{"de", strings.Replace(long, "andere,", "andere:", 1) + " sind.", ""},
		{"en", strings.Repeat("word ", 15) + "word.", "16 words in a sentence"},
		{"de-simple", "Sie kommen bald nach allen anderen Menschen dran an.", "9 words in a sentence, at most 8"},
		{"de-simple", "Sie kommen bald.\nBitte warten Sie hier auf dieser Seite.", ""},
		{"de-simple", "Sie kommen bald. Bitte warten Sie.", "a line ends with its sentence"},
		{"de-simple", "Darum gilt: Sie kommen bald.", ""},
		{"de", "Sie kommen bald. Bitte warten Sie.", ""},
		{"de", "Das dauert z. B. lange.", `"z. B." is an abbreviation`},
		{"de", "Das dauert z.B. lange.", `"z.B." is an abbreviation`},
		{"de", "Das dauert 10 Min. länger.", `"Min." is an abbreviation`},
		{"de", "Das dauert ungef. so lange.", `"ungef." is an abbreviation`}, // of no list: a small letter follows
		{"de", "Das dauert bis zum 3. April.", ""},
		{"en", "It takes 10 min. or so.", `"min." is an abbreviation`},
		{"en", "Use a device, e.g. a telephone.", `"e.g." is an abbreviation`},
		{"de", "Sie waren kurz weg.", `"kurz" promises a time`},
		{"de", "Sie erhalten gleich Ihre Nummer.", `"gleich" promises a time`},
		{"de", "Es geht sofort los.", `"sofort" promises a time`},
		{"de", "Es geht gleich los, in {{.Count}} Minuten.", ""},
		{"de", "Es geht gleich los, in 10 Sekunden.", ""},
		{"de", "Es geht gleich los. In 10 Sekunden.", `"gleich" promises a time`},
		{"en", "Your turn comes shortly.", `"shortly" promises a time`},
		{"de", "Fehler 502: backend-down", `"backend-down" is a word of programs`},
		{"en", "Error 502: no-pass", `"no-pass" is a word of programs`},
		{"de", "Sie sind dran.", `"dran" has another word`},
		{"de", "Sie sind daran schuld.", ""},
		{"de", "Die Seite antwortet nicht.", `"die Seite" has another word`},
		{"de", "Diese Seite antwortet nicht.", ""},
		{"de-simple", "Das könnte lange dauern.", `"könnte" has another word`},
		{"en", "You are in the line.", `"the line" has another word`},
		{"de", "Sie werden als Nächstes aufgerufen.", "it does not say who acts"},
		{"de", "Im Moment werden keine Plätze vergeben.", "it does not say who acts"},
		{"de", "Hier steht, wie gelost wird.", "it does not say who acts"},
		{"de", "Vielleicht wird etwas frei.", ""},
		{"de", "Heute antwortet {{.Site}} nicht.", "{{.Site}} has its article and begins a sentence"},
		{"de", "Bitte warten Sie. {{.Site}} antwortet nicht.", ""},
		{"de-simple", "Ihr Formular wird geprüft.", "it does not say who acts"},
	} {
		if got := strings.Join(heads[c.lang].lint(c.text), "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q: %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}

func TestAnAbbreviationOfSeveralLettersIsOne(t *testing.T) {
	for text, want := range map[string]string{"Das dauert z. B. lange.": "z. B.", "Das ist z.B. lang.": "z.B.", "Das ist i. d. R. so.": "i. d. R."} {
		if found := abbreviationsIn(text, nil); len(found) != 1 || found[0] != want {
			t.Errorf("%q has %q", text, found)
		}
	}
}

func TestEveryInternalKindIsFound(t *testing.T) {
	r := (&about{}).rules()
	for _, kind := range InternalKinds {
		if got := r.lint(fmt.Sprintf("Das ist %s.", kind)); len(got) != 1 {
			t.Errorf("%s: %q", kind, got)
		}
	}
	if got := r.lint("Not found? Stay busy in line."); got != nil {
		t.Errorf("words for people: %q", got)
	}
}

// lint says what is wrong with the sentences of a language, by their ids.
func (c *catalog) lint() (problems []string) {
	for _, id := range c.ids {
		m := c.messages[id]
		for _, text := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
			for _, complaint := range c.rules.lint(text) {
				problems = append(problems, fmt.Sprintf("%s.yaml: %s: %s", c.tag, id, complaint))
			}
		}
	}
	return problems
}
