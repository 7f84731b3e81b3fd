package packages

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// exposure is the most that systemd may see in the service, from 0 to 10.
const exposure = 2.0

var overall = regexp.MustCompile(`Overall exposure level for einlass\.service: ([0-9.]+)`)

func TestTheServiceIsSandboxed(t *testing.T) {
	found := overall.FindStringSubmatch(run(t, nil, "systemd-analyze", "security", "--no-pager", "--offline=yes", top+"/configs/einlass.service"))
	if found == nil {
		t.Fatal("systemd-analyze says no level")
	}
	if level, err := strconv.ParseFloat(found[1], 64); err != nil || level > exposure {
		t.Errorf("the exposure is %s, at most %v are wanted", found[1], exposure)
	}
}

// Go reads the length of the queue of connections below /proc/sys; without it 128 would have to do for a crowd.
func TestTheServiceSeesTheQueueOfConnections(t *testing.T) {
	unit, err := os.ReadFile(top + "/configs/einlass.service")
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`(?m)^ProcSubset=pid`).Match(unit) {
		t.Error("the service cannot read net.core.somaxconn")
	}
}

func TestEachOverrideOfLintianHasItsReason(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(top, "packaging/lintian-overrides"))
	if err != nil {
		t.Fatal(err)
	}
	n, reason := 0, false
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			reason = true
			continue
		}
		if n++; !reason {
			t.Errorf("no reason stands above %s", line)
		}
		reason = false
	}
	if n > 3 {
		t.Errorf("%d overrides, at most three are wanted", n)
	}
}
