package web

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Library holds the pages, the script and the assets in every language that there is, compiled once a process. Sites
// are made from it. It is immutable and safe for concurrent use.
type Library struct {
	prefix string
	inline *inline
	langs  []*locale // English first, the others sorted by their tags
	assets map[string]Asset
	client Asset
	// of a town's folder
	folder, style, logo string
	neutral             *Site
	templates           templates // that sites have made
	// warnings are of a folder's sentences.
	warnings []string
}

// fallback is the default language of a site that names none.
const fallback = "en"

// NewLibrary compiles everything that is embedded. Prefix is the reserved path of the gateway's own URLs, for example
// "/.einlass": it begins with a slash and does not end with one. The error joins everything that is wrong.
func NewLibrary(prefix string) (*Library, error) { return newLibrary(localeFiles, prefix) }

func newLibrary(locales fs.FS, prefix string) (*Library, error) {
	if err := checkPrefix(prefix); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	catalogs, err := loadCatalogs(locales)
	if err != nil {
		return nil, fmt.Errorf("web: languages: %w", err)
	}
	return newLibraryOf(catalogs, prefix)
}

func newLibraryOf(catalogs []*catalog, prefix string) (*Library, error) {
	lib := &Library{prefix: prefix, assets: map[string]Asset{}}
	var err error
	if lib.inline, err = newInline(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	if err = lib.addAssets(catalogs); err != nil {
		return nil, fmt.Errorf("web: assets: %w", err)
	}
	if lib.client, err = newClient(); err != nil {
		return nil, fmt.Errorf("web: client script: %w", err)
	}
	for _, c := range catalogs {
		l, err := compileLocale(c, lib.inline, prefix)
		if err != nil {
			return nil, fmt.Errorf("web: language %s: %w", c.tag, err)
		}
		lib.langs = append(lib.langs, l)
		lib.warnings = append(lib.warnings, c.warnings...)
	}
	if lib.neutral, err = lib.site(SiteConfig{}); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return lib, nil
}

// Warnings say which sentences of a folder can be shown and are not plain, each as "file:line: what".
func (lib *Library) Warnings() []string { return slices.Clone(lib.warnings) }

// Neutral is a site without title and contact, in all languages: for answers that are given before it is known which
// room is asked for.
func (lib *Library) Neutral() *Site { return lib.neutral }

// Languages are the tags of the languages that there are pages in, sorted: what a configuration may name.
func Languages() []string {
	tags, err := languagesIn(localeFiles)
	if err != nil {
		panic("web: " + err.Error()) // the pattern is a constant
	}
	return tags
}

func languagesIn(files fs.FS) ([]string, error) {
	names, err := fs.Glob(files, "locales/*.yaml")
	if err != nil {
		return nil, err
	}
	tags := make([]string, len(names))
	for i, n := range names {
		tags[i] = langOf(n)
	}
	slices.Sort(tags)
	return tags, nil
}

// Languages are the tags of the languages of this library, sorted.
func (lib *Library) Languages() []string {
	tags := make([]string, len(lib.langs))
	for i, l := range lib.langs {
		tags[i] = l.tag
	}
	slices.Sort(tags)
	return tags
}

// NoPages is the error of [Library.Site] for languages that there are no pages in.
type NoPages struct {
	// At are their positions among those that were chosen, and Texts what to say of each.
	At    []int
	Texts []string
}

func (e *NoPages) Error() string { return strings.Join(e.Texts, "\n") }

// choose finds the compiled languages for a list of tags; an empty list means all.
func (lib *Library) choose(tags []string) ([]*locale, error) {
	if len(tags) == 0 {
		return lib.langs, nil
	}
	var chosen []*locale
	var missing NoPages
	for at, tag := range tags {
		i := slices.IndexFunc(lib.langs, func(l *locale) bool { return l.tag == tag })
		if i < 0 {
			missing.At = append(missing.At, at)
			missing.Texts = append(missing.Texts, fmt.Sprintf("there are no pages in %q; want some of %s", tag, strings.Join(lib.Languages(), ", ")))
			continue
		}
		chosen = append(chosen, lib.langs[i])
	}
	if missing.At != nil {
		return nil, &missing
	}
	return chosen, nil
}
