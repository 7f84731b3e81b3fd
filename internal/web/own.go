package web

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// A town may say things in its own words: a folder holds one file for each language, named by its tag. A file for a language that
// is embedded replaces single sentences, and any other file is a whole language. Everything is checked when the folder is read, so
// that nothing is ever shown broken.

// longestOwnFile bounds a file of a folder, in bytes. The embedded ones are about 40 KB.
const longestOwnFile = 256 << 10

// NewOwnLibrary is NewLibrary with the sentences and languages of a folder. The error joins everything that is wrong with its
// files, each problem as "file:line: what, and what is accepted". Links to files are followed, as containers mount files by them;
// names that begin with a dot are left out.
func NewOwnLibrary(prefix string, folder fs.FS) (*Library, error) {
	catalogs, err := loadCatalogs(localeFiles)
	if err != nil {
		return nil, fmt.Errorf("web: languages: %w", err)
	}
	if catalogs, err = withFolder(catalogs, folder); err != nil {
		return nil, err
	}
	return newLibraryOf(catalogs, prefix)
}

// Sentences is the embedded file of a language, with all messages that a folder may replace.
func Sentences(tag string) ([]byte, error) {
	if !slices.Contains(Languages(), tag) {
		return nil, fmt.Errorf("there are no pages in %q; want one of %s", tag, strings.Join(Languages(), ", "))
	}
	return localeFiles.ReadFile("locales/" + tag + ".yaml")
}

// withFolder puts what a folder says into the catalogs, and adds its languages.
func withFolder(catalogs []*catalog, folder fs.FS) ([]*catalog, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, err
	}
	builtIn := catalogs
	var errs []error
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		data, err := readOwn(folder, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		tag := langOf(name)
		if i := slices.IndexFunc(builtIn, func(c *catalog) bool { return c.tag.String() == tag }); i >= 0 {
			_, problems := catalogs[i].put(name, data)
			errs = append(errs, problems...)
			continue
		}
		own := newCatalog(language.MustParse(tag)) // readOwn has parsed it
		own.messages = builtIn[0].messages         // what its file is held against
		given, problems := own.put(name, data)
		errs = append(errs, problems...)
		errs = append(errs, own.missing(name, given)...)
		catalogs = append(catalogs, own)
	}
	return catalogs, errors.Join(errs...)
}

// readOwn reads a file of a folder whose name says a language.
func readOwn(folder fs.FS, name string) ([]byte, error) {
	tag, isYAML := strings.CutSuffix(name, ".yaml")
	if parsed, err := language.Parse(tag); !isYAML || err != nil || parsed.String() != tag {
		return nil, errors.New("is not the name of a language's file; want a tag and .yaml, as in de.yaml, fr.yaml, pt-BR.yaml")
	}
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a file")
	}
	data, err := io.ReadAll(io.LimitReader(f, longestOwnFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > longestOwnFile:
		return nil, fmt.Errorf("is larger than %d KB", longestOwnFile>>10)
	}
	line := 1
	for text := range strings.Lines(string(data)) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return nil, fmt.Errorf("line %d is not text in UTF-8", line)
		}
		line++
	}
	return data, nil
}
