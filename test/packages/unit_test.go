package packages

import (
	"os"
	"os/exec"
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

// systemd waits for the end of its own children alone. After a handover the main process is none: the unit has to wait for it.
func TestTheServiceWaitsForASuccessorToStop(t *testing.T) {
	unit, err := os.ReadFile(top + "/configs/einlass.service")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^ExecStop=-/bin/sh -c '(.+)'$`).FindSubmatch(unit)
	if found == nil {
		t.Fatal("the unit has no command that stops it")
	}
	ended := filepath.Join(t.TempDir(), "ended")
	gateway := exec.Command("sh", "-c", `trap 'sleep 0.2; touch "$0"; exit' TERM; echo; while :; do sleep 0.01; done`, ended)
	said, err := gateway.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := gateway.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := said.Read(make([]byte, 1)); err != nil { // it has its trap
		t.Fatal(err)
	}
	gone := make(chan error, 1)
	go func() { gone <- gateway.Wait() }()
	stop := exec.Command("sh", "-c", string(found[1]))
	stop.Env = append(os.Environ(), "MAINPID="+strconv.Itoa(gateway.Process.Pid))
	if out, err := stop.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := os.Stat(ended); err != nil {
		t.Errorf("the gateway had not ended: %v", err)
	}
	if err := <-gone; err != nil {
		t.Error(err)
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
