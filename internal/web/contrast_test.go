package web

import (
	"fmt"
	"testing"
)

// The values are those that the WebAIM contrast checker gives, and those of WCAG's own techniques.
func TestTheContrastIsThatOfWCAG(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"#000000", "#ffffff", "21.00"},
		{"#fff", "#000", "21.00"},
		{"#777777", "#ffffff", "4.48"},
		{"#767676", "#ffffff", "4.54"},
		{"#ff0000", "#ffffff", "4.00"},
		{"#0000ff", "#ffffff", "8.59"},
		{"#008000", "#ffffff", "5.14"},
		{"#123456", "#123456", "1.00"},
	} {
		a, okA := parseColour(c.a)
		b, okB := parseColour(c.b)
		if got := fmt.Sprintf("%.2f", contrast(a, b)); !okA || !okB || got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.a, c.b, got, c.want)
		}
		if contrast(a, b) != contrast(b, a) {
			t.Errorf("%s on %s: depends on the order", c.a, c.b)
		}
	}
}

func TestAColourHasThreeOrSixDigits(t *testing.T) {
	for text, want := range map[string]string{"#AbC": "#aabbcc", "#0b4a6f": "#0b4a6f", "#FFFFFF": "#ffffff"} {
		if c, ok := parseColour(text); !ok || c.String() != want {
			t.Errorf("%s: %v %v", text, c, ok)
		}
	}
	for _, text := range []string{"", "#", "red", "0b4a6f", "#0b4a6", "#0b4a6f00", "#+12", "#gggggg", "#ü", "rgb(0,0,0)", "#0x1234"} {
		if c, ok := parseColour(text); ok {
			t.Errorf("%q is read as %v", text, c)
		}
	}
}
