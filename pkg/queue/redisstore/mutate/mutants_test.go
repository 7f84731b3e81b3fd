package main

import (
	"os"
	"strings"
	"testing"
)

func TestEveryMutantHasANameOfItsOwnAndOnePlaceInItsScript(t *testing.T) {
	names := map[string]bool{}
	for _, m := range mutants() {
		if names[m.name] {
			t.Errorf("%s: twice", m.name)
		}
		names[m.name] = true
		source, err := os.ReadFile("../scripts/" + m.file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), m.find); n != 1 {
			t.Errorf("%s: %q is in %s %d times, want once", m.name, m.find, m.file, n)
		}
		if m.find == m.replace || m.what == "" {
			t.Errorf("%s: no fault", m.name)
		}
	}
}
