package main

import "slices"

// mutant is one fault: a text that a script has exactly once, and what it becomes.
type mutant struct {
	name, file    string
	find, replace string
	what          string
	equivalent    string // why no test can tell it from the original; empty for mutants that must die
}

// mutants are sorted by file. Each is a mistake that somebody could make.
func mutants() []mutant { return slices.Concat(inCommon, inVerbs, inRoom, inRestore, inLine) }
