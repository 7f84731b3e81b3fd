package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/probe"
)

// front is what a gateway says of its front. Its seals are plain text: those of a keyring are tested with the real gateway.
type front struct {
	facts probe.Facts
	asked atomic.Int64
}

func (f *front) Facts() probe.Facts { return f.facts }

func (f *front) Question(context.Context) (seal, nonce string, err error) {
	nonce = strconv.FormatInt(f.asked.Add(1), 10)
	return "asked " + nonce, nonce, nil
}

func (f *front) Answered(_ context.Context, seal string) (nonce string, err error) {
	nonce, ok := strings.CutPrefix(seal, "answered ")
	if !ok {
		nonce = ""
	}
	return nonce, nil
}

// ServeHTTP answers the plain questions of the probe as a gateway without a proxy before it does.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	nonce, ok := strings.CutPrefix(r.Header.Get(probe.Header), "asked ")
	if !ok || r.URL.Path != f.facts.Prefix+"/"+probe.Name {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(probe.Seen{
		Seal: "answered " + nonce, Host: r.Host, Room: "termine", Client: "127.0.0.1", Peer: "127.0.0.1", Source: r.RemoteAddr, Secure: r.TLS != nil,
	})
}

// atSite is a gateway and its site, whose certificate is for example.com, and a file with that certificate.
func atSite(t *testing.T, hosts ...string) (env map[string]string, site *httptest.Server, ca string) {
	t.Helper()
	f := &front{facts: probe.Facts{Prefix: "/.gate", Rooms: []probe.Room{{ID: "termine", Hosts: hosts}}}}
	site = httptest.NewUnstartedServer(f)
	site.Config.ErrorLog = log.New(io.Discard, "", 0) // clients refuse its certificate
	site.StartTLS()
	t.Cleanup(site.Close)
	api, err := adminapi.New(well(), adminapi.Config{Token: token, Front: f})
	if err != nil {
		t.Fatal(err)
	}
	operators := httptest.NewServer(api)
	t.Cleanup(operators.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return environment(operators), site, ca
}

func TestTheDoctorGoesTheWayOfVisitors(t *testing.T) {
	env, site, ca := atSite(t, "example.com", "www.example.com", "kfz.example.org", "*.example.org", "*")
	addr := site.Listener.Addr().String()
	way := []string{"doctor", "--site", "https://example.com", "--connect", addr}
	for name, c := range map[string]struct {
		args  []string
		wants []string
	}{
		"all": {append(way, "--ca", ca), []string{
			"ok front the gateway answers by way of https://example.com", "ok front no proxy in front", "ok front a visitor's own forwarding fields do not pass the front",
			"ok certificate the certificate of example.com ends on", "ok front termine: https://www.example.com leads to the gateway",
			"WRONG front termine: kfz.example.org: the certificate is for another name", "→ Install a certificate for this name.",
		}},
		"an authority that nobody knows": {way, []string{"WRONG front the certificate is signed by an authority that this machine does not know", "add --ca FILE."}},
		"no file":                        {append(way, "--ca", ca+".gone"), []string{"warning front the way of visitors is not looked at: the file of authorities: open " + ca + ".gone"}},
		"nobody":                         {[]string{"doctor", "--site", "http://127.0.0.1:1"}, []string{"WRONG front nothing answers", "→ Start the front and look at its log"}},
		"something else":                 {[]string{"doctor", "--site", env["EINLASS_ADMIN_URL"]}, []string{"WRONG front what answers is not this gateway: 404", "→ Have the front send all paths of this host to the gateway, /.gate/ too."}},
	} {
		_, out, stderr := command(t, env, c.args...)
		for _, want := range c.wants {
			if said := strings.Join(strings.Fields(out), " "); !strings.Contains(said, want) {
				t.Errorf("%s: not said: %s\n%s\n%s", name, want, out, stderr)
			}
		}
		if strings.Contains(out, "termine: *") {
			t.Errorf("%s: a host that is none is asked:\n%s", name, out)
		}
	}
}

func TestTheDoctorOfAContextGoesTheWayOfVisitors(t *testing.T) {
	env, site, _ := atSite(t)
	home := t.TempDir()
	file := filepath.Join(home, "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	in := map[string]string{"HOME": home}
	if code, _, stderr := command(t, in, "context", "add", "town", "--url", env["EINLASS_ADMIN_URL"], "--token-file", file); code != exitOK {
		t.Fatal(stderr)
	}
	for _, named := range [][]string{nil, {"--context", "town"}} {
		_, out, _ := command(t, in, append([]string{"doctor", "--site", "https://example.com", "--connect", site.Listener.Addr().String()}, named...)...)
		if !strings.Contains(out, "termine: the store answers") || !strings.Contains(out, "WRONG    front        the certificate is signed by an") {
			t.Errorf("%v:\n%s", named, out)
		}
	}
}

func TestTheDoctorSaysWhyTheWayOfVisitorsIsNotSeen(t *testing.T) {
	code, out, _ := command(t, environment(well().serve(t)), "doctor", "--site", "https://termine.example.org")
	if code != exitOK || !strings.Contains(out, "warning  front        the way of visitors is not looked at: ") || !strings.Contains(out, "→ Give the token of an admin") {
		t.Errorf("a gateway that knows no front: exit code %d\n%s", code, out)
	}
	for want, args := range map[string][]string{
		"--site termine.example.org: want the address as visitors type it": {"--site", "termine.example.org"},
		"--site ftp://a: want the address":                                 {"--site", "ftp://a"},
		"--connect a: want host:port":                                      {"--site", "http://a", "--connect", "a"},
		"--connect is for --site":                                          {"--connect", "a:1"},
	} {
		if code, _, stderr := command(t, nil, append([]string{"doctor"}, args...)...); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit code %d, %s", args, code, stderr)
		}
	}
}
