package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds a configuration file and every file with a secret.
const maxFile = 1 << 20

// Source is where a configuration comes from, and what only the caller knows about its values.
type Source struct {
	// File is the path of the YAML file. Empty reads none; "-" is not special.
	File string
	// Env is the environment, KEY=value, as os.Environ gives it.
	Env []string
	// Flags are values by the path of their key.
	Flags map[string]string
	// Languages are the tags that languages accepts: those that there are pages in. nil: any, for programs that make no pages.
	Languages []string
	// Secrets has the secrets for which Hidden stands, as the configuration in force does; nil: Hidden is refused.
	Secrets *Config
	// Pages says what is wrong with the folder of a room's pages; path is that of the room. It is asked if something else is wrong, so that
	// everything is said at once: whoever gets a configuration reads the folders itself. nil: nobody says so.
	Pages func(path string, r *Room) []*Problem
}

// Load reads the file, then the environment, then flags, and checks the result. Load reads files with secrets; other
// files that the configuration names are opened by the packages that use them.
//
// The error is a *LoadError with everything that is wrong, except when the file cannot be read at all.
func Load(src Source) (*Config, error) {
	c, _, err := LoadPlaced(src)
	return c, err
}

// Parse is Load of a file whose content the caller has, and which src.File only names in errors.
func Parse(src Source, data []byte) (*Config, error) {
	c, _, err := loadPlaced(src, data, readFile)
	return c, err
}

// ParsePlaced is Parse, and where each value was given.
func ParsePlaced(src Source, data []byte) (*Config, *Places, error) {
	return loadPlaced(src, data, readFile)
}

// LoadPlaced is Load, and where each value was given.
func LoadPlaced(src Source) (*Config, *Places, error) {
	var data []byte
	if src.File != "" {
		var err error
		if data, err = readFile(src.File); err != nil {
			return nil, nil, fmt.Errorf("read configuration: %w", err)
		}
	}
	return loadPlaced(src, data, readFile)
}

// loadPlaced is LoadPlaced with the file's content, and a way to read files with secrets.
func loadPlaced(src Source, data []byte, read func(string) ([]byte, error)) (*Config, *Places, error) {
	d := &decoder{foreign: map[*yaml.Node]string{}, where: map[string]place{}}
	root := d.parse(data)
	if root == nil {
		return nil, nil, &LoadError{File: src.File, Problems: d.problems}
	}
	d.applyAll(root, append(fromEnv(src.Env), fromFlags(src.Flags)...))
	c := Default()
	d.into(root, reflect.ValueOf(&c).Elem(), "")
	found := c.reveal(src.Secrets)
	found = append(append(found, c.normalise(read)...), c.check(src.Languages)...)
	if len(d.problems)+len(found) > 0 {
		found = append(found, c.folders(src.Pages)...)
	}
	d.problems = append(d.problems, d.placed(found)...)
	if len(d.problems) == 0 {
		return &c, &Places{file: src.File, where: d.where}, nil
	}
	sortProblems(d.problems)
	return nil, nil, &LoadError{File: src.File, Problems: d.problems}
}

// folders is what is wrong with the folders of pages.
func (c *Config) folders(say func(string, *Room) []*Problem) (problems []*Problem) {
	for i := range c.Rooms {
		if say != nil && c.Rooms[i].Pages != "" {
			problems = append(problems, say(fmt.Sprintf("rooms[%d]", i), &c.Rooms[i])...)
		}
	}
	return problems
}

// parse gives the root of the first document, an empty one when there is none, and nil when the file is not YAML: nothing is
// known of its keys then.
func (d *decoder) parse(data []byte) *yaml.Node {
	empty := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return empty
	case err != nil:
		d.problems = append(d.problems, &Problem{Text: notYAML(err)})
		return nil
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		text := "a second document begins here; want one"
		if err != nil {
			text = notYAML(err)
		}
		d.bad(&second, "", "%s", text)
	}
	if len(doc.Content) == 0 {
		return empty
	}
	return doc.Content[0]
}

// notYAML is the parser's error, and for its most frequent one what to do.
func notYAML(err error) string {
	text := "not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasSuffix(text, "cannot start any token") {
		text += "; indent with spaces, not with tabs, and quote a value that begins with @, ` or %"
	}
	return text
}

// placed adds to problems of values where the values are from. A problem of a value that could not even be
// decoded is left out: its default is not what the operator wrote.
func (d *decoder) placed(found []*Problem) []*Problem {
	kept := found[:0]
	for _, p := range found {
		if slices.ContainsFunc(d.problems, func(o *Problem) bool { return o.Path != "" && within(o.Path, p.Path) }) {
			continue
		}
		locate(d.where, p)
		kept = append(kept, p)
	}
	return kept
}

func readFile(path string) ([]byte, error) {
	// Without waiting: a pipe that nobody writes to is empty, not a start that hangs.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is larger than %s", path, Size(maxFile))
	}
	return data, nil
}
