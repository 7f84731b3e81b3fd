package web

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	sentDir = "assets/sent"
	sumsOf  = sentDir + "/sums.txt"
	// terser comes with the tests of browsers: make deps-browser.
	terser = "../../test/browser/node_modules/terser/bin/terser"
)

// A script is minified by hand, not when the gateway starts: nothing in Go makes it as small. Run with -update to do so (make scripts).
func TestScriptsAreSentAsTheirPartsAre(t *testing.T) {
	if *update {
		minifyScripts(t)
	}
	was, err := os.ReadFile(sumsOf)
	if err != nil {
		t.Fatal(err)
	}
	if sums := sumsOfScripts(t); sums != string(was) {
		t.Errorf("the scripts in %s are stale: run make scripts; they are\n%s, now\n%s", sentDir, was, sums)
	}
}

// What is kept is what the minifier makes.
func TestScriptsAreAsTheMinifierMakesThem(t *testing.T) {
	if _, err := os.Stat(terser); err != nil {
		t.Fatalf("the minifier is not there: make deps-browser (%v)", err)
	}
	for _, name := range scriptNames() {
		if sent, err := script(name); err != nil || !bytes.Equal(sent, minified(t, name)) {
			t.Errorf("%s differs (%v): run make scripts", name, err)
		}
	}
}

func scriptNames() []string {
	names := []string{"linked"}
	for name := range scriptParts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// sumsOfScripts are the checksums of what each script is made from and of what it became.
func sumsOfScripts(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, name := range scriptNames() {
		sent, err := os.ReadFile(filepath.Join(sentDir, name+".js"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%x %x %s\n", sha256.Sum256(mustScript(t, partsOf(name))), sha256.Sum256(sent), name)
	}
	return b.String()
}

func minifyScripts(t *testing.T) {
	t.Helper()
	for _, name := range scriptNames() {
		if err := os.WriteFile(filepath.Join(sentDir, name+".js"), minified(t, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(sumsOf, []byte(sumsOfScripts(t)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// minified is a script with short names, in ECMAScript 5. Functions with bodies of their own stay functions, as many that are put where they are
// called repeat less of each other. A name that ends with _ is that of a property which only the script itself reads and writes: it becomes short, too.
func minified(t *testing.T, name string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", terser, "--ecma", "5", "--mangle", "--mangle-props", "regex=/_$/", "--compress", "passes=3,inline=1,hoist_vars,negate_iife=false,collapse_vars=false")
	cmd.Stdin = bytes.NewReader(mustScript(t, partsOf(name)))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return bytes.TrimSpace(out)
}

func TestEveryPartOfTheScriptIsSent(t *testing.T) {
	var sent []string
	for _, name := range scriptNames() {
		sent = append(sent, partsOf(name)...)
	}
	for _, dir := range []string{"script", "draw"} {
		files, err := os.ReadDir(filepath.Join("assets", dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !slices.Contains(sent, dir+"/"+f.Name()) {
				t.Errorf("%s/%s is not sent", dir, f.Name())
			}
		}
	}
	for _, part := range slices.Concat(scriptParts["wait"], scriptParts["short"]) {
		if !slices.Contains(partsOf("linked"), part) {
			t.Errorf("%s is missing in what pages of the release before load", part)
		}
	}
}

// A script is sent to people: nothing that its author tells its reader, one line, short names.
func TestAScriptIsSentShort(t *testing.T) {
	sent, err := script("wait")
	if err != nil {
		t.Fatal(err)
	}
	if source := mustScript(t, scriptParts["wait"]); len(sent) > len(source)/2 || bytes.Contains(sent, []byte("renderAhead")) {
		t.Errorf("%d bytes of %d", len(sent), len(source))
	}
	for _, newer := range []string{"=>", "`", "?.", "??", "let ", "const "} {
		if bytes.Contains(sent, []byte(newer)) {
			t.Errorf("the script has %q, which is no ECMAScript 5", newer)
		}
	}
}
