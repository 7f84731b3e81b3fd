package door

import (
	"strings"
	"testing"
)

func TestAReferenceCanBeReadOut(t *testing.T) {
	seen := map[string]bool{}
	var signs strings.Builder
	for range 2000 {
		ref := NewReference()
		if len(ref) != referenceSigns || strings.Trim(ref, alphabet) != "" {
			t.Fatalf("%q", ref)
		}
		seen[ref] = true
		signs.WriteString(ref)
	}
	if len(seen) < 1900 {
		t.Errorf("%d of 2000 differ", len(seen))
	}
	for _, sign := range alphabet {
		if !strings.ContainsRune(signs.String(), sign) {
			t.Errorf("none has %c", sign)
		}
	}
}
