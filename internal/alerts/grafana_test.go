package alerts_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/pkg/queue"
)

var metricName = regexp.MustCompile(`\b(?:einlass|process|go)_[a-z_]+`)

// Each expression of the dashboard is read by Prometheus' own tool, and each name in it is one that the gateway exports.
func TestTheDashboardForGrafanaAsksForWhatThereIs(t *testing.T) {
	text, err := os.ReadFile("../../configs/grafana/einlass.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil || len(board.Panels) < 10 {
		t.Fatalf("%d panels, %v", len(board.Panels), err)
	}
	type recording struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	known := exported(t)
	var rules []recording
	for _, p := range board.Panels {
		if len(p.Targets) == 0 {
			t.Errorf("%s asks for nothing", p.Title)
		}
		for _, target := range p.Targets {
			expr := strings.ReplaceAll(target.Expr, "$room", ".*")
			rules = append(rules, recording{fmt.Sprintf("x:y%d", len(rules)), expr})
			for _, name := range metricName.FindAllString(expr, -1) {
				if !known[name] {
					t.Errorf("%s: no metric is called %s", p.Title, name)
				}
			}
		}
	}
	doc, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "x", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "promtool", "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

// exported are the names of what a gateway exports on a morning with a quota, and of the parts of its histograms.
func exported(t *testing.T) map[string]bool {
	w, reg := newWorld(t)
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	w.f.Opening.Quota = 100
	w.show()
	w.room.Usage(queue.Usage{Possible: 10, Used: 9})
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range families {
		known[f.GetName()], known[f.GetName()+"_bucket"] = true, true
	}
	return known
}
