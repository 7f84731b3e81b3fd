//go:build long

package packages

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/test/docs/blocks"
)

// sockets is what systemctl edit einlass.socket is told, so that connections queue while the service restarts.
const sockets = `[Socket]
ListenStream=
ListenStream=127.0.0.1:8080
`

// theSite is what an administrator has before: the site, and a name that leads to the machine.
const theSite = `
echo "127.0.0.1 termine.example.org" >>/etc/hosts
systemd-run --unit=site --collect portal -listen 127.0.0.1:8000
`

const (
	// running prints the version of the service's process.
	running = `"/proc/$(systemctl show -P MainPID einlass)/exe" --version`
	// inside waits for the first people inside.
	inside = `export EINLASS_ADMIN_TOKEN=$(cat /var/lib/einlass/admin-token)
		for i in {1..300}; do admin rooms --json | grep -Eq '"inside": ?[1-9]' && exit 0; sleep 0.2; done; exit 1`
)

// newerVersion is that of the upgrade.
const newerVersion = "1.2.4"

// crowd is what loadtest drive tells of the citizens.
type crowd struct {
	Arrived int64
	Ends    map[string]int64
	Lost    int64
	// Requests in all, and how long anybody waited for any answer, in nanoseconds.
	Requests int64
	Longest  int64 `json:"longest_silence"`
	Kinds    []struct {
		Kind   string
		Status map[string]int64
		Errors map[string]int64
	}
}

// failed are the requests that had no answer, or one that a server at fault gives.
func (c *crowd) failed() (n int64, what []string) {
	for _, kind := range c.Kinds {
		for status, times := range kind.Status {
			if strings.HasPrefix(status, "5") {
				n += times
				what = append(what, fmt.Sprintf("%s: %d times status %s", kind.Kind, times, status))
			}
		}
		for why, times := range kind.Errors {
			n += times
			what = append(what, fmt.Sprintf("%s: %d times %s", kind.Kind, times, why))
		}
	}
	return n, what
}

const drives = "loadtest drive --target https://127.0.0.1 --host termine.example.org --ca /etc/einlass/tls/cert.pem --json /root/crowd.json "

// came reads what became of a crowd.
func (m *machine) came() *crowd {
	m.t.Helper()
	var c crowd
	if err := json.Unmarshal([]byte(m.sh("cat /root/crowd.json")), &c); err != nil {
		m.t.Fatal(err)
	}
	return &c
}

// TestFromABareDebianToABookingAndBack is an administrator who follows docs/de/installation.md, block by block, and tries besides what
// docs/packages.md says of a restart.
func TestFromABareDebianToABookingAndBack(t *testing.T) {
	t.Parallel()
	newer := t.TempDir()
	if err := makePackages(source, newer, newerVersion, "amd64"); err != nil {
		t.Fatal(err)
	}
	m := newMachine(t)
	run(t, []string{"CGO_ENABLED=0"}, "go", "build", "-o", m.path("usr/local/bin/"), top+"/loadtest", top+"/loadtest/portal")
	m.sh(theSite)
	before := m.files()
	said := m.guide(installation)
	manual, err := os.ReadFile(installation)
	if err != nil {
		t.Fatal(err)
	}

	m.brings(deb("amd64"), "root/")
	m.brings(filepath.Join(dist, "SHA256SUMS"), "root/")
	began := time.Now()
	if out := said("paket"); !strings.Contains(out, filepath.Base(deb("amd64"))+": OK") {
		t.Errorf("the package is not held to its sum: %s", out)
	}
	if out, _ := m.try("systemctl is-enabled einlass"); strings.TrimSpace(out) != "disabled" {
		t.Errorf("a gateway without a site is %s", out)
	}
	// The guided way, whose file the service has to be able to read; then the one by hand.
	m.sh(string(guided.Find(manual)) + " && runuser -u einlass -- cat /etc/einlass/einlass.yaml")
	if out := said("einstellen"); !strings.Contains(out, "ok, 1 room(s)") {
		t.Errorf("the check says %s", out)
	}
	conf := m.sh("cat /etc/einlass/einlass.yaml")
	said("zertifikat")
	said("nginx")
	said("starten")
	m.sh(drives + "--people 1 --over 1s --think 300ms --typing 500ms >/root/drive.out 2>&1")
	if c := m.came(); c.Ends["booked"] != 1 {
		t.Errorf("the citizen's visit ended so: %v", c.Ends)
	}
	t.Logf("from the package to a booking: %v", time.Since(began).Round(time.Second))
	said("pruefen")
	if out := said("zugang"); !strings.Contains(out, "secret=") {
		t.Errorf("no secret for an app is shown: %s", out)
	}
	if owner := m.sh("stat -c %U:%a /var/lib/einlass/staff.json"); strings.TrimSpace(owner) != "einlass:600" {
		t.Errorf("the users' file is %s", owner)
	}
	if out := said("oeffnung"); !strings.Contains(out, "quota 200") {
		t.Errorf("the plan is %s", out)
	}
	// Fewer than come, and no more than the demo's site serves on two cores: somebody waits at each change, and what takes long is the gateway.
	m.sh("export EINLASS_ADMIN_TOKEN=$(cat /var/lib/einlass/admin-token); admin plan clear termine --yes; admin max-inside termine 2000 --yes; admin rate termine 240 --yes")
	said("sichern")

	m.brings(filepath.Join(newer, "einlass_"+newerVersion+"_amd64.deb"), "root/")
	m.brings(filepath.Join(newer, "SHA256SUMS"), "root/")
	m.handsOver(newerVersion, func() string { return said("aktualisieren") })
	m.handsOver(version, func() string { return said("zurueck") })
	m.endsInPeace()
	m.writes("root/override.conf", sockets)
	m.sh(`mkdir -p /etc/systemd/system/einlass.socket.d && mv /root/override.conf /etc/systemd/system/einlass.socket.d/
		systemctl daemon-reload && systemctl stop einlass && systemctl enable --now einlass.socket einlass.service`)
	m.underACrowd("a restart", func() string { return m.sh("systemctl restart einlass") })
	if now := m.sh("cat /etc/einlass/einlass.yaml"); now != conf {
		t.Errorf("the configuration is now %s", now)
	}
	if changed := m.sh("dpkg --verify einlass | grep -v /etc/ || true"); changed != "" {
		t.Errorf("files of the package were changed: %s", changed)
	}

	m.sh("systemctl disable --now einlass.socket einlass.service && rm -r /var/lib/einlass") // the disk is lost
	if out := said("zurueckspielen"); !strings.Contains(out, "termine") {
		t.Errorf("after the restore: %s", out)
	}
	m.sh("grep -q schalter /var/lib/einlass/staff.json")

	said("entfernen")
	if out, _ := m.try("systemctl is-active einlass"); strings.TrimSpace(out) != "inactive" {
		t.Errorf("the removed gateway is %s", out)
	}
	m.sh("test -s /etc/einlass/einlass.yaml -a -s /var/lib/einlass/keys.json") // kept until the purge
	said("loeschen")
	m.sh("rm -r /etc/systemd/system/einlass.socket.d") // the administrator's own
	m.leavesNothing(before)
}

// guide reads a manual whose blocks are followed one after the other, all of them. What it gives runs the next one, which has to be that of the
// name, and answers what is said.
func (m *machine) guide(manual string) func(name string) string {
	m.t.Helper()
	all, err := blocks.Read(manual)
	if err != nil {
		m.t.Fatal(err)
	}
	names := all.Names
	m.t.Cleanup(func() {
		if len(names) > 0 && !m.t.Failed() {
			m.t.Errorf("%v are followed by nobody", names)
		}
	})
	return func(name string) string {
		m.t.Helper()
		if len(names) == 0 || names[0] != "installation-"+name {
			m.t.Fatalf("%s should be next: %v", name, names)
		}
		names = names[1:]
		text := all.Text["installation-"+name]
		if name == "zugang" { // what is typed
			text = strings.TrimSpace(text) + " <<<'ein langes Passwort'"
		}
		return m.sh(text)
	}
}

// handsOver follows what brings another release while citizens come.
func (m *machine) handsOver(version string, follows func() string) {
	m.t.Helper()
	said := m.underACrowd("the change to "+version, follows)
	if !strings.Contains(said, "serves, version "+version) || !strings.Contains(m.sh(running), version) {
		m.t.Errorf("the gateway did not hand over to %s: %s", version, said)
	}
}

// endsInPeace stops a service whose main process was started by the one before it, starts it again, and reloads it. In this order: while it
// reloads, systemd leaves out the command that stops it.
func (m *machine) endsInPeace() {
	m.t.Helper()
	m.sh("systemctl stop einlass")
	if result := m.sh("systemctl show -P Result einlass"); strings.TrimSpace(result) != "success" {
		m.t.Errorf("after a handover the gateway's stop ended with %s", result)
	}
	m.sh("systemctl start einlass && systemctl reload einlass")
}

// underACrowd does something to the gateway while citizens come, wait and book, none of whom may notice it. It answers what act does.
func (m *machine) underACrowd(what string, act func() string) string {
	m.t.Helper()
	m.crowds++ // others each time: the site takes one booking of each person
	line := m.within(drives + fmt.Sprintf("--seed %d ", 1+m.crowds) + "--people 60 --over 5s --per-minute 300 --for 40s --think 1s --typing 2s >/root/drive.out 2>&1")
	if err := line.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.sh(inside)
	said := act()
	if err := line.Wait(); err != nil {
		m.t.Errorf("%s: the crowd: %v\n%s\n%s", what, err, m.sh("tail -n 5 /root/drive.out"), said)
	}
	c := m.came()
	n, faults := c.failed()
	if n > 0 || c.Lost > 0 || c.Ends["booked"] != c.Arrived {
		m.t.Errorf("%s: %d requests failed, %d places were lost, of %d people: %v %v\n%s", what, n, c.Lost, c.Arrived, c.Ends, faults, said)
	}
	m.t.Logf("%s: %d people, %v, %d requests, %d failed, the longest took %v", what, c.Arrived, c.Ends, c.Requests, n, time.Duration(c.Longest))
	return said
}

// files are all names on that machine, but for what systemd, dpkg, apt and nginx write while they run.
func (m *machine) files() string {
	m.t.Helper()
	return m.sh(`find / -xdev \( -path /root -o -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /tmp -o -path /var/tmp -o -path /var/cache -o -path /var/lib/nginx -o -path /var/lib/systemd \) -prune -o -print | sort`)
}

// leavesNothing holds a machine from which the package was purged to what it was.
func (m *machine) leavesNothing(before string) {
	m.t.Helper()
	m.sh("systemctl daemon-reload")
	was := map[string]bool{}
	for name := range strings.Lines(before) {
		was[name] = true
	}
	for name := range strings.Lines(m.files()) {
		if !was[name] {
			m.t.Errorf("purge leaves %s", name)
		}
	}
	for _, script := range []string{
		"! getent passwd einlass", "! getent group einlass", "! ls -d /run/einlass 2>/dev/null", "! readlink /proc/[0-9]*/exe | grep -w gateway",
		"! systemctl cat einlass 2>/dev/null", "! find /var/lib/systemd -name '*einlass*' | grep .", `! dpkg -l einlass 2>/dev/null | grep -E "^(ii|rc)"`,
	} {
		if out, err := m.try(script); err != nil {
			m.t.Errorf("purge leaves something: %s: %s", script, out)
		}
	}
}
