package web

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/language"
)

// folder is one of files by their names.
func folder(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestAFolderReplacesSingleSentences(t *testing.T) {
	for name, text := range map[string]string{
		"plain":     "state:\n  waiting:\n    heading: Bitte nehmen Sie Platz\nclaim:\n  minutes:\n    one: Noch eine Minute.\n    other: Noch {{.Count}} Minuten.\n",
		"CRLF":      "state:\r\n  waiting:\r\n    heading: Bitte nehmen Sie Platz\r\n",
		"a BOM":     "\ufeffstate: {waiting: {heading: Bitte nehmen Sie Platz}}\n",
		"an anchor": "state: {waiting: {heading: &x Bitte nehmen Sie Platz}}\n",
	} {
		lib, err := NewOwnLibrary("/.einlass", folder(map[string]string{"de.yaml": text, ".git": "x"}))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		site, err := lib.Site(SiteConfig{Title: "T", Languages: []string{"de"}})
		if err != nil {
			t.Fatal(err)
		}
		page := string(site.AppendWait(nil, 0, &Wait{Target: "/"}))
		if !strings.Contains(page, `<h1 id="heading">Bitte nehmen Sie Platz</h1>`) || !strings.Contains(page, "Warte\u00adschlange verlassen") {
			t.Errorf("%s: the page does not read so, or lost other sentences", name)
		}
	}
	if page := string(mustNew(t, testSite()).AppendWait(nil, 1, &Wait{Target: "/"})); strings.Contains(page, "Bitte nehmen Sie Platz") {
		t.Error("a folder changes the pages of rooms without one")
	}
}

// ownLanguage is English under another tag, written from right to left.
func ownLanguage(t *testing.T) string {
	t.Helper()
	file, err := Sentences("en")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer("direction: ltr", "direction: rtl", "name: English", "name: עברית").Replace(string(file))
}

func TestAFolderBringsAWholeLanguage(t *testing.T) {
	lib, err := NewOwnLibrary("/.einlass", folder(map[string]string{"sv.yaml": ownLanguage(t)})) // which has the plural forms of English
	if err != nil {
		t.Fatal(err)
	}
	site, err := lib.Site(SiteConfig{Title: "T", Room: "r", Languages: []string{"de", "sv"}})
	if err != nil {
		t.Fatal(err)
	}
	lang := site.Lang([]byte("sv"))
	if page := string(site.AppendWait(nil, lang, &Wait{Target: "/"})); !strings.Contains(page, `<html lang="sv" dir="rtl">`) {
		t.Errorf("the page is %.200s", page)
	}
	if page := string(site.AppendWait(nil, 0, &Wait{Target: "/"})); !strings.Contains(page, `<button name="lang" value="sv" lang="sv">עברית</button>`) {
		t.Error("it is not offered by its own name")
	}
}

func TestOfAFileThatIsNotYAMLOnlyThatIsSaid(t *testing.T) {
	_, err := NewOwnLibrary("/.einlass", folder(map[string]string{"fr.yaml": "direction: ltr\nstate: [\n"}))
	if err == nil || !strings.HasPrefix(err.Error(), "fr.yaml: not YAML: line") || strings.Contains(err.Error(), "\n") {
		t.Errorf("said is %.300v", err)
	}
}

func TestWhatAnEditorLeavesBehindIsNoFileOfAFolder(t *testing.T) {
	if _, err := NewOwnLibrary("/.einlass", folder(map[string]string{"de.yaml~": "x", ".de.yaml.swp": "x"})); err != nil {
		t.Error(err)
	}
	if _, err := NewOwnLibrary("/.einlass", folder(map[string]string{"de.yaml.bak": "x"})); err == nil {
		t.Error("de.yaml.bak is accepted")
	}
}

func TestWhatIsWrongWithAFolderIsSaidWithFileAndLineAllAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       []string
	}{
		"an unknown key": {"de.yaml", "state:\n  waitin:\n    heading: x\nnothing: x\n", []string{"de.yaml:2: state.waitin: unknown key", "de.yaml:4: nothing: unknown key"}},
		"a placeholder": {
			"de.yaml", "claim:\n  minutes:\n    one: x\n    other: \"{{.Cuont}} x\"\n",
			[]string{"de.yaml:4: claim.minutes.other: unknown placeholder {{.Cuont}}; accepted: {{.Count}}", "the placeholder {{.Count}} is missing"},
		},
		"a template":       {"de.yaml", "state: {waiting: {heading: \"{{range .}}x{{end}}\"}}", []string{"de.yaml:1: state.waiting.heading: has a brace"}},
		"a mark of ours":   {"de.yaml", "state: {waiting: {heading: \"{n} x\"}}", []string{"unknown placeholder {n}; accepted: none"}},
		"a missing form":   {"de.yaml", "claim:\n  minutes:\n    other: \"{{.Count}} x\"\n", []string{"claim.minutes.one: the plural form is missing; want one, other"}},
		"a foreign form":   {"de.yaml", "claim: {minutes: {few: x, one: x, other: \"{{.Count}}\"}}", []string{"claim.minutes.few: is no plural form of this language"}},
		"no forms":         {"de.yaml", "claim: {minutes: x}", []string{"depends on a count"}},
		"forms of none":    {"de.yaml", "state: {waiting: {heading: {one: x, other: y}}}", []string{"want one text"}},
		"a duplicate":      {"de.yaml", "language:\n  name: x\n  name: y\n", []string{"de.yaml:3: language.name: is already given in line 2"}},
		"a tab":            {"de.yaml", "language:\n\tname: x\n", []string{"de.yaml: not YAML: line 2"}},
		"HTML":             {"de.yaml", "language: {name: <b>x</b>}", []string{"has HTML"}},
		"a control sign":   {"de.yaml", "language:\n  name: \"x\\ty\"\n", []string{"de.yaml:2: language.name: has a control character"}},
		"a head":           {"de.yaml", "about:\n  words: x\n  wrds: 3\n", []string{"de.yaml:2: about.words: want a whole number", "de.yaml:3: about.wrds: unknown key"}},
		"half reviewed":    {"de-simple.yaml", "about:\n  reviewed: true\ndirection: ltr\n", []string{"de-simple.yaml:1: about.reviewed: true is of a file with all sentences"}},
		"no head":          {"de.yaml", "about: x\n", []string{"de.yaml:1: about: want reviewed, words,"}},
		"an empty one":     {"de.yaml", "language: {name: \"\"}", []string{"is empty"}},
		"a long one":       {"de.yaml", "language: {name: " + strings.Repeat("x", 601) + "}", []string{"has 601 bytes; at most 600"}},
		"a list":           {"de.yaml", "- x\n", []string{"de.yaml:1: : want keys"}},
		"two documents":    {"de.yaml", "language: {name: x}\n---\nx: y\n", []string{"a second document"}},
		"a binary":         {"de.yaml", "language:\n  name: \xff\n", []string{"de.yaml: line 2 is not text in UTF-8"}},
		"a huge file":      {"de.yaml", strings.Repeat("#\n", 200_000), []string{"is larger than 256 KB"}},
		"a direction":      {"de.yaml", "direction: up", []string{`direction: "up" is not accepted; want ltr or rtl`}},
		"a near key":       {"de.yaml", "state:\n  waitin:\n    heading: x\n", []string{"de.yaml:2: state.waitin: unknown key, did you mean state.waiting? `gateway pages"}},
		"no key is near":   {"de.yaml", "zzzzzzzz: x\n", []string{"de.yaml:1: zzzzzzzz: unknown key; `gateway pages"}},
		"a broken second":  {"de.yaml", "language: {name: x}\n---\n\tx: y\n", []string{"de.yaml: not YAML: line 3"}},
		"a foreign file":   {"readme.txt", "x", []string{"readme.txt: is not the name of a language's file"}},
		"no tag":           {"DE.yaml", "x", []string{"is not the name of a language's file"}},
		"half a language":  {"fr.yaml", "direction: ltr\n", []string{`fr.yaml: message "language.name" is missing`, `fr.yaml: message "state.waiting.heading" is missing`}},
		"an empty file":    {"fr.yaml", "", []string{`fr.yaml: message "direction" is missing`}},
		"forms of another": {"pl.yaml", "claim: {minutes: {one: x, many: y}}", []string{"claim.minutes.many: the placeholder {{.Count}} is missing", "claim.minutes.few: the plural form is missing; want few, many, one"}},
	} {
		_, err := NewOwnLibrary("/.einlass", folder(map[string]string{c.file: c.text}))
		if err == nil {
			t.Errorf("%s is accepted", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: no %q in\n%.600v", name, want, err)
			}
		}
	}
	m := folder(nil)
	m["de.yaml"] = &fstest.MapFile{Mode: fs.ModeDir}
	if _, err := NewOwnLibrary("/.einlass", m); err == nil || !strings.Contains(err.Error(), "de.yaml: is not a file") {
		t.Errorf("a folder for a file: %v", err)
	}
}

func FuzzOwnSentences(f *testing.F) {
	f.Add([]byte("state: {waiting: {heading: x}}"))
	f.Add([]byte("claim: {minutes: {one: x, other: \"{{.Count}} {{\"}}"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		catalogs, err := loadCatalogs(localeFiles)
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := catalogs[0].put("en.yaml", data); len(problems) > 0 {
			return
		}
		for id, base := range catalogs[0].messages { // what is accepted can be said
			if counts(base) {
				catalogs[0].plural(id)
			} else {
				catalogs[0].text(id)
			}
		}
		if err := errors.Join(catalogs[0].errs...); err != nil {
			t.Errorf("accepted, and cannot be said: %v", err)
		}
	})
}

func TestASentenceOfAFolderIsEscaped(t *testing.T) {
	catalogs, err := loadCatalogs(localeFiles)
	if err != nil {
		t.Fatal(err)
	}
	if catalogs[0].tag != language.English {
		t.Fatalf("the first language is %s", catalogs[0].tag)
	}
	lib, err := NewOwnLibrary("/.einlass", folder(map[string]string{"en.yaml": `state: {waiting: {heading: 'a "b" & c < d'}}`}))
	if err != nil {
		t.Fatal(err)
	}
	site, err := lib.Site(testSite())
	if err != nil {
		t.Fatal(err)
	}
	if page := string(site.AppendWait(nil, 0, &Wait{Target: "/"})); !strings.Contains(page, `>a &#34;b&#34; &amp; c &lt; d<`) && !strings.Contains(page, `>a &quot;b&quot; &amp; c &lt; d<`) {
		t.Error("the sentence is not escaped")
	}
}

func TestWhatIsNotPlainInAFolderIsAWarningWithFileAndLine(t *testing.T) {
	lib, err := NewOwnLibrary("/.einlass", folder(map[string]string{
		"de.yaml": "state:\n  waiting:\n    heading: Sie sind gleich dran\n    lead: Bitte lassen Sie diese Seite offen.\nclaim:\n  minutes:\n    one: Noch eine Minute.\n    other: Noch {{.Count}} Min. Zeit.\n",
		"sv.yaml": "about: {words: 3}\n" + withoutAbout(t, ownLanguage(t)),
	}))
	if err != nil {
		t.Fatal(err)
	}
	got := lib.Warnings()
	for _, want := range []string{
		`de.yaml:3: state.waiting.heading: "dran" has another word here`,
		`de.yaml:3: state.waiting.heading: "gleich" promises a time`,
		`de.yaml:8: claim.minutes.other: "Min." is an abbreviation`,
		`: state.waiting.heading: 5 words in a sentence, at most 3 are wanted`,
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("no warning %q", want)
		}
	}
	if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "state.waiting.lead") && strings.HasPrefix(s, "de") }) {
		t.Error("a plain sentence is warned of")
	}
	site, err := lib.Site(SiteConfig{Title: "T", Languages: []string{"de"}})
	if err != nil {
		t.Fatal(err)
	}
	if page := string(site.AppendWait(nil, 0, &Wait{Target: "/"})); !strings.Contains(page, "Sie sind gleich dran") {
		t.Error("a sentence that is only warned of is not shown")
	}
}

func TestWhatIsPrintedAsReferenceIsAcceptedAsFolder(t *testing.T) {
	for _, tag := range Languages() {
		file, err := Sentences(tag)
		if err != nil {
			t.Fatal(err)
		}
		lib, err := NewOwnLibrary("/.einlass", folder(map[string]string{tag + ".yaml": string(file)}))
		if err != nil {
			t.Fatalf("%s: %.600v", tag, err)
		}
		if w := lib.Warnings(); w != nil {
			t.Errorf("%s: %q", tag, w)
		}
	}
}
