package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the configuration.
type Problem struct {
	// Path is the key as in rooms[1].pace.rate; empty for the file as a whole.
	Path string
	// Text says what is wrong and what is accepted. It repeats no secret.
	Text string
	// Where the value comes from: "line 12", "environment EINLASS_…", "flag listen.http". Empty for a value that
	// was not given.
	Where string
	// Line in the file; 0 if it is not from there.
	Line int
	// Cause is the error of which Text is the message; nil if there is none.
	Cause error
}

// Unwrap answers the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// Error is "path: text".
func (p *Problem) Error() string {
	if p.Path == "" {
		return p.Text
	}
	return p.Path + ": " + p.Text
}

// LoadError is everything that is wrong, in the order of the file, then what comes from elsewhere.
type LoadError struct {
	// File is the path of the configuration file, empty if there was none.
	File     string
	Problems []*Problem
}

// Error is a text of several lines for people, one problem a line.
func (e *LoadError) Error() string {
	var b strings.Builder
	name := e.File
	if name == "" {
		name = "configuration"
	}
	if len(e.Problems) == 1 {
		fmt.Fprintf(&b, "%s: 1 problem", name)
	} else {
		fmt.Fprintf(&b, "%s: %d problems", name, len(e.Problems))
	}
	for _, line := range e.Lines() {
		b.WriteString("\n  " + line)
	}
	return b.String()
}

// Lines are the problems, each with where it is from.
func (e *LoadError) Lines() []string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		if p.Where != "" {
			lines[i] = p.Where + ": "
		}
		lines[i] += p.Error()
	}
	return lines
}

// Unwrap gives the problems to errors.As.
func (e *LoadError) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p
	}
	return errs
}

func sortProblems(problems []*Problem) {
	slices.SortStableFunc(problems, func(a, b *Problem) int {
		if (a.Line == 0) != (b.Line == 0) {
			return cmp.Compare(b.Line, a.Line)
		}
		return cmp.Compare(a.Line, b.Line)
	})
}
