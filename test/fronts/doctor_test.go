//go:build long

package fronts

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/test/e2e/harness"
)

// otherHost is that of a second room.
const otherHost = "kfz.example.org"

// admin is the operators' command.
func admin(t *testing.T) string {
	t.Helper()
	if built := launchtest.Programs(); built != "" {
		return filepath.Join(built, "admin")
	}
	program := filepath.Join(t.TempDir(), "admin")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-pgo=off", "-o", program, "../../cmd/admin").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// doctor is what admin doctor says on one line; the error is its exit code.
func doctor(t *testing.T, program string, g *harness.Gate, args ...string) (string, error) {
	t.Helper()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(launch.OperatorToken), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := launch.Run(t.Context(), program, append([]string{"doctor", "--url", g.AdminURL(), "--token-file", token}, args...)...)
	if err != nil {
		out = err.Error()
	}
	return strings.Join(strings.Fields(out), " "), err
}

// Each front does one thing wrong, and the doctor says what, and what to do.
func TestTheDoctorLooksThroughNginx(t *testing.T) {
	program := admin(t)
	const own = "proxy_set_header X-Forwarded-For $remote_addr;"
	for name, c := range map[string]struct {
		spoil   []string
		distant bool // the gateway does not trust it
		names   []string
		wants   []string
	}{
		"right": {names: []string{otherHost}, wants: []string{
			"ok front the gateway answers by way of https://" + host, "ok front the gateway sees the visitor's address: 127.0.0.1, by way of the trusted proxy 127.0.0.1",
			"ok front a visitor's own forwarding fields do not pass the front", "ok front cookies are Secure", "ok front a WebSocket passes",
			"warning certificate the certificate of " + host, "ok front kfz: https://" + otherHost + " leads to the gateway",
		}},
		"a visitor's field is passed on": {
			spoil: []string{own, "proxy_set_header X-Forwarded-For $http_x_forwarded_for;"}, names: []string{otherHost},
			wants: []string{"WRONG front a visitor can pretend to be somebody else: with forged fields the gateway sees 192.0.2.66", "→ Have the front set X-Forwarded-For to the address of its peer and remove Forwarded"},
		},
		"the gateway trusts nobody": {
			distant: true, names: []string{otherHost},
			wants: []string{"WRONG front the gateway sees the proxy's address 127.0.0.1 as that of every visitor", "→ Set trusted_proxies: [127.0.0.1/32] and restart the gateway."},
		},
		"the host is not passed on": {
			spoil: []string{"proxy_set_header Host $http_host;", "proxy_set_header Host $proxy_host;"}, names: []string{otherHost},
			wants: []string{"WRONG front the gateway is asked for host \"einlass\"", "→ Have the front pass Host on (nginx: proxy_set_header Host $host", "WRONG front kfz: " + otherHost + ": the gateway is asked for host \"einlass\""},
		},
		"the certificate has one name": {
			wants: []string{"ok front the gateway answers", "WRONG front kfz: " + otherHost + ": the certificate is for another name", "→ Install a certificate for this name."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, kfz := newSite(t), newSite(t)
			var trusted []string
			if !c.distant {
				trusted = []string{"127.0.0.1/32"}
			}
			gate := harness.At(gateway)
			g := harness.NewGate(t, &gate, harness.Settings{Trusted: trusted, Rooms: []harness.Room{
				{Hosts: []string{host}, Site: &s.Site, Rate: 6000, Burst: 100}, {ID: "kfz", Hosts: []string{otherHost}, Site: &kfz.Site, Rate: 6000, Burst: 100},
			}})
			nginx := fronts["nginx"]
			nginx.spoil, nginx.names = c.spoil, c.names
			r := nginx.start(t, g)
			args := []string{"--site", "https://" + host, "--connect", r.addr, "--ca", r.cert}
			until(t, func() error {
				out, err := doctor(t, program, g, args...)
				if (err == nil) != (name == "right") || strings.Contains(out, "warning front") {
					return errors.New(out)
				}
				for _, want := range c.wants {
					if !strings.Contains(out, want) {
						return errors.New("not said: " + want + "\n" + out)
					}
				}
				return nil
			})
			if out, err := doctor(t, program, g, args[:4]...); err == nil || !strings.Contains(out, "WRONG front the certificate is signed by an authority that this machine does not know") || !strings.Contains(out, "add --ca FILE.") {
				t.Errorf("without the authority: %s", out)
			}
		})
	}
}
