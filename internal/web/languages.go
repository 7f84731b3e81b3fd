package web

import (
	"io/fs"
	"slices"
)

// Languages are the tags of the languages that there are pages in, sorted: what a configuration may name.
func Languages() []string {
	names, err := fs.Glob(localeFiles, "locales/*.yaml")
	if err != nil {
		panic("web: " + err.Error()) // the pattern is a constant
	}
	tags := make([]string, len(names))
	for i, n := range names {
		tags[i] = langOf(n)
	}
	slices.Sort(tags)
	return tags
}
