package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What `make test` plays without the race detector and with it: all packages, each once.
const (
	calmly  = "$(GO) test $(PLAIN) $(EACH) -p $(WAITS) $(CALM);"
	allElse = `$(GO) test $(RACE) $(EACH) -p $(TESTS) $(FIRST) $$(grep -vxF "$$calm" <<<"$$all")`
)

// packagesOf lists what patterns of the Makefile name, by their paths in the module.
func packagesOf(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	var paths []string
	for line := range strings.Lines(string(out)) {
		if path, ours := strings.CutPrefix(strings.TrimSpace(line), module); ours {
			paths = append(paths, strings.TrimPrefix(path, "/"))
		}
	}
	return paths
}

// A package that is played without the race detector has its turn with it in the long tests.
func TestRacesAreLookedForInEveryPackage(t *testing.T) {
	m := readMakefile(t)
	calm := packagesOf(t, strings.Fields(m.vars["CALM"])...)
	for _, path := range packagesOf(t, strings.Fields(m.vars["FIRST"])...) {
		if slices.Contains(calm, path) {
			t.Errorf("%s is played twice by make test", path)
		}
	}
	for part, filter := range map[string]string{"long-races": "grep -v '/test/'", "long-races-ways": "grep '/test/' | grep -v '/test/e2e'"} {
		played := slices.ContainsFunc(m.recipes[part], func(command string) bool {
			return strings.HasPrefix(command, "$(RACING)") && strings.Contains(command, "list $(CALM) | "+filter+")")
		})
		if !played {
			t.Errorf("%s does not play CALM with the race detector", part)
		}
	}
	ways := slices.ContainsFunc(m.recipes["long-scenes"], func(command string) bool {
		return strings.Contains(command, " -race ") && strings.HasSuffix(command, " ./test/e2e")
	})
	if !ways {
		t.Error("no part plays test/e2e with the race detector")
	}
}

// What a gateway is made of and what starts goroutines or answers requests is looked at for races with every change.
func TestWhatServesIsLookedAtForRaces(t *testing.T) {
	calm := packagesOf(t, strings.Fields(readMakefile(t).vars["CALM"])...)
	gateway := packagesOf(t, "-deps", "./cmd/gateway")
	found := 0
	for _, path := range gateway {
		why := concurrent(t, path)
		if why == "" {
			continue
		}
		found++
		if slices.Contains(calm, path) {
			t.Errorf("%s %s: take it out of CALM", path, why)
		}
	}
	if found < 10 {
		t.Errorf("only %d packages of the gateway serve", found)
	}
}

// concurrent says what in a package runs beside other code; empty: nothing.
func concurrent(t *testing.T, path string) (why string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, path, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				why = "starts goroutines"
			case *ast.SelectorExpr:
				if in, ok := n.X.(*ast.Ident); ok && (in.Name == "fasthttp" && n.Sel.Name == "RequestCtx" || in.Name == "http" && n.Sel.Name == "ResponseWriter") {
					why = "answers requests"
				}
			}
			return true
		})
	}
	return why
}
