// Package arch holds the rules about who may import whom.
package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/einlass/einlass/"

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func under(path string, roots ...string) bool {
	for _, root := range roots {
		if path == root || strings.HasPrefix(path, root+"/") {
			return true
		}
	}
	return false
}

// rules say what packages below `of` may not import. What they may import of ours stands in the table of
// docs/ARCHITECTURE.md.
var rules = []struct {
	name  string
	of    string
	but   []string // packages below `of` without the rule
	never []string
}{
	{
		name: "the queue's rules stand alone", of: "pkg/queue",
		but: []string{"pkg/queue/memstore", "pkg/queue/redisstore", "pkg/queue/queuetest", "pkg/queue/journal"},
		never: []string{
			"github.com/valyala/fasthttp", "github.com/redis/go-redis", "go.uber.org/zap",
		},
	},
	{
		name: "the admin tool knows no store", of: "cmd/admin",
		never: []string{module + "pkg/queue/memstore", module + "pkg/queue/redisstore", "github.com/redis/go-redis"},
	},
	{name: "plans have no store", of: "pkg/queue/plan", never: []string{"context", "net", "net/http"}},
	{name: "draws have no clock", of: "pkg/queue/draw", but: []string{"pkg/queue/draw/drand/drandtest"}, never: []string{"time", "context", "net", "net/http"}},
	{name: "codes are made without I/O", of: "internal/door", never: []string{"context", "net", "net/http", "os"}},
	{name: "pages know no server", of: "internal/web", never: []string{"github.com/valyala/fasthttp"}},
}

func TestSomeImportsAreForbidden(t *testing.T) {
	all := packages(t)
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			found := false
			for _, p := range all {
				path := strings.TrimPrefix(p.ImportPath, module)
				if !under(path, rule.of) || under(path, rule.but...) {
					continue
				}
				found = true
				for _, imported := range p.Imports {
					if under(imported, rule.never...) {
						t.Errorf("%s imports %s", path, imported)
					}
				}
			}
			if !found {
				t.Errorf("there is no package %s", rule.of)
			}
		})
	}
}

// keepers lists who alone may import a package, tests apart.
var keepers = []struct {
	what string
	who  []string
}{
	{"github.com/valyala/fasthttp", []string{"internal/httpx", "internal/gateway", "internal/proxy", "loadtest"}},
	{"github.com/cloudflare/circl", []string{"loadtest/sim", "pkg/queue/draw/drand"}},
	{module + "pkg/queue/memstore", []string{"cmd/gateway", "loadtest", "pkg/queue/memstore"}},
	{module + "pkg/queue/redisstore", []string{"cmd/gateway", "loadtest", "pkg/queue/redisstore", "test/e2e"}},
}

func TestSomePackagesHaveFewImporters(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		for _, keeper := range keepers {
			for _, imported := range p.Imports {
				if under(imported, keeper.what) && !under(path, keeper.who...) {
					t.Errorf("%s imports %s; only %v may", path, imported, keeper.who)
				}
			}
		}
	}
}
