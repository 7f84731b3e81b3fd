package proxy

import (
	"strings"
	"testing"
	"time"
)

func TestEveryProblemOfASectionIsNamedWithItsPath(t *testing.T) {
	cfg := Config{
		Addresses:      []string{"ftp://x", "http://h/path", "unix:relative", "http://a:1", "http://a:1"},
		Host:           "a b",
		TLS:            TLSConfig{CertFile: "x", ServerName: "a/b"},
		ConnectTimeout: -1,
		MaxBodyBytes:   -1,
		Queue:          QueueConfig{Length: -2},
		Health:         HealthConfig{Path: "x y", Status: "20-3", Backoff: time.Minute, MaxBackoff: time.Second},
		Via:            "a b",
	}
	err := cfg.Validate("rooms[3].backend")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"addresses[0]: ", "addresses[1]: ", "addresses[2]: ", "addresses[4]: ", "host: ", "tls: cert_file", "tls: no address",
		"tls.server_name: ", "connect_timeout: ", "max_body_bytes: ", "queue.length: ", "health.path: ", "health.status: ",
		"health.max_backoff: 1s is not within 1m0s", "via: ",
	} {
		if !strings.Contains(err.Error(), "rooms[3].backend."+want) {
			t.Errorf("no problem is named with rooms[3].backend.%s", want)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 15 {
		t.Errorf("%d problems:\n%v", n, err)
	}
}

func TestAnEmptySectionLacksOnlyAnAddress(t *testing.T) {
	err := Config{}.Validate("backend")
	if err == nil || !strings.HasPrefix(err.Error(), "backend.addresses: at least one is needed") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
	for _, a := range []string{"http://localhost", "https://a.example:8443", "http://[::1]:80/", "unix:/run/site.sock"} {
		if err := (Config{Addresses: []string{a}}).Validate("backend"); err != nil {
			t.Error(err)
		}
	}
	if _, err := New(Config{}, Deps{}); err == nil {
		t.Error("New accepts what Validate does not")
	}
}

func TestAnAddressSaysWhereToDial(t *testing.T) {
	for text, want := range map[string]address{
		"http://a.example":        {network: "tcp", dial: "a.example:80", host: "a.example"},
		"https://a.example":       {network: "tcp", dial: "a.example:443", host: "a.example", tls: true},
		"http://a.example:8080/":  {network: "tcp", dial: "a.example:8080", host: "a.example:8080"},
		"https://[2001:db8::1]:1": {network: "tcp", dial: "[2001:db8::1]:1", host: "[2001:db8::1]:1", tls: true},
		"unix:/run/x.sock":        {network: "unix", dial: "/run/x.sock", host: "localhost"},
	} {
		want.text = text
		if got, err := parseAddress(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a.example:80", "//a", "http://", "http://u:p@a", "http://a?x", "http://a#x", "http://a/b", "unix:", "unix:x"} {
		if got, err := parseAddress(text); err == nil {
			t.Errorf("%q became %+v", text, got)
		}
	}
}

func TestStatusesAreGivenAsASet(t *testing.T) {
	for text, want := range map[string][]int{
		"200":              {200},
		"200-299":          {200, 250, 299},
		"200, 204,301-302": {200, 204, 301, 302},
	} {
		set, err := parseStatusRanges(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range want {
			if !set.contains(s) {
				t.Errorf("%q does not contain %d", text, s)
			}
		}
		if set.contains(500) || set.contains(203) != (text == "200-299") {
			t.Errorf("%q contains too much", text)
		}
	}
	for _, text := range []string{"", "x", "199", "600", "300-200", "200-", "-200", "200,,204"} {
		if _, err := parseStatusRanges(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
