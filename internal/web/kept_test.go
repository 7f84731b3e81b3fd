package web

import (
	"strings"
	"testing"
)

// How often the turn came when pages had said is said from 200 ranges on: fewer say nothing.
func TestThePageSaysHowOftenItsRangesWereKept(t *testing.T) {
	site := testSite()
	site.Languages = []string{"de", "en"}
	p := mustNew(t, site)
	const de, en = "von 100 Menschen in der genannten Zeit an die Reihe.</p>", " in 100 had their turn within the time that was given.</p>"
	for _, tt := range []struct {
		promised, kept int
		lang           Lang
		want           string
	}{
		{199, 199, 0, "<p hidden></p>"},
		{200, 186, 0, "<p>Zuletzt kamen 93 " + de},
		{900, 846, 1, "<p>Lately, 94 people" + en},
		{200, 2, 1, "<p>Lately, 1 person" + en},
		{0, 0, 1, "<p hidden></p>"},
	} {
		w := inTheLine()
		w.Promised, w.Kept = tt.promised, tt.kept
		if body := string(p.AppendWait(nil, tt.lang, w)); !strings.Contains(body, tt.want) {
			t.Errorf("%d of %d: the page does not say %q", tt.kept, tt.promised, tt.want)
		}
	}
}
