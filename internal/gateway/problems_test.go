package gateway

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/httpx"
	"github.com/einlass/einlass/internal/web"
)

// kindInSource finds the kinds that this package answers with.
var kindInSource = regexp.MustCompile(`(?:const kind = |(?:problem|tellScript|missing|refuse|refuseNeutral|crowded)\((?:[a-z.]+, )*(?:\d+, )?)"([a-z-]+)"`)

func TestEachKindOfProblemIsExplained(t *testing.T) {
	kinds := map[string]bool{}
	for _, f := range httpx.Faults() {
		kinds[f.Kind()] = true
	}
	for _, f := range failures {
		kinds[f.kind] = true
	}
	kinds[kindSent] = true
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range kindInSource.FindAllSubmatch(text, -1) {
			kinds[string(m[1])] = true
		}
	}
	for _, known := range []string{"no-pass", "stay-busy", "other-origin", "not-found", "method", "unknown-host", "url-too-long"} {
		if !kinds[known] {
			t.Errorf("the test does not find %s any more", known)
		}
	}
	for kind := range kinds {
		if m, ok := problems[kind]; kind != "none" && (!ok || m.title == "" || m.text == "") {
			t.Errorf("%s is not explained", kind)
		}
	}
	for kind := range problems {
		if !kinds[kind] {
			t.Errorf("%s is explained, and nothing answers with it", kind)
		}
	}
}

// A kind is for programs and the log. The lint of the pages' sentences finds each one that is no word for people, too.
func TestTheLintOfThePagesKnowsEveryKind(t *testing.T) {
	var want []string
	for kind := range problems {
		if strings.Contains(kind, "-") {
			want = append(want, kind)
		}
	}
	slices.Sort(want)
	if got := web.InternalKinds; !slices.Equal(got, want) {
		t.Errorf("the lint knows %q\nthere are %q", got, want)
	}
}
