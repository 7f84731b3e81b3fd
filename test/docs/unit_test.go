package docs

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
)

const readmeFile = "../../README.md"

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// setting is the value of a key of the unit for systemd.
func setting(t *testing.T, unit []byte, key string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + key + `=(.*)$`).FindSubmatch(unit)
	if found == nil {
		t.Fatalf("the unit has no %s", key)
	}
	return string(found[1])
}

func TestTheUnitFitsTheDefaultsAndTheREADME(t *testing.T) {
	unit, err := os.ReadFile("../../configs/einlass.service")
	if err != nil {
		t.Fatal(err)
	}
	defaults := config.Default()
	stop, err := time.ParseDuration(setting(t, unit, "TimeoutStopSec"))
	if need := defaults.Drain + defaults.StopTimeout; err != nil || stop <= need {
		t.Errorf("a stop may take %v, and needs %v: %v", stop, need, err)
	}
	files, err := strconv.Atoi(setting(t, unit, "LimitNOFILE"))
	if need := 2 * defaults.Limits.Connections; err != nil || files <= need {
		t.Errorf("%d files, and %d connections are two each: %v", files, defaults.Limits.Connections, err)
	}
	if !strings.Contains(setting(t, unit, "AmbientCapabilities"), "CAP_NET_BIND_SERVICE") {
		t.Error("ports below 1024 cannot be listened at")
	}
	text := readme(t)
	for key, says := range map[string]string{
		"StateDirectory": "dir: /var/lib/", "User": "useradd --system --user-group --no-create-home --shell /usr/sbin/nologin ", "Group": "--regid ",
	} {
		if value := setting(t, unit, key); !strings.Contains(text, says+value) {
			t.Errorf("the README does not say %q", says+value)
		}
	}
	for _, says := range []string{"install -m 644 configs/einlass.service /etc/systemd/system/", "cat >/etc/einlass/einlass.yaml "} {
		if !strings.Contains(text, says) {
			t.Errorf("the README does not say %q", says)
		}
	}
	if !strings.HasSuffix(setting(t, unit, "ExecStart"), "/gateway serve -c /etc/einlass/einlass.yaml") {
		t.Errorf("it starts %s", setting(t, unit, "ExecStart"))
	}
	t.Run("systemd reads it", func(t *testing.T) {
		tool, err := exec.LookPath("systemd-analyze")
		if err != nil {
			t.Log("there is no systemd-analyze on this machine: the values above are all that was looked at")
			return
		}
		file := t.TempDir() + "/einlass.service"
		here := bytes.ReplaceAll(unit, []byte("/usr/local/bin"), []byte(programs))
		here = bytes.ReplaceAll(here, []byte("=einlass\nGroup=einlass"), []byte("=daemon\nGroup=daemon"))
		if err := os.WriteFile(file, here, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), tool, "verify", file).CombinedOutput(); err != nil || strings.Contains(string(out), file) {
			t.Errorf("%v: %s", err, out)
		}
	})
}
