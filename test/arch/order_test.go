package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// derives are the packages that may compute an order from an epoch and a number: the one that defines it, the stores, the
// model that they are checked against, the journal, whose lines leave an order out that is the number's own, and the clients that check
// the line from outside and see tickets without a draw. Everybody else has a place, which knows its order.
var derives = []string{
	"pkg/queue", "pkg/queue/memstore", "pkg/queue/redisstore", "pkg/queue/queuetest", "pkg/queue/queuetest/model", "pkg/queue/journal",
	"loadtest/sim", "loadtest/drive", "loadtest/chaos", "test/e2e/harness",
}

func TestOnlyStoresComputeAnOrderFromANumber(t *testing.T) {
	const root = "../.."
	files, found := token.NewFileSet(), map[string]int{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok && name.Name == "OrderOf" {
				found[filepath.ToSlash(rel)]++
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range derives {
		if found[dir] == 0 {
			t.Errorf("%s computes no order: take it off the list", dir)
		}
		delete(found, dir)
	}
	for dir, n := range found {
		t.Errorf("%s computes an order %d times: only the place knows it", dir, n)
	}
}
