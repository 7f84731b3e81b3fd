//go:build long

package packages

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// keyring is one as an administrator makes it for .env.
const keyring = "KEYRING=k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

func composed(t *testing.T, file string, env ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "-C", top+"/tools/compose", "run", ".", file)
	cmd.Env = append(cmd.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestTheComposeFileIsValid(t *testing.T) {
	dir, err := filepath.Abs(top + "/packaging/compose")
	if err != nil {
		t.Fatal(err)
	}
	out, err := composed(t, dir+"/compose.yaml", keyring)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var project struct {
		Services map[string]struct {
			User     string
			ReadOnly bool     `json:"read_only"`
			CapDrop  []string `json:"cap_drop"`
			Command  []string
		}
	}
	if err := json.Unmarshal([]byte(out), &project); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	gateway, valkey := project.Services["gateway"], project.Services["valkey"]
	if gateway.User != "65532:65532" || !gateway.ReadOnly || !slices.Contains(gateway.CapDrop, "ALL") {
		t.Errorf("the gateway may do too much: %+v", gateway)
	}
	if !strings.Contains(strings.Join(valkey.Command, " "), "--maxmemory-policy noeviction") {
		t.Errorf("Valkey may throw places away: %v", valkey.Command)
	}
	if out, err := composed(t, dir+"/compose.yaml"); err == nil || !strings.Contains(out, "KEYRING") {
		t.Errorf("without a keyring: %v: %s", err, out)
	}
	text, err := os.ReadFile(dir + "/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{"read_only:", "readonly:"}, {"source: einlass", "source: other"}, {"state:/var", "elsewhere:/var"}} {
		wrong := filepath.Join(t.TempDir(), "compose.yaml")
		if err := os.WriteFile(wrong, []byte(strings.Replace(string(text), change[0], change[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := composed(t, wrong, keyring); err == nil {
			t.Errorf("%s is taken: %.200s", change[1], out)
		}
	}
}

func TestTheConfigurationOfTheComposeFileIsAccepted(t *testing.T) {
	gateway := filepath.Join(unpacked(t, deb("amd64")), "usr/bin/gateway")
	run(t, []string{keyring}, gateway, "config", "check", top+"/packaging/compose/einlass.yaml")
}
