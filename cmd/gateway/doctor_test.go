package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/internal/tlscert/certtest"
)

// doctored is what the gateway tells the doctor, by check and beginning.
func doctored(t *testing.T, c *adminclient.Client) map[string]doctor.State {
	t.Helper()
	found, err := c.Doctor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]doctor.State{}
	for _, f := range found {
		whose, _, _ := strings.Cut(f.What, " ends on")
		if f.Check != "certificate" {
			whose = f.Check
		}
		states[whose] = f.State
	}
	return states
}

func TestTheDoctorHearsOfTheMachineOfAGateway(t *testing.T) {
	public, operators := certtest.NewFiles(t, "termine.example"), certtest.NewFiles(t, "localhost")
	public.Write(certtest.KeyPairFrom(t, "termine.example", time.Now().Add(-time.Hour), time.Now().Add(100*24*time.Hour)))
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	r := run(t, &draft{
		dir: dir, https: "127.0.0.1:0", head: "tls: {cert_file: \"" + public.Cert + "\", key_file: \"" + public.Key + "\"}\ntrusted_proxies: [192.0.2.7]\n",
		admin: `listen: "127.0.0.1:0", tls: {cert_file: "` + operators.Cert + `", key_file: "` + operators.Key + `"}`,
		rooms: []planned{{id: "termine", backend: newSite(t).backend()}},
	})
	c, err := adminclient.New(adminclient.Config{
		URL: "https://" + strings.Replace(r.adminLn.Addr().String(), "127.0.0.1", "localhost", 1), CAFile: operators.Cert, Token: r.token,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	got := doctored(t, c)
	if len(got) != 4 || got["limits"] == "" || got["disk"] == "" || got["the gateway's own certificate"] != doctor.OK || got["the certificate of the admin API"] != doctor.Warning {
		t.Errorf("of a gateway with certificates: %v", got)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if got := doctored(t, c); got["disk"] != doctor.Wrong {
		t.Errorf("after its directory went: %v", got)
	}
	if err := os.Mkdir(dir, 0o700); err != nil { // into which it writes as it stops
		t.Fatal(err)
	}

	facts, err := c.Front(t.Context())
	if err != nil || facts.Prefix != "/.einlass" || len(facts.TrustedProxies) != 1 || facts.TrustedProxies[0].String() != "192.0.2.7/32" || facts.BodyBytes == 0 || !facts.Redirects ||
		len(facts.Rooms) != 1 || facts.Rooms[0].ID != "termine" || facts.Rooms[0].Hosts[0] != "termine.example" || facts.Rooms[0].Guarded[0] != "/" {
		t.Errorf("of the front: %+v, %v", facts, err)
	}
}

// The seals that a client gets are those of the public plane, and a forged answer has none.
func TestAnAdminAsksThroughTheFrontByTheGatewaysSeals(t *testing.T) {
	p := &draft{head: trusting, admin: `listen: "127.0.0.1:0"`, rooms: []planned{{"a", newSite(t).backend(), quick}}}
	r := run(t, p)
	c, err := adminclient.New(adminclient.Config{URL: "http://" + r.adminLn.Addr().String(), Token: r.token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	front := (&frontProxy{}).open(t, r)
	facts, err := c.Front(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o, err := (&probing{url: "https://a.example", connect: front.Listener.Addr().String(), insecure: true}).options()
	if err != nil {
		t.Fatal(err)
	}
	o.Facts, o.Seals = facts, c
	report, err := probe.Run(t.Context(), *o)
	if err != nil || len(report.Findings) < 10 || report.Certificate == nil {
		t.Errorf("%+v, %v", report, err)
	}
	for _, f := range report.Findings {
		if f.Level != probe.OK {
			t.Error(f)
		}
	}
	seal, _, err := c.Question(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, forged := range []string{"", "x", seal} { // the seal of a question is none of an answer
		if nonce, err := c.Answered(t.Context(), forged); err != nil || nonce != "" {
			t.Errorf("%q is taken for an answer to %q, %v", forged, nonce, err)
		}
	}
}
