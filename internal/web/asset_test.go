package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

func TestAssetsAreTheSameForEverySite(t *testing.T) {
	other := testSite()
	other.Title, other.Room = "Another", "another"
	a, b := mustNew(t, testSite()), mustNew(t, other)
	if len(a.assets) != 2+len(a.langs) {
		t.Errorf("%d assets, want a stylesheet, an icon and a script for each language", len(a.assets))
	}
	for kind := range a.assets {
		if a.assets[kind].ETag != b.assets[kind].ETag {
			t.Errorf("%s differs between two sites", kind)
		}
	}
}

func TestAnAssetIsFoundByItsName(t *testing.T) {
	p := mustNew(t, testSite())
	for kind, want := range p.assets {
		hash := strings.Trim(want.ETag, `"`)
		got, ok := p.Asset([]byte(hash + "." + kind))
		if !ok || !got.Exact || got.ContentType != want.ContentType || !strings.Contains(strings.Join(got.Headers(), " "), "immutable") {
			t.Errorf("%s is not found as it is", kind)
		}
		got, ok = p.Asset([]byte("0123456789abcdef." + kind))
		if !ok || got.Exact || got.Headers()[1] != "no-store" {
			t.Errorf("%s of another release is not answered by this one's, uncached", kind)
		}
	}
	for _, name := range []string{"", ".", "css", "0123456789abcdef", "0123456789abcdef.", "0123456789abcdef.xx.js", "../site.go"} {
		if _, ok := p.Asset([]byte(name)); ok {
			t.Errorf("an asset is found for %q", name)
		}
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
}

func TestCommentsDoNotReachTheVisitor(t *testing.T) {
	got := string(withoutComments([]byte("// a\n  x = 1; // kept\n\n/* b */\n  /* c */ {}\n")))
	if want := "x = 1; // kept\n/* c */ {}\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEveryTextOfTheScriptIsUsedByIt(t *testing.T) {
	catalogs, err := loadCatalogs(shippedLocales, testSite())
	if err != nil {
		t.Fatal(err)
	}
	var program string
	for _, name := range scriptParts {
		part, err := assetFiles.ReadFile("assets/script/" + name)
		if err != nil {
			t.Fatal(err)
		}
		program += string(part)
	}
	for id := range scriptTexts(catalogs[0], ",") {
		if !strings.Contains(program, "'"+id+"'") && !strings.Contains(program, "T."+id) {
			t.Errorf("the script does not use %q", id)
		}
	}
}

func TestEveryPartOfTheScriptIsSent(t *testing.T) {
	files, err := assetFiles.ReadDir("assets/script")
	if err != nil || len(files) != len(scriptParts) {
		t.Errorf("%d parts are sent, %d files are there (%v)", len(scriptParts), len(files), err)
	}
}
