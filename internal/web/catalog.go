package web

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// localeFiles holds one file for each language, named by its tag.
//
//go:embed locales/*.yaml
var localeFiles embed.FS

// placeholders turns the named values of a message into the marks that phrases are split at.
var placeholders = map[string]string{
	"Count": "{n}", "Low": "{low}", "High": "{high}", "Hours": "{h}", "Minutes": "{m}",
	"Time": "{t}", "Estimate": "{e}", "All": "{all}", "Number": "{number}", "Status": "{status}", "Title": "{title}", "Site": "{site}",
	"Day": "{day}", "Date": "{date}", "Month": "{month}", "Year": "{year}", "Opens": "{opens}", "Begins": "{begins}", "Reference": "{ref}",
}

// catalog gives the messages of one language. It remembers what went wrong and what was asked for, so that a
// whole page can be compiled before anything is reported.
type catalog struct {
	tag       language.Tag
	about     about
	rules     *rules   // of about
	warnings  []string // of what a folder says
	bundle    *i18n.Bundle
	localizer *i18n.Localizer
	ids       []string                 // every message in the file
	messages  map[string]*i18n.Message // by their ids, as the embedded file has them
	used      map[string]bool
	errs      []error
}

// loadCatalogs reads every language that there is, English first.
func loadCatalogs(files fs.FS) ([]*catalog, error) {
	tags, err := languagesIn(files)
	if err != nil {
		return nil, err
	}
	tags = slices.Insert(slices.DeleteFunc(tags, func(tag string) bool { return tag == fallback }), 0, fallback)
	var all []*catalog
	for _, tag := range tags {
		name := "locales/" + tag + ".yaml"
		c, err := loadCatalog(files, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, c)
	}
	return all, sameMessages(all)
}

func langOf(name string) string { return strings.TrimSuffix(path.Base(name), ".yaml") }

func loadCatalog(files fs.FS, name string) (*catalog, error) {
	tag, err := language.Parse(langOf(name))
	if err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	c := newCatalog(tag)
	if c.about, data, err = splitAbout(data); err != nil {
		return nil, err
	}
	c.rules = c.about.rules()
	file, err := c.bundle.ParseMessageFileBytes(data, path.Base(name))
	if err != nil {
		return nil, err
	}
	for _, m := range file.Messages {
		c.ids = append(c.ids, m.ID)
		c.messages[m.ID] = m
	}
	slices.Sort(c.ids)
	return c, nil
}

func newCatalog(tag language.Tag) *catalog {
	// A bundle for each language alone: go-i18n would otherwise fall back to another language in silence.
	bundle := i18n.NewBundle(tag)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	return &catalog{
		tag: tag, rules: (&about{}).rules(), used: map[string]bool{}, messages: map[string]*i18n.Message{},
		bundle: bundle, localizer: i18n.NewLocalizer(bundle, tag.String()),
	}
}

// sameMessages reports each message that some languages have and others lack.
func sameMessages(all []*catalog) error {
	known := map[string]bool{}
	for _, c := range all {
		for _, id := range c.ids {
			known[id] = true
		}
	}
	var errs []error
	for _, c := range all {
		for id := range known {
			if !slices.Contains(c.ids, id) {
				errs = append(errs, fmt.Errorf("%s.yaml: message %q is missing", c.tag, id))
			}
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// text is a message without plural forms, its placeholders as marks.
func (c *catalog) text(id string) string { return c.localize(id, nil) }

func (c *catalog) localize(id string, count any) string {
	c.used[id] = true
	s, err := c.localizer.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: placeholders, PluralCount: count})
	switch {
	case err != nil:
		c.errs = append(c.errs, fmt.Errorf("message %q (count %v): %w", id, count, err))
	case strings.TrimSpace(s) == "":
		c.errs = append(c.errs, fmt.Errorf("message %q is empty", id))
	case strings.Contains(s, "<no value>"):
		c.errs = append(c.errs, fmt.Errorf("message %q: unknown placeholder in %q", id, s))
	}
	return s
}

// plural is a message in every form that the language has for whole numbers, by the form's CLDR name.
func (c *catalog) plural(id string) map[string]string {
	texts := map[string]string{}
	for form, example := range exampleCounts(c.tag) {
		texts[formNames[form]] = c.localize(id, example)
	}
	return texts
}

// formNames are the CLDR names of the plural forms, as the locale files and browsers call them.
var formNames = [...]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one",
	plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

// exampleCounts finds a count for each plural form that whole numbers have in a language.
func exampleCounts(tag language.Tag) map[plural.Form]int {
	examples := map[plural.Form]int{}
	for n := range 300 {
		if form := formOf(tag, n); int(form) < len(formNames) {
			if _, ok := examples[form]; !ok {
				examples[form] = n
			}
		}
	}
	return examples
}

func formOf(tag language.Tag, n int) plural.Form {
	// MatchPlural asks for large operands modulo ten million.
	if n >= 10_000_000 {
		n = n%10_000_000 + 10_000_000
	}
	return plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)
}
