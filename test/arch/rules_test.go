package arch

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pageRules is the table of the rules of the citizen's page. Its second column names what proves each of them, which is one of
//
//	internal/web, TestA, TestB/some case
//	test/browser/gate, "a title of a test"
//	test/browser, controls: a title, or how it begins
//
// with a semicolon between several.
const pageRules = "docs/pages/rules.md"

var (
	// nodeTest is a test in an .mjs file, and its title.
	nodeTest = regexp.MustCompile("\\b(?:test|long)\\)?\\(\\s*(?:'((?:[^'\\\\]|\\\\.)*)'|\"((?:[^\"\\\\]|\\\\.)*)\"|`([^`]*)`)")
	goTests  = regexp.MustCompile(`^(?:Test|Fuzz|Benchmark)\w+`)
	// between stands between two tests of a cell: each begins with its package.
	between = regexp.MustCompile(`;\s+`)
)

// named are the tests that the tables of a document name, each as it is written there.
func named(document []byte) (tests []string) {
	for line := range strings.Lines(string(document)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || strings.HasPrefix(strings.TrimSpace(cells[2]), "---") || strings.TrimSpace(cells[2]) == "test" {
			continue
		}
		tests = append(tests, between.Split(strings.TrimSpace(cells[2]), -1)...)
	}
	return tests
}

// missing says why a named test does not exist; empty: it does.
func missing(t *testing.T, test string) string {
	t.Helper()
	dir, rest, found := strings.Cut(test, ", ")
	if !found {
		return "a test is written PACKAGE, NAME"
	}
	if info, err := os.Stat(filepath.Join(root, dir)); err != nil || !info.IsDir() {
		return "there is no directory " + dir
	}
	if goTests.MatchString(rest) {
		return missingInGo(t, dir, rest)
	}
	return missingInNode(t, dir, rest)
}

func missingInGo(t *testing.T, dir, names string) string {
	t.Helper()
	source := sources(t, filepath.Join(dir, "*_test.go"))
	for name := range strings.SplitSeq(names, ",") {
		name, sub, _ := strings.Cut(strings.TrimSpace(name), "/")
		if !strings.Contains(source, "\nfunc "+name+"(") {
			return dir + " has no " + name
		}
		if sub != "" && !strings.Contains(source, `"`+sub+`"`) && !strings.Contains(source, `"`+strings.ReplaceAll(sub, "_", " ")+`"`) {
			return name + " has no case " + sub
		}
	}
	return ""
}

func missingInNode(t *testing.T, dir, title string) string {
	t.Helper()
	pattern := "*.test.mjs"
	if file, inFile, found := strings.Cut(title, ": "); found && !strings.Contains(file, " ") {
		pattern, title = file+".test.mjs", inFile
	}
	whole := strings.HasPrefix(title, `"`)
	title = strings.Trim(title, `"`)
	for _, m := range nodeTest.FindAllStringSubmatch(sources(t, filepath.Join(dir, pattern)), -1) {
		written := m[1] + m[2] + m[3]
		written = strings.NewReplacer(`\'`, `'`, `\"`, `"`).Replace(written)
		// The title of a test that is played several times ends in what differs.
		fixed, _, several := strings.Cut(written, "${")
		switch {
		case written == title, several && fixed != "" && strings.HasPrefix(title, fixed), !whole && strings.HasPrefix(written, title):
			return ""
		}
	}
	return filepath.Join(dir, pattern) + " has no test " + title
}

// sources is the text of all files of a pattern below the root.
func sources(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

func TestEveryRuleOfThePagesNamesTestsThatExist(t *testing.T) {
	document, err := os.ReadFile(filepath.Join(root, pageRules))
	if err != nil {
		t.Fatal(err)
	}
	tests := named(document)
	if len(tests) < 20 {
		t.Fatalf("only %d tests are named in %s", len(tests), pageRules)
	}
	for _, test := range tests {
		if why := missing(t, test); why != "" {
			t.Errorf("%s: %q: %s", pageRules, test, why)
		}
	}
}

// What is no test of this tree is found out, in each way of naming one.
func TestATestThatDoesNotExistIsFoundOut(t *testing.T) {
	const dir, own = "test/arch", "TestATestThatDoesNotExistIsFoundOut"
	document := "| rule | test | run |\n|---|---|---|\n| a | " + dir + ", " + own + "; " + dir + ", TestB | make test |\n"
	if got := named([]byte(document)); len(got) != 2 || got[0] != dir+", "+own || got[1] != dir+", TestB" {
		t.Fatalf("named are %q", got)
	}
	for test, exists := range map[string]bool{
		dir + ", " + own: true,
		"cmd/gateway, TestEachMistakeIsFoundBeforeTheMorning/no_languages": true,
		"cmd/gateway, TestEachMistakeIsFoundBeforeTheMorning/no_mistake":   false,
		dir + ", " + own + ", TestB":                                       false,
		dir + ", " + own[:len(own)-1]:                                      false,
		"test/nowhere, " + own:                                             false,
		own:                                                                false,
		"test/browser/gate, \"who leaves in one tab takes no number in the other\"": true,
		"test/browser/gate, \"who leaves in one tab\"":                              false,
		"test/browser, turn: who is at the page is told":                            true,
		"test/browser, waiting: who is at the page is told":                         false,
		"test/browser, turn: at the door the page asks until it is in: full":        true,
	} {
		if why := missing(t, test); (why == "") != exists {
			t.Errorf("%s: %q", test, why)
		}
	}
}
