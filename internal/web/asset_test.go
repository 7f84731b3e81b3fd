package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestAssetsAreNamedByTheirContent(t *testing.T) {
	a, b := mustNew(t, testSite()), mustNew(t, testSite())
	names := slices.Sorted(maps.Keys(a.assets))
	if !slices.Equal(names, slices.Sorted(maps.Keys(b.assets))) {
		t.Error("two gateways name the same assets differently")
	}
	if len(names) != 2+len(a.langs) {
		t.Errorf("%d assets, want a stylesheet, an icon and a script for each language", len(names))
	}
	other := testSite()
	other.Title = "Another"
	if slices.Equal(names, slices.Sorted(maps.Keys(mustNew(t, other).assets))) {
		t.Error("a script with another title has the same name")
	}
}

func TestAnAssetIsTheSameCompressed(t *testing.T) {
	p := mustNew(t, testSite())
	for name, a := range p.assets {
		r, err := gzip.NewReader(bytes.NewReader(a.Gzip))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(body, a.Body) {
			t.Errorf("%s: the compressed form differs (%v)", name, err)
		}
		if a.ETag == a.GzipETag || !strings.HasPrefix(a.ETag, `"`) || !strings.HasSuffix(a.GzipETag, `"`) {
			t.Errorf("%s: ETags %s and %s", name, a.ETag, a.GzipETag)
		}
		if len(a.Gzip) > 7<<10 {
			t.Errorf("%s: %d bytes compressed, at most 7 KB may be", name, len(a.Gzip))
		}
	}
	if _, ok := p.Asset([]byte("../site.go")); ok {
		t.Error("an asset that does not exist is found")
	}
}

func TestCommentsDoNotReachTheVisitor(t *testing.T) {
	got := string(withoutComments([]byte("// a\n  x = 1; // kept\n\n/* b */\n  /* texts */ {}\n")))
	if want := "x = 1; // kept\n/* texts */ {}\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEveryTextOfTheScriptIsUsedByIt(t *testing.T) {
	catalogs, err := loadCatalogs(shippedLocales, testSite())
	if err != nil {
		t.Fatal(err)
	}
	program, err := assetFiles.ReadFile("assets/app.js")
	if err != nil {
		t.Fatal(err)
	}
	for id := range scriptTexts(catalogs[0], ",") {
		if !strings.Contains(string(program), "'"+id+"'") && !strings.Contains(string(program), "T."+id) {
			t.Errorf("the script does not use %q", id)
		}
	}
}
