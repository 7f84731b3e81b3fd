package dashboard

import (
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func copyTo(w io.Writer, a *http.Response) (int64, error) { return io.Copy(w, a.Body) }

var (
	placeholder = regexp.MustCompile(`\{\w+\}`)
	pageText    = regexp.MustCompile(`\{\{t "([^"]+)"`)
	scriptText  = regexp.MustCompile(`\bt\(['"]([^'"]+)['"][,)]`)
	markedText  = regexp.MustCompile(`\bt\(closed \? '([^']+)' : '([^']+)'`)
)

func TestTheLanguagesHaveTheSameTexts(t *testing.T) {
	first, err := loadTexts(languages()[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range languages()[1:] {
		other, err := loadTexts(tag)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, first.Page, other.Page, tag)
		compare(t, first.Script, other.Script, tag)
	}
}

func compare(t *testing.T, first, other map[string]string, tag string) {
	t.Helper()
	marks := func(s string) []string {
		all := placeholder.FindAllString(s, -1)
		slices.Sort(all)
		return slices.Compact(all)
	}
	for key, text := range first {
		there, ok := other[key]
		if !ok || there == "" {
			t.Errorf("%s has no text %s", tag, key)
		} else if !slices.Equal(marks(text), marks(there)) {
			t.Errorf("%s: %s has other values: %q and %q", tag, key, text, there)
		}
	}
	for key := range other {
		if _, ok := first[key]; !ok {
			t.Errorf("only %s has %s", tag, key)
		}
	}
}

// Every text that is named exists, and every text that exists is named, or begins like one whose end the script computes.
func TestEveryTextIsUsed(t *testing.T) {
	texts, err := loadTexts(languages()[0])
	if err != nil {
		t.Fatal(err)
	}
	var pages, scripts strings.Builder
	for _, of := range []struct {
		into *strings.Builder
		dir  string
	}{{&pages, "pages"}, {&scripts, "assets"}} {
		files := pageFiles
		if of.dir == "assets" {
			files = assetFiles
		}
		entries, err := files.ReadDir(of.dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if ext := path.Ext(e.Name()); ext != ".html" && ext != ".js" || e.Name() == "uplot.js" {
				continue
			}
			text, err := files.ReadFile(path.Join(of.dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			of.into.Write(text)
		}
	}
	for _, found := range pageText.FindAllStringSubmatch(pages.String(), -1) {
		if texts.Page[found[1]] == "" {
			t.Errorf("pages say %q, which has no text", found[1])
		}
	}
	for key := range texts.Page {
		if !strings.Contains(pages.String(), `{{t "`+key+`"}}`) {
			t.Errorf("no page says %q", key)
		}
	}
	for _, found := range append(scriptText.FindAllStringSubmatch(scripts.String(), -1), markedText.FindAllStringSubmatch(scripts.String(), -1)...) {
		for _, key := range found[1:] {
			if texts.Script[key] == "" {
				t.Errorf("the script says %q, which has no text", key)
			}
		}
	}
	for key := range texts.Script {
		if !named(scripts.String(), key) {
			t.Errorf("the script never says %q", key)
		}
	}
}

// named reports whether a script names a text, or the beginning of its key up to a dot: t('state.' + …), t(`state.${…}`) or a key without it.
func named(script, key string) bool {
	key = strings.TrimSuffix(key, ".one")
	if strings.Contains(script, "'"+key+"'") {
		return true
	}
	for i := range key {
		if key[i] == '.' && (strings.Contains(script, "'"+key[:i+1]+"'") || strings.Contains(script, "`"+key[:i+1]+"$")) {
			return true
		}
	}
	return false
}

// What a page of one view loads of ours stays small; the library of charts apart.
func TestTheScriptStaysSmall(t *testing.T) {
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		t.Fatal(err)
	}
	size := map[string]int64{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		size[e.Name()] = info.Size()
	}
	shared := size["app.js"] + size["api.js"] + size["ui.js"] + size["acts.js"] + size["words.js"] + size["lost.js"]
	for _, v := range views() {
		if own := shared + size[v.name+".js"]; own > 32<<10 {
			t.Errorf("the page %s loads %d bytes of script", v.name, own)
		}
	}
}
