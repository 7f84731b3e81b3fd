package gateway

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/einlass/einlass/internal/httpx"
)

// kindInSource finds the kinds that this package answers with.
var kindInSource = regexp.MustCompile(`(?:problem|tellScript|missing|refuse|refuseNeutral|crowded)\((?:[a-z.]+, )*(?:\d+, )?"([a-z-]+)"`)

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
