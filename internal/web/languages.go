package web

import (
	"io/fs"
	"slices"
)

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
