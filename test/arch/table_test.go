package arch

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// row is a row of ARCHITECTURE's table of packages.
type row struct {
	packages []string // paths below the module; with "/..." at its end: and all below
	imports  []string // names of packages of ours, as the table's first column ends; nil: any
}

var (
	quoted = regexp.MustCompile("`([^`]+)`")
	// any stands in the last column of a row that may import everything of ours.
	anything = "any"
)

// readTable reads the rows under the heading "## Packages" of docs/ARCHITECTURE.md: package or packages, what they are,
// what they import of ours.
func readTable(t *testing.T) []row {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "docs/ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := bytes.Cut(data, []byte("\n## Packages\n"))
	if !found {
		t.Fatal("docs/ARCHITECTURE.md has no section Packages")
	}
	section, _, _ = bytes.Cut(section, []byte("\n## "))
	var rows []row
	for line := range strings.Lines(string(section)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || !quoted.MatchString(cells[1]) {
			continue
		}
		var r row
		for _, found := range quoted.FindAllStringSubmatch(cells[1], -1) {
			r.packages = append(r.packages, found[1])
		}
		if last := strings.TrimSpace(cells[3]); last != anything {
			r.imports = []string{}
			for name := range strings.SplitSeq(last, ",") {
				if name = strings.TrimSpace(name); name != "none" {
					r.imports = append(r.imports, name)
				}
			}
		}
		rows = append(rows, r)
	}
	if len(rows) < 20 {
		t.Fatalf("only %d rows found", len(rows))
	}
	return rows
}

// names reports whether one of the row's packages is this one. A path with "/..." stands for all below it too.
func (r row) names(path string) bool {
	return slices.ContainsFunc(r.packages, func(p string) bool {
		if above, ok := strings.CutSuffix(p, "/..."); ok {
			return under(path, above)
		}
		return p == path
	})
}

// permits reports whether the row's packages may import a package of ours: each other, and what the last column names
// by the end of its path.
func (r row) permits(path string) bool {
	return r.imports == nil || r.names(path) || slices.ContainsFunc(r.imports, func(name string) bool {
		return path == name || strings.HasSuffix(path, "/"+name)
	})
}

func TestEveryPackageImportsWhatTheTableSays(t *testing.T) {
	rows := readTable(t)
	all := packages(t)
	used := map[string]bool{}
	for _, p := range all {
		path := strings.TrimPrefix(p.ImportPath, module)
		i := slices.IndexFunc(rows, func(r row) bool { return r.names(path) })
		if i < 0 {
			t.Errorf("%s has no row in docs/ARCHITECTURE.md", path)
			continue
		}
		for _, imported := range p.Imports {
			own, isOwn := strings.CutPrefix(imported, module)
			if !isOwn {
				continue
			}
			used[rows[i].packages[0]+" "+lastOf(own)] = true
			if !rows[i].permits(own) {
				t.Errorf("%s imports %s, which its row in docs/ARCHITECTURE.md does not name", path, own)
			}
		}
	}
	for _, r := range rows {
		for _, path := range r.packages {
			if !slices.ContainsFunc(all, func(p pkg) bool { return row{packages: []string{path}}.names(strings.TrimPrefix(p.ImportPath, module)) }) {
				t.Errorf("docs/ARCHITECTURE.md has a row for %s, which does not exist", path)
			}
		}
		for _, name := range r.imports {
			if !used[r.packages[0]+" "+lastOf(name)] {
				t.Errorf("docs/ARCHITECTURE.md says that %s imports %s, and it does not", r.packages[0], name)
			}
		}
	}
}

func lastOf(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
