package gateway

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// All answers of our own are made in few files, and all cookies in others: what holds for each of them is seen at one look.
func TestAnswersAndCookiesAreMadeInOneFileEach(t *testing.T) {
	files := map[string]string{"Answer": "answer", "BreakOff": "answer", "SetCookie": "cookie", "Cookie": "cookie"}
	found := map[string]int{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !isVisit(method.X) {
				return true
			}
			if want, ok := files[method.Sel.Name]; ok {
				found[method.Sel.Name]++
				if !strings.HasPrefix(name, want) {
					t.Errorf("%s calls %s, which belongs in a file called %s…", name, method.Sel.Name, want)
				}
			}
			return true
		})
	}
	for method := range files {
		if found[method] == 0 {
			t.Errorf("nobody calls %s: does the test still see what it is for?", method)
		}
	}
}

// isVisit reports whether an expression is a visit by its name: v or x.v.
func isVisit(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "v"
	case *ast.SelectorExpr:
		return x.Sel.Name == "v"
	}
	return false
}
