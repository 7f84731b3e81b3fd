package arch

import (
	"bufio"
	"bytes"
	"go/build/constraint"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// makefile is what this package wants to know of the Makefile: the variables that are set with :=, and the recipe of each
// target.
type makefile struct {
	vars    map[string]string
	recipes map[string][]string
}

// continued is where the value of a variable goes on in the next line.
var continued = regexp.MustCompile(`\\\n +`)

func readMakefile(t *testing.T) makefile {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	m := makefile{vars: map[string]string{}, recipes: map[string][]string{}}
	var targets []string
	for _, line := range strings.Split(continued.ReplaceAllString(string(data), " "), "\n") {
		if command, ok := strings.CutPrefix(line, "\t"); ok {
			for _, target := range targets {
				m.recipes[target] = append(m.recipes[target], command)
			}
			continue
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		if name, value, ok := strings.Cut(line, ":="); ok && !strings.Contains(name, ":") {
			m.vars[strings.TrimSpace(name)] = strings.TrimSpace(value)
		} else if names, rest, ok := strings.Cut(line, ":"); ok && !strings.Contains(rest, ":=") {
			targets = strings.Fields(names)
			rest, _, _ = strings.Cut(rest, "##")
			for _, target := range targets {
				// What a target needs is a part of what it does.
				m.recipes[target] = append(m.recipes[target], "needs "+strings.TrimSpace(rest))
			}
		} else {
			targets = nil
		}
	}
	return m
}

// reached are the recipes of a target and of all that it needs or makes.
func (m makefile) reached(target string, seen map[string]bool) []string {
	if seen[target] {
		return nil
	}
	seen[target] = true
	var all []string
	for _, command := range m.recipes[target] {
		if rest, ok := strings.CutPrefix(command, "$(MAKE) "); ok {
			command = "needs " + rest
		}
		rest, ok := strings.CutPrefix(command, "needs ")
		if !ok {
			all = append(all, command)
			continue
		}
		for name, value := range m.vars {
			rest = strings.ReplaceAll(rest, "$("+name+")", value)
		}
		for _, next := range strings.Fields(rest) {
			all = append(all, m.reached(next, seen)...)
		}
	}
	return all
}

// of reads a flag of a command.
func of(command, flag string) string {
	words := strings.Fields(command)
	if i := slices.Index(words, flag); i >= 0 && i+1 < len(words) {
		return words[i+1]
	}
	return ""
}

// given are the build tags that no command of ours names: they come with the machine and with -race.
var given = []string{"linux", "darwin", "windows", "unix", "amd64", "arm64", "cgo", "race"}

// tagsOf are the tags that a file's constraint names.
func tagsOf(t *testing.T, file string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "package ") {
			break
		}
		if !constraint.IsGoBuild(line) {
			continue
		}
		expr, err := constraint.Parse(line)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		expr.Eval(func(tag string) bool {
			if !slices.Contains(given, tag) && !slices.Contains(tags, tag) {
				tags = append(tags, tag)
			}
			return true
		})
	}
	return tags
}

func testFiles(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.Dir}}`, module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for dir := range strings.Lines(string(out)) {
		found, err := filepath.Glob(filepath.Join(strings.TrimSpace(dir), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			name, err := filepath.Rel(top, file)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, name)
		}
	}
	if len(files) < 50 {
		t.Fatalf("only %d test files found", len(files))
	}
	return files
}

// A test that no package holds, or that its runner does not name, would never run and nobody would notice.
func TestEveryTestFileBelongsToALevel(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "*_test.go", "*.test.mjs", "*.test.js").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	m := readMakefile(t)
	if everyday := strings.Join(m.recipes["test"], "\n"); !strings.Contains(everyday, calmly) || !strings.Contains(everyday, allElse) || m.vars["PKGS"] != "./..." {
		t.Fatal("`make test` does not test all packages")
	}
	known := testFiles(t)
	for file := range strings.Lines(string(out)) {
		file = strings.TrimSpace(file)
		if strings.HasSuffix(file, "_test.go") {
			if !slices.Contains(known, file) {
				t.Errorf("%s is in no package that `make test` or `make long` tests", file)
			}
			continue
		}
		// A test of the browser is started by the Go tests of its directory, or of one above it.
		if !startedByGo(t, file) {
			t.Errorf("no Go test of its directory or above starts %s", file)
		}
	}
}

// startedByGo reports whether a Go test names a script.
func startedByGo(t *testing.T, script string) bool {
	t.Helper()
	for dir := filepath.Dir(script); dir != "."; dir = filepath.Dir(dir) {
		tests, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range tests {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(data, []byte(`"`+filepath.Base(script)+`"`)) {
				return true
			}
		}
	}
	return false
}

func TestEveryBuildTagOfATestIsPlayed(t *testing.T) {
	m := readMakefile(t)
	played := map[string][]string{} // by tag: the packages that a part of `make long` tests with it
	for _, command := range m.reached("long", map[string]bool{}) {
		words := strings.Fields(command)
		for _, tag := range strings.Split(of(command, "-tags"), ",") {
			played[tag] = append(played[tag], words[len(words)-1])
		}
	}
	found := false
	for _, file := range testFiles(t) {
		for _, tag := range tagsOf(t, file) {
			found = true
			if dir := "./" + filepath.Dir(file); !slices.Contains(played[tag], dir) {
				t.Errorf("%s has the build tag %s, with which no part of `make long` tests %s", file, tag, dir)
			}
			if !slices.Contains(strings.Split(m.vars["TAGS"], ","), tag) {
				t.Errorf("%s has the build tag %s, which TAGS does not name: `make lint` does not look at it", file, tag)
			}
		}
	}
	if !found {
		t.Error("no test file has a build tag: this test looks at nothing")
	}
}

func TestEveryPartOfTheLongTestsIsATarget(t *testing.T) {
	m := readMakefile(t)
	parts := strings.Fields(m.vars["LONG"])
	for _, part := range parts {
		if len(m.reached(part, map[string]bool{})) == 0 {
			t.Errorf("%s, a part of `make long`, does nothing", part)
		}
	}
	for target := range m.recipes {
		if strings.HasPrefix(target, "long-") && target != "long-parts" && !slices.Contains(parts, target) {
			t.Errorf("%s is no part of `make long`", target)
		}
	}
	// Each name begins in one of the mutants' parts.
	data, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for letter := 'a'; letter <= 'z'; letter++ {
		n := 0
		for _, chosen := range regexp.MustCompile(`(?m)^long-mutants-.*MUTANTS := (\S+)$`).FindAllStringSubmatch(string(data), -1) {
			if regexp.MustCompile(chosen[1]).MatchString(string(letter)) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("mutants whose names begin with %c are planted by %d parts", letter, n)
		}
	}
}

// A fault that is repeated a few times with every test is repeated often by `make long-crashes`, which finds its test by
// the name.
func TestEveryRepeatedFaultIsRepeatedOften(t *testing.T) {
	m := readMakefile(t)
	var pattern *regexp.Regexp
	for _, command := range m.recipes["long-crashes"] {
		if p := of(command, "-run"); p != "" && strings.HasSuffix(command, " ./test/e2e") {
			pattern = regexp.MustCompile(p)
		}
	}
	if pattern == nil {
		t.Fatal("long-crashes chooses no tests")
	}
	repeats := regexp.MustCompile(`(?s)\nfunc (Test\w+)\(t \*testing\.T\) \{(.*?)\n\}`)
	n := 0
	for _, file := range testFiles(t) {
		if filepath.Dir(file) != "test/e2e" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range repeats.FindAllStringSubmatch(string(data), -1) {
			if !strings.Contains(found[2], "repeat(") && !strings.Contains(found[2], "losses(") {
				continue
			}
			if n++; !pattern.MatchString(found[1]) {
				t.Errorf("%s repeats a fault, and -run %s does not find it", found[1], pattern)
			}
		}
	}
	if n < 5 {
		t.Errorf("only %d tests repeat a fault", n)
	}
}
