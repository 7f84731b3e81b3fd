// Command chart renders a Helm chart without a cluster and prints its manifests in the order of their names:
//
//	chart DIRECTORY [VALUES.yaml]
//
// It holds the chart to values.schema.json and to Helm's own lint, and each manifest to the Kubernetes API: a field that the API
// does not know, or of another type, is refused with its name.
package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "chart: DIRECTORY and at most one file of values are wanted")
		os.Exit(2)
	}
	out, err := show(os.Args[1], os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
	fmt.Print(out)
}

func show(dir string, files []string) (string, error) {
	values := map[string]any{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if err := yaml.UnmarshalStrict(data, &values); err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
	}
	rendered, err := render(dir, values)
	if err != nil {
		return "", err
	}
	if err := linted(dir, values); err != nil {
		return "", err
	}
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(rendered)) {
		for document := range strings.SplitSeq(rendered[name], "\n---\n") {
			if strings.TrimSpace(document) == "" || !strings.HasSuffix(name, ".yaml") {
				continue
			}
			if err := known([]byte(document)); err != nil {
				return "", fmt.Errorf("%s: %w", name, err)
			}
			fmt.Fprintf(&out, "---\n# %s\n%s\n", name, strings.Trim(document, "\n"))
		}
	}
	return out.String(), nil
}

// render is helm template, with the schema of the values.
func render(dir string, values map[string]any) (map[string]string, error) {
	chart, err := loader.LoadDir(dir)
	if err != nil {
		return nil, err
	}
	release := common.ReleaseOptions{Name: "town", Namespace: "einlass", Revision: 1, IsInstall: true}
	all, err := util.ToRenderValues(chart, values, release, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	return engine.Engine{Strict: true}.Render(chart, all)
}

// linted is helm lint --strict.
func linted(dir string, values map[string]any) error {
	var problems []string
	for _, message := range lint.RunAll(dir, values, "einlass").Messages {
		if message.Severity >= support.WarningSev {
			problems = append(problems, message.Error())
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s", strings.Join(problems, "\n"))
	}
	return nil
}

// known decodes a manifest into the type that it says it is.
func known(document []byte) error {
	var kind metav1.TypeMeta
	if err := yaml.Unmarshal(document, &kind); err != nil {
		return err
	}
	var into any
	switch kind.APIVersion + " " + kind.Kind {
	case "apps/v1 Deployment":
		into = &appsv1.Deployment{}
	case "v1 Service":
		into = &corev1.Service{}
	case "v1 ConfigMap":
		into = &corev1.ConfigMap{}
	case "policy/v1 PodDisruptionBudget":
		into = &policyv1.PodDisruptionBudget{}
	default:
		return fmt.Errorf("%s %s: no manifest of this chart is one", kind.APIVersion, kind.Kind)
	}
	return yaml.UnmarshalStrict(document, into)
}
