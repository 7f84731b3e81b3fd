//go:build long

package packages

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// machine is a Debian with its own systemd as process 1, on a network of its own that has nothing but loopback.
type machine struct {
	t      *testing.T
	root   string
	init   int // its process 1, as this machine counts
	crowds int // so many have come to its site
}

// contents are the packages that a town's machine has besides: they come before it is cut off from the network.
const contents = "systemd,systemd-sysv,dbus,nginx-light,openssl,ca-certificates"

// masked are units for hardware and consoles, which this machine has not.
var masked = []string{
	"systemd-sysctl.service", "systemd-udevd.service", "systemd-udev-trigger.service", "systemd-udevd-kernel.socket",
	"systemd-udevd-control.socket", "getty.target", "console-getty.service", "systemd-logind.service",
	"apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "fstrim.timer", "dpkg-db-backup.timer",
}

// newMachine installs and boots one. It ends with the test, also when that fails: process 1 dies, and all of it with it.
func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, root: filepath.Join(t.TempDir(), "town")}
	cached, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cached = filepath.Join(cached, "einlass-debian")
	if err := os.MkdirAll(cached, 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, nil, "debootstrap", "--variant=minbase", "--cache-dir="+cached, "--include="+contents, "bookworm", m.root)
	for _, unit := range masked {
		if err := os.Symlink("/dev/null", m.path("etc/systemd/system/"+unit)); err != nil {
			t.Fatal(err)
		}
	}
	m.boot()
	return m
}

func (m *machine) path(name string) string { return filepath.Join(m.root, name) }

// boot starts it and waits until systemd says that all is up.
func (m *machine) boot() {
	m.t.Helper()
	console := new(bytes.Buffer)
	cmd := exec.Command("testdata/boot.sh", m.root)
	cmd.Stdout, cmd.Stderr = console, console
	// Without this test nobody would end it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		m.forgets(fmt.Sprintf("einlass-town-%d", cmd.Process.Pid))
	})
	ctx, cancel := context.WithTimeout(m.t.Context(), 2*time.Minute)
	defer cancel()
	for m.init == 0 {
		select {
		case <-ctx.Done():
			m.t.Fatalf("systemd does not start: %s", console)
		case <-time.After(50 * time.Millisecond):
			m.init = systemdOf(cmd.Process.Pid)
		}
	}
	for {
		out, err := m.try("systemctl is-system-running --wait")
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			failed, _ := m.try("systemctl --failed --no-pager")
			m.t.Fatalf("it does not come up: %s %v\n%s\n%s", out, err, failed, console)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// forgets removes the cgroups that its systemd made, once the last of its processes has gone.
func (m *machine) forgets(group string) {
	var err error
	for range 100 {
		var out []byte
		out, err = exec.Command("bash", "-euc", `findmnt -n -t cgroup2 -o TARGET | while read -r top; do
			find "$top" -depth -type d -path "*/$0*" -exec rmdir {} \;
			[ -z "$(find "$top" -type d -name "$0")" ]
		done`, group).CombinedOutput()
		if err == nil {
			return
		}
		err = fmt.Errorf("%w: %s", err, out)
		<-time.After(50 * time.Millisecond)
	}
	m.t.Errorf("cgroups are left: %v", err)
}

// systemdOf is the child of unshare once it is systemd, else 0.
func systemdOf(parent int) int {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", parent, parent))
	if err != nil {
		return 0
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil {
		return 0
	}
	if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", child)); err != nil || strings.TrimSpace(string(name)) != "systemd" {
		return 0
	}
	return child
}

// within is a command on that machine.
func (m *machine) within(script string) *exec.Cmd {
	cmd := exec.CommandContext(m.t.Context(), "nsenter", "-t", strconv.Itoa(m.init), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w",
		"env", "-i", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C", "bash", "-euc", script)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (m *machine) try(script string) (string, error) {
	out, err := m.within(script).CombinedOutput()
	return string(out), err
}

// sh runs a script there as root; one that fails ends the test, with the end of the gateway's log.
func (m *machine) sh(script string) string {
	m.t.Helper()
	out, err := m.try(script)
	if err != nil {
		log, _ := m.try("journalctl --no-pager -u einlass -u nginx | tail -n 40")
		m.t.Fatalf("%s: %v\n%.4000s\n%.8000s", script, err, out, log)
	}
	return out
}

// brings copies a file to that machine.
func (m *machine) brings(file, to string) {
	m.t.Helper()
	run(m.t, nil, "cp", file, m.path(to))
}

func (m *machine) writes(name, text string) {
	m.t.Helper()
	if err := os.WriteFile(m.path(name), []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
}
