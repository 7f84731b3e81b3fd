package gateway_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/pkg/queue"
)

func TestTheProbeIsNothingToStrangers(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 60, Burst: 1})
	other, err := probe.NewSeal(newFixture(t, queue.Pace{Rate: 60, Burst: 1}).ring)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(seal *probe.Seal, at time.Time) string {
		text, _, err := seal.Ask(at)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	// The clock of the tokens is that of the process: the fixture's keyring is of another time.
	now := time.Now()
	get := func(name, field string) answer {
		return s.raw("GET /.einlass/" + name + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + field + "\r\n")
	}
	nothing := get("nothing", "")
	for what, field := range map[string]string{
		"no seal": "", "nonsense": "Einlass-Probe: x\r\n", "another keyring": "Einlass-Probe: " + ask(other, now) + "\r\n",
		"an old seal": "Einlass-Probe: " + ask(s.seal(), now.Add(-2*time.Minute)) + "\r\n", "a future one": "Einlass-Probe: " + ask(s.seal(), now.Add(5*time.Minute)) + "\r\n",
	} {
		for _, part := range []string{"", "?part=stream", "?part=socket"} {
			if a := get("probe"+part, field); a.StatusCode != 404 || a.body != nothing.body || len(a.Cookies()) > 0 || len(a.Header) != len(nothing.Header) {
				t.Errorf("%s%s: %d %v %q", what, part, a.StatusCode, a.Header, a.body)
			}
		}
	}
	a := get("probe?a=b", "Einlass-Probe: "+ask(s.seal(), now)+"\r\nX-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\nAuthorization: secret\r\n")
	var seen probe.Seen
	if err := json.Unmarshal([]byte(a.body), &seen); err != nil || a.StatusCode != 200 {
		t.Fatalf("%d %q: %v", a.StatusCode, a.body, err)
	}
	if seen.Host != "h" || seen.Room != "termine" || seen.Client != "192.0.2.9" || seen.Peer != "127.0.0.1" || !seen.Trusted || !seen.Secure ||
		seen.Target != "/.einlass/probe?a=b" || len(seen.Fields) != 2 || strings.Contains(a.body, "secret") {
		t.Errorf("seen is %+v", seen)
	}
	if c := a.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-einlass-.probe=seen;") || !strings.Contains(c, "Secure") {
		t.Errorf("the cookie is %q", c)
	}
}
