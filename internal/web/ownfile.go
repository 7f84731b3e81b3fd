package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/internal/suggest"
)

const (
	// longestSentence bounds one message of a folder, in bytes.
	longestSentence = 600
	// mostTypos is how many letters a key may be off from the one that is proposed.
	mostTypos = 2
)

var (
	// placeholder is a value that is filled in: {{.Count}} by the gateway, {n} by the script.
	placeholder = regexp.MustCompile(`\{\{\s*\.([A-Za-z]+)\s*\}\}|\{[a-z]+\}`)
	markup      = regexp.MustCompile(`<[A-Za-z/!]|&[a-z#0-9]+;`)
)

// errNotYAML is of a file of which nothing is known, so that nothing more can be said about it.
var errNotYAML = errors.New("not YAML")

func notYAML(name string, err error) error {
	return fmt.Errorf("%s: %w: %s", name, errNotYAML, strings.TrimPrefix(err.Error(), "yaml: "))
}

// ownFile is a file of a folder on its way into a catalog.
type ownFile struct {
	name    string
	catalog *catalog
	given   map[string]int // the line of each message
	errs    []error
}

// put reads the messages of a file, holds each against the message that it stands for, and takes those that are right. It gives
// the line of each message.
func (c *catalog) put(name string, data []byte) (given map[string]int, problems []error) {
	f := &ownFile{name: name, catalog: c, given: map[string]int{}}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF), err == nil && len(doc.Content) == 0:
		return f.given, nil
	case err != nil:
		return f.given, []error{notYAML(name, err)}
	}
	switch err := dec.Decode(&second); {
	case err != nil && !errors.Is(err, io.EOF):
		return f.given, []error{notYAML(name, err)}
	case err == nil:
		f.bad(&second, "a second document begins here; want one")
	}
	key, head := cutAbout(doc.Content[0])
	f.head(head)
	f.section(doc.Content[0], "")
	if a := &c.about; head != nil && a.Reviewed != nil && *a.Reviewed && len(c.missing(name, f.given)) > 0 {
		f.bad(key, "%s.reviewed: true is of a file with all sentences: the next release may say the others in other words", aboutKey)
	}
	return f.given, f.errs
}

// head reads what the sentences of the file are held to.
func (f *ownFile) head(value *yaml.Node) {
	if value == nil {
		return
	}
	for _, p := range f.catalog.about.read(value) {
		f.errs = append(f.errs, fmt.Errorf("%s:%d: %s", f.name, p.line, p.text))
	}
	f.catalog.rules = f.catalog.about.rules()
}

// warn says what is not plain in a text that can be shown.
func (f *ownFile) warn(id string, n *yaml.Node, text string) {
	for _, complaint := range f.catalog.rules.lint(text) {
		f.catalog.warnings = append(f.catalog.warnings, fmt.Sprintf("%s:%d: %s: %s", f.name, n.Line, id, complaint))
	}
}

func (f *ownFile) bad(n *yaml.Node, format string, args ...any) {
	f.errs = append(f.errs, fmt.Errorf("%s:%d: %s", f.name, n.Line, fmt.Sprintf(format, args...)))
}

// section reads a mapping of keys to messages or to further sections. path ends with a dot unless it is empty.
func (f *ownFile) section(n *yaml.Node, path string) {
	if n.Kind != yaml.MappingNode {
		f.bad(n, "%s: want keys and sentences below it", strings.TrimSuffix(path, "."))
		return
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		id := path + key.Value
		if line, twice := first[key.Value]; twice {
			f.bad(key, "%s: is already given in line %d", id, line)
			continue
		}
		first[key.Value] = key.Line
		switch base, known := f.catalog.messages[id]; {
		case known:
			f.message(id, base, key, value)
		case f.catalog.hasBelow(id + "."):
			f.section(value, id+".")
		default:
			meant := ";"
			if near := suggest.Nearest(key.Value, f.catalog.freeKeys(path, n), mostTypos); near != "" {
				meant = ", did you mean " + path + near + "?"
			}
			f.bad(key, "%s: unknown key%s `gateway pages reference` prints those that there are", id, meant)
		}
	}
}

// freeKeys are the keys directly below a path that a mapping does not give, sorted.
func (c *catalog) freeKeys(path string, n *yaml.Node) []string {
	free := map[string]bool{}
	for id := range c.messages {
		if rest, below := strings.CutPrefix(id, path); below {
			key, _, _ := strings.Cut(rest, ".")
			free[key] = true
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		delete(free, n.Content[i].Value)
	}
	return slices.Sorted(maps.Keys(free))
}

// hasBelow reports whether messages have ids that begin so.
func (c *catalog) hasBelow(path string) bool {
	for id := range c.messages {
		if strings.HasPrefix(id, path) {
			return true
		}
	}
	return false
}

func (f *ownFile) message(id string, base *i18n.Message, key, value *yaml.Node) {
	f.given[id] = key.Line
	before := len(f.errs)
	own := &i18n.Message{ID: id}
	if !counts(base) {
		if own.Other = f.sentence(id, value); len(f.errs) == before {
			f.placeholders(id, value, own.Other, base.Other, base.Other)
			f.warn(id, value, own.Other)
		}
	} else {
		f.forms(id, own, base, value)
	}
	if id == "direction" && own.Other != "ltr" && own.Other != "rtl" && len(f.errs) == before {
		f.bad(value, "%s: %q is not accepted; want ltr or rtl", id, own.Other)
	}
	if len(f.errs) > before {
		return
	}
	if err := f.catalog.bundle.AddMessages(f.catalog.tag, own); err != nil {
		f.bad(value, "%s: %v", id, err)
	}
}

// forms reads a message that depends on a count: a sentence for each plural form of the language.
func (f *ownFile) forms(id string, own, base *i18n.Message, n *yaml.Node) {
	var want []string
	for form := range exampleCounts(f.catalog.tag) {
		want = append(want, formNames[form])
	}
	slices.Sort(want)
	if n.Kind != yaml.MappingNode {
		f.bad(n, "%s: depends on a count; want a sentence for each of %s below it", id, strings.Join(want, ", "))
		return
	}
	into := map[string]*string{"zero": &own.Zero, "one": &own.One, "two": &own.Two, "few": &own.Few, "many": &own.Many, "other": &own.Other}
	all := base.Zero + base.One + base.Two + base.Few + base.Many + base.Other
	for i := 0; i+1 < len(n.Content); i += 2 {
		form, value := n.Content[i].Value, n.Content[i+1]
		switch {
		case !slices.Contains(want, form):
			f.bad(n.Content[i], "%s.%s: is no plural form of this language; want %s", id, form, strings.Join(want, ", "))
		case *into[form] != "":
			f.bad(n.Content[i], "%s.%s: is given twice", id, form)
		default:
			before := len(f.errs)
			if *into[form] = f.sentence(id+"."+form, value); len(f.errs) == before {
				must := ""
				if form == "few" || form == "many" || form == "other" { // the others may say the number as a word
					must = base.Other
				}
				f.placeholders(id+"."+form, value, *into[form], all, must)
				f.warn(id+"."+form, value, *into[form])
			}
		}
	}
	for _, form := range want {
		if *into[form] == "" {
			f.bad(n, "%s.%s: the plural form is missing; want %s", id, form, strings.Join(want, ", "))
		}
	}
}

// sentence is the text of a node that can stand on a page.
func (f *ownFile) sentence(id string, n *yaml.Node) string {
	text := n.Value
	switch {
	case n.Kind != yaml.ScalarNode:
		f.bad(n, "%s: want one text", id)
	case strings.TrimSpace(text) == "":
		f.bad(n, "%s: is empty", id)
	case len(text) > longestSentence:
		f.bad(n, "%s: has %d bytes; at most %d are accepted", id, len(text), longestSentence)
	case strings.IndexFunc(text, notOnAPage) >= 0:
		f.bad(n, "%s: has a control character; want text, and line ends where a line ends", id)
	case markup.MatchString(text):
		f.bad(n, "%s: has HTML, which would be read as it stands; want plain text", id)
	}
	return text
}

// notOnAPage reports whether a sign can stand on no page. Pages keep line ends, which easy language needs.
func notOnAPage(r rune) bool { return unicode.IsControl(r) && r != '\n' }

// placeholders holds the placeholders of a text to those that may stand in it, and to those that must: all but what names the
// site.
func (f *ownFile) placeholders(id string, n *yaml.Node, text, may, must string) {
	accepted, has := placeholdersOf(may), placeholdersOf(text)
	list := "none"
	if len(accepted) > 0 {
		list = strings.Join(slices.Sorted(maps.Keys(accepted)), ", ")
	}
	for _, name := range slices.Sorted(maps.Keys(has)) {
		if !accepted[name] {
			f.bad(n, "%s: unknown placeholder %s; accepted: %s", id, name, list)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(placeholdersOf(must))) {
		if !has[name] && name != "{{.Title}}" && name != "{{.Site}}" {
			f.bad(n, "%s: the placeholder %s is missing", id, name)
		}
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(text, ""), "{}") {
		f.bad(n, "%s: has a brace that is no placeholder; accepted: %s", id, list)
	}
}

func placeholdersOf(text string) map[string]bool {
	names := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if m[1] != "" {
			m[0] = "{{." + m[1] + "}}"
		}
		names[m[0]] = true
	}
	return names
}

// counts reports whether a message of English or German depends on a count.
func counts(m *i18n.Message) bool { return m.One != "" }

// missing names each message that a language of a folder lacks.
func (c *catalog) missing(name string, given map[string]int) (errs []error) {
	for _, id := range slices.Sorted(maps.Keys(c.messages)) {
		if _, ok := given[id]; !ok {
			errs = append(errs, fmt.Errorf("%s: message %q is missing", name, id))
		}
	}
	return errs
}
