package gateway

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/placelink"
)

// What a town tells its citizens of cookies, docs/de/datenschutz.md, are all that there are, and for how long.
func TestThePrivacySheetNamesEachCookie(t *testing.T) {
	text, err := os.ReadFile("../../docs/de/datenschutz.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(__Host-einlass-RAUM[^`]*)` \\|[^|]*\\| ([^|]*) \\|$").FindAllStringSubmatch(string(text), -1) {
		said[row[1]] = row[2]
	}
	names, set := newCookieNames("RAUM"), []string{}
	for _, kind := range [][jars]string{names.token, names.shown, names.take, names.still, names.lang} {
		set = append(set, kind[secureJar])
		// In a frame each has the frame's name in the middle, which the sheet says in one row.
		framed := names.token[framedJar]
		if said[framed] == "" || !strings.HasPrefix(kind[framedJar], framed) {
			t.Errorf("the sheet does not say %s", kind[framedJar])
		}
	}
	for _, name := range set {
		if said[name] == "" {
			t.Errorf("the sheet does not name %s", name)
		}
	}
	for name := range said {
		if name != names.token[framedJar] && !slices.Contains(set, name) {
			t.Errorf("the sheet names %s, which nobody sets", name)
		}
	}
	if langLife != 24*time.Hour || said[names.lang[secureJar]] != "24 Stunden" {
		t.Errorf("a language is remembered for %v, and the sheet says %s", langLife, said[names.lang[secureJar]])
	}
	if 2*placelink.Life != 10*time.Minute || said[names.take[secureJar]] != "10 Minuten" {
		t.Errorf("a hand-over is remembered for %v, and the sheet says %s", 2*placelink.Life, said[names.take[secureJar]])
	}
}
