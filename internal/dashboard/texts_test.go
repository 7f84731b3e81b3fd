package dashboard

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"os"
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

var problemKind = regexp.MustCompile(`(?m)^\t(Problem\w+) +ProblemKind = "(\w+)"$`)

// Whatever can be wrong with a schedule is said in the language of who looks at it, with all that its own text names.
func TestEachProblemOfAScheduleHasAText(t *testing.T) {
	source, err := os.ReadFile("../../pkg/queue/plan/problem.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := problemKind.FindAllSubmatch(source, -1)
	if len(kinds) < 40 {
		t.Fatalf("%d kinds are found", len(kinds))
	}
	for _, kind := range kinds {
		own := regexp.MustCompile(`(?m)^\t` + string(kind[1]) + `: +"(.*)",$`).FindSubmatch(source)
		if own == nil {
			t.Errorf("%s has no text of its own", kind[1])
			continue
		}
		values := strings.Count(string(own[1]), "%")
		for _, tag := range languages() {
			texts, err := loadTexts(tag)
			if err != nil {
				t.Fatal(err)
			}
			text := texts.Script["wrong."+string(kind[2])]
			if text == "" || strings.Count(text, "{") != values || values > 0 && !strings.Contains(text, fmt.Sprintf("{%d}", values-1)) {
				t.Errorf("%s: of %s, %q names %d values: %q", tag, kind[2], own[1], values, text)
			}
		}
	}
}

var imported = regexp.MustCompile(`(?m)^import .* from '\./([\w.]+)';$`)

// What a page of one view loads of ours stays small, as it is sent and as it is read; the library of charts apart.
func TestTheScriptStaysSmall(t *testing.T) {
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range views() {
		sent, read, seen := 0, 0, map[string]bool{}
		var load func(name string)
		load = func(name string) {
			if seen[name] {
				return
			}
			seen[name] = true
			file := d.assets[name]
			if file == nil {
				t.Fatalf("the page %s imports %s, which is not there", v.name, name)
			}
			read += len(file.body)
			sent += len(cmp.Or(string(file.packed), string(file.body)))
			for _, found := range imported.FindAllSubmatch(file.body, -1) {
				load(string(found[1]))
			}
		}
		load("app.js")
		load(v.name + ".js")
		t.Logf("%s: %d bytes of script in %d files, sent as %d", v.name, read, len(seen), sent)
		if sent > 15<<10 || read > 37<<10 {
			t.Errorf("the page %s loads %d bytes of script, sent as %d", v.name, read, sent)
		}
	}
}
