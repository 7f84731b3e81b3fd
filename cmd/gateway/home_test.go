package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/gateway"
)

func TestARoomGivesItsNumbersWhereTheConfigurationSays(t *testing.T) {
	for name, test := range map[string]struct {
		canonical, https string
		want             gateway.Home
	}{
		"nothing is said":       {"", "", gateway.Home{}},
		"there is TLS":          {"", ":443", gateway.Home{TLS: true}},
		"TLS at another port":   {"", "127.0.0.1:8443", gateway.Home{TLS: true, Port: "8443"}},
		"an origin":             {"https://a.test", "", gateway.Home{Host: "a.test", TLS: true}},
		"an origin with a port": {"http://a.test:8080", "", gateway.Home{Host: "a.test", Port: "8080"}},
		"an origin, and TLS":    {"https://a.test", ":8443", gateway.Home{Host: "a.test", TLS: true}},
	} {
		if got := homeOf(&config.Room{Canonical: test.canonical}, &config.Listen{HTTPS: test.https}); got != test.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestConfigCheckSaysWhichNamesAreOneLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	const text = `trusted_proxies: [127.0.0.1/32]
rooms:
  - id: termine
    hosts: [www.termine.test, termine.test]
    canonical: https://WWW.termine.test/
    backend: {url: "http://127.0.0.1:8000"}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	check := newRoot(sharedLibrary)
	check.SetArgs([]string{"config", "check", file})
	check.SetOut(&out)
	if err := check.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	const want = "room termine: one line for www.termine.test, termine.test; numbers are given at https://www.termine.test\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("said %q", out.String())
	}
}
