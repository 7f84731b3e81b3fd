package suggest

import "testing"

func TestTheNearestWordIsFound(t *testing.T) {
	words := []string{"pause", "rate", "resume", "größe"}
	for _, c := range []struct {
		typed string
		most  int
		want  string
	}{
		{"puase", 1, "pause"}, // swapped
		{"rat", 1, "rate"},
		{"ratee", 1, "rate"},
		{"rage", 1, "rate"},
		{"grösse", 2, "größe"},
		{"grosse", 2, ""}, // letters, not bytes
		{"resume", 0, "resume"},
		{"resum", 0, ""},
		{"", 3, ""},
		{"xyz", 2, ""},
	} {
		if got := Nearest(c.typed, words, c.most); got != c.want {
			t.Errorf("%q with %d: %q, want %q", c.typed, c.most, got, c.want)
		}
	}
}
