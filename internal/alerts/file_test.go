package alerts_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/internal/alerts"
)

var update = flag.Bool("update", false, "write the file of rules anew")

// ruleFile is a file of rules as Prometheus reads it.
type ruleFile struct {
	Groups []ruleGroup `yaml:"groups"`
}

type ruleGroup struct {
	Name  string     `yaml:"name"`
	Rules []fileRule `yaml:"rules"`
}

type fileRule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// rulesFile is the path of the file of all rules.
func rulesFile(t *testing.T) string {
	path, err := filepath.Abs("../../configs/prometheus/einlass.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheFileForPrometheusHoldsTheRules(t *testing.T) {
	group := ruleGroup{Name: "einlass"}
	for _, r := range alerts.Rules() {
		one := fileRule{Alert: r.Name, Expr: r.Expr, Labels: map[string]string{"severity": string(r.Severity)}, Annotations: annotations(r)}
		if r.For > 0 {
			one.For = fmt.Sprintf("%ds", r.For/time.Second)
		}
		group.Rules = append(group.Rules, one)
	}
	var want bytes.Buffer
	want.WriteString("# Alerts of Einlass for Prometheus (rule_files). A gateway watches the same conditions by itself: alerts in its configuration.\n")
	enc := yaml.NewEncoder(&want)
	enc.SetIndent(2)
	if err := enc.Encode(ruleFile{Groups: []ruleGroup{group}}); err != nil {
		t.Fatal(err)
	}
	path := rulesFile(t)
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is not that of the rules, write it with -update (%v)", path, err)
	}
	if out, err := exec.CommandContext(t.Context(), "promtool", "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

func TestTheManualNamesEachRule(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range alerts.Rules() {
		if !bytes.Contains(text, []byte("| "+r.Name+" |")) {
			t.Errorf("docs/operations.md does not say when %s holds", r.Name)
		}
	}
}
