package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// slowScenario is how long a scenario of the suite takes, in seconds, that a mutant meets after all quicker ones. Most mutants
// die of a quick one.
const slowScenario = 0.3

var passed = regexp.MustCompile(`--- PASS: TestConformance/([^/\s]+)/(\S+) \(([0-9.]+)s\)`)

// slowOnes is a pattern, as go test's -run and -skip take it, of the scenarios that took long in a verbose run of the suite.
// Empty: there are none.
func slowOnes(verbose string) string {
	var patterns []string
	for _, m := range passed.FindAllStringSubmatch(verbose, -1) {
		if seconds, err := strconv.ParseFloat(m[3], 64); err != nil || seconds < slowScenario {
			continue
		}
		patterns = append(patterns, fmt.Sprintf("^TestConformance$/^%s$/^%s$", regexp.QuoteMeta(m[1]), regexp.QuoteMeta(m[2])))
	}
	return strings.Join(patterns, "|")
}
