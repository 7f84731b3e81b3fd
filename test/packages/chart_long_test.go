//go:build long

package packages

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// chartTool renders and checks a chart; it is compiled once.
func chartTool(t *testing.T) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "chart")
	run(t, nil, "go", "-C", top+"/tools/chart", "build", "-o", tool, ".")
	return tool
}

// manifest is what this test looks at in a manifest.
type manifest struct {
	Kind string
	Data map[string]string
	Spec struct {
		Replicas int
		Template struct {
			Spec struct {
				Containers []struct {
					Readiness map[string]any `yaml:"readinessProbe"`
					Liveness  map[string]any `yaml:"livenessProbe"`
					Startup   map[string]any `yaml:"startupProbe"`
					Security  struct {
						ReadOnly bool `yaml:"readOnlyRootFilesystem"`
					} `yaml:"securityContext"`
				}
			}
		}
	}
}

func manifests(t *testing.T, text string) map[string]manifest {
	t.Helper()
	all := map[string]manifest{}
	for reader := yaml.NewDecoder(bytes.NewReader([]byte(text))); ; {
		var m manifest
		err := reader.Decode(&m)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		all[m.Kind] = m
	}
}

func TestTheChartRunsTwoGateways(t *testing.T) {
	t.Parallel()
	tool, chart := chartTool(t), top+"/packaging/chart"
	all := manifests(t, run(t, nil, tool, chart))
	for _, kind := range []string{"Deployment", "Service", "ConfigMap", "PodDisruptionBudget"} {
		if _, ok := all[kind]; !ok {
			t.Errorf("no %s is rendered", kind)
		}
	}
	deployment := all["Deployment"].Spec
	if deployment.Replicas != 2 || len(deployment.Template.Spec.Containers) != 1 {
		t.Fatalf("%d gateways, %d containers", deployment.Replicas, len(deployment.Template.Spec.Containers))
	}
	gateway := deployment.Template.Spec.Containers[0]
	if gateway.Readiness == nil || gateway.Liveness == nil || gateway.Startup == nil || !gateway.Security.ReadOnly {
		t.Errorf("a probe is missing, or the root can be written: %+v", gateway)
	}
	// What the chart makes of its values is a configuration of the gateway.
	config := filepath.Join(t.TempDir(), "einlass.yaml")
	if err := os.WriteFile(config, []byte(all["ConfigMap"].Data["einlass.yaml"]), 0o600); err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	program := filepath.Join(unpacked(t, deb("amd64")), "usr/bin/gateway")
	run(t, []string{keyring, "EINLASS_ADMIN__TOKEN=0123456789abcdef", "EINLASS_STATE__DIR=" + state}, program, "config", "check", config)

	for values, named := range map[string]string{
		"replicas: two":                      "replicas",
		"image: {tagg: x}":                   "tagg",
		"terminationGracePeriodSeconds: 10":  "terminationGracePeriodSeconds",
		"resources: {requests: {cpu: [1]}}":  "quantities",
		"tolerations: [{effekt: NoExecute}]": "effekt",
		"config: {listen: {http: ':1'}}":     "config",
	} {
		file := filepath.Join(t.TempDir(), "values.yaml")
		if err := os.WriteFile(file, []byte(values+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), tool, chart, file).CombinedOutput()
		if err == nil || !strings.Contains(string(out), named) {
			t.Errorf("%s: %v, %q is not in: %.800s", values, err, named, out)
		}
	}
}
