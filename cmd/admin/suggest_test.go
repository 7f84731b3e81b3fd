package main

import (
	"errors"
	"testing"
)

func TestAValueThatWasMeantIsNamed(t *testing.T) {
	bySetter := map[string]*setter{}
	for i := range setters {
		bySetter[setters[i].use] = &setters[i]
	}
	for _, c := range []struct{ use, typed, want string }{
		{"rate ROOM N", "0", "x: did you mean `admin pause termine`?"},
		{"rate ROOM N", "off", "x: did you mean `admin pause termine`?"},
		{"rate ROOM N", "30/min", "x: did you mean `admin rate termine 30`?"},
		{"rate ROOM N", "1.200", "x: did you mean `admin rate termine 1200`?"},
		{"rate ROOM N", "30 per minute", "x: did you mean `admin rate termine 30`?"},
		{"rate ROOM N", "1.5", "x"},
		{"rate ROOM N", "99999999", "x"},
		{"rate ROOM N", "-5", "x"},
		{"max-inside ROOM N", "none", "x: did you mean `admin max-inside termine 0`?"},
		{"burst ROOM N", "0", "x: did you mean `admin burst termine 1`?"},
		{"strict ROOM on|off", "no", "x: did you mean `admin strict termine off`?"},
		{"health ROOM act|advise|off", "advize", "x: did you mean `admin health termine advise`?"},
		{"health ROOM act|advise|off", "perhaps", "x"},
	} {
		if got := meant(bySetter[c.use], []string{"termine", c.typed}, errors.New("x")).Error(); got != c.want {
			t.Errorf("%s, %q: %q, want %q", c.use, c.typed, got, c.want)
		}
	}
}
