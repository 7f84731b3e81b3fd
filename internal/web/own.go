package web

import (
	"crypto/sha256"
	"encoding/hex"
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
// is embedded replaces single sentences, and any other file is a whole language. It may also hold a town's colours and its logo.
// Everything is checked when the folder is read, so that nothing is ever shown broken.

// longestOwnFile bounds a file of a folder, in bytes. The embedded ones are about 40 KB.
const longestOwnFile = 256 << 10

// NewOwnLibrary is NewLibrary with the sentences, languages, colours and the logo of a folder. The error joins everything that is wrong with its
// files, each problem as "file:line: what, and what is accepted". Links to files are followed, as containers mount files by them;
// names that begin with a dot, and what editors keep of the file before (de.yaml~), are left out.
func NewOwnLibrary(prefix string, folder fs.FS) (*Library, error) {
	catalogs, err := loadCatalogs(localeFiles)
	if err != nil {
		return nil, fmt.Errorf("web: languages: %w", err)
	}
	own, err := readFolder(catalogs, folder)
	if err != nil {
		return nil, err
	}
	lib, err := newLibraryOf(own.catalogs, prefix)
	if err != nil {
		return nil, err
	}
	lib.folder, lib.style, lib.logo = own.sum, own.colours, own.logo
	if own.logo != "" {
		lib.style += logoStyle
	}
	return lib, nil
}

// Folder says what the files of the folder are that the library was made with: another text if anything in it is other. Empty: there is
// no folder.
func (lib *Library) Folder() string { return lib.folder }

// Sentences is the embedded file of a language, with all messages that a folder may replace.
func Sentences(tag string) ([]byte, error) {
	if !slices.Contains(Languages(), tag) {
		return nil, fmt.Errorf("there are no pages in %q; want one of %s", tag, strings.Join(Languages(), ", "))
	}
	return localeFiles.ReadFile("locales/" + tag + ".yaml")
}

// ownFolder is what a folder brings.
type ownFolder struct {
	builtIn, catalogs []*catalog
	colours, logo     string // CSS, a URL
	sum               string
	errs              []error
}

// readFolder puts what a folder says into the catalogs, and adds its languages.
func readFolder(catalogs []*catalog, folder fs.FS) (*ownFolder, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, err
	}
	own := &ownFolder{builtIn: catalogs, catalogs: catalogs}
	sum := sha256.New()
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
			continue
		}
		data, err := own.read(folder, name)
		if err != nil {
			own.errs = append(own.errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		fmt.Fprintf(sum, "%q %d\n", name, len(data))
		sum.Write(data)
		own.take(name, data)
	}
	own.sum = hex.EncodeToString(sum.Sum(nil))
	return own, errors.Join(own.errs...)
}

// take takes a file of the folder.
func (own *ownFolder) take(name string, data []byte) {
	switch name {
	case coloursFile:
		own.takeColours(data)
		return
	case logoSVG, logoPNG:
		own.takeLogo(name, data)
		return
	}
	tag := langOf(name)
	if i := slices.IndexFunc(own.builtIn, func(c *catalog) bool { return c.tag.String() == tag }); i >= 0 {
		_, problems := own.catalogs[i].put(name, data)
		own.errs = append(own.errs, problems...)
		return
	}
	c := newCatalog(language.MustParse(tag)) // read has parsed it
	c.messages = own.builtIn[0].messages     // what its file is held against
	given, problems := c.put(name, data)
	own.errs = append(own.errs, problems...)
	if !errors.Is(errors.Join(problems...), errNotYAML) { // else everything would be missing
		own.errs = append(own.errs, c.missing(name, given)...)
	}
	own.catalogs = append(own.catalogs, c)
}

func (own *ownFolder) takeColours(data []byte) {
	style, err := assetFiles.ReadFile("assets/style.css")
	if err != nil {
		own.errs = append(own.errs, err)
		return
	}
	ours, err := builtInThemes(style)
	if err != nil {
		own.errs = append(own.errs, err)
		return
	}
	var problems []error
	own.colours, problems = readColours(data, ours)
	own.errs = append(own.errs, problems...)
}

func (own *ownFolder) takeLogo(name string, data []byte) {
	if own.logo != "" {
		own.errs = append(own.errs, fmt.Errorf("%s: there is a %s, too; want one of them", name, logoPNG)) // which comes first
		return
	}
	url, err := readLogo(name, data)
	if err != nil {
		for _, problem := range each(err) {
			own.errs = append(own.errs, fmt.Errorf("%s: %w", name, problem))
		}
	}
	own.logo = url
}

// each are the errors that are joined in one.
func each(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// read reads a file of the folder whose name says what it is.
func (own *ownFolder) read(folder fs.FS, name string) ([]byte, error) {
	switch name {
	case logoSVG, logoPNG:
		return readFile(folder, name, longestLogo)
	case coloursFile:
	default:
		tag, isYAML := strings.CutSuffix(name, ".yaml")
		if parsed, err := language.Parse(tag); !isYAML || err != nil || parsed.String() != tag {
			return nil, fmt.Errorf("is not the name of a language's file; want a tag and .yaml, as in de.yaml, fr.yaml, pt-BR.yaml, or %s, %s, %s",
				coloursFile, logoSVG, logoPNG)
		}
	}
	data, err := readFile(folder, name, longestOwnFile)
	if err != nil {
		return nil, err
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

// readFile reads a file of at most so many bytes.
func readFile(folder fs.FS, name string, longest int64) ([]byte, error) {
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
	data, err := io.ReadAll(io.LimitReader(f, longest+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > longest:
		return nil, fmt.Errorf("is larger than %d KB", longest>>10)
	}
	return data, nil
}
