package config

import (
	"slices"
	"strings"
)

// Places says where the values of a configuration were given: the line of the file, the variable or the flag. Load leaves them
// out of Config, which is plain data; who finds a fault behind Load, in a file that a key names for example, asks here. It is
// immutable.
type Places struct {
	file  string
	where map[string]place
}

// File is the path of the configuration file, empty if there was none.
func (p *Places) File() string { return p.file }

// Error is a *LoadError of problems that were found behind Load, each with its place if it has none, in the order of the file.
func (p *Places) Error(problems []*Problem) *LoadError {
	all := slices.Clone(problems)
	for _, one := range all {
		locate(p.where, one)
	}
	sortProblems(all)
	return &LoadError{File: p.file, Problems: all}
}

// locate adds to a problem where its value is from; a missing value is reported where it would stand.
func locate(where map[string]place, p *Problem) {
	at := where[p.Path]
	for path := parentOf(p.Path); at == (place{}) && path != ""; path = parentOf(path) {
		at = where[path]
	}
	if p.Where == "" {
		p.Where, p.Line = at.name, at.line
	}
}

// within reports whether two paths are the same or one is inside the other.
func within(a, b string) bool {
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	return strings.HasPrefix(long, short) && (len(long) == len(short) || long[len(short)] == '.' || long[len(short)] == '[')
}

func parentOf(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}
