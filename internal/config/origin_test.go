package config

import (
	"net/netip"
	"slices"
	"testing"
)

func TestOriginsAreBroughtIntoOneForm(t *testing.T) {
	for text, want := range map[string]string{
		"https://www.Example.org":       "https://www.example.org",
		"HTTPS://www.example.org:443/":  "https://www.example.org",
		"http://www.example.org:80":     "http://www.example.org",
		"https://bürger.example:8443":   "https://xn--brger-kva.example:8443",
		"https://*.example.org":         "https://*.example.org",
		"http://[2001:DB8::1]":          "http://[2001:db8::1]",
		"http://[2001:db8::1]:08080":    "http://[2001:db8::1]:8080",
		"www.example.org":               "",
		"ftp://www.example.org":         "",
		"https://":                      "",
		"https://www.example.org/a":     "",
		"https://u@www.example.org":     "",
		"https://www.example.org:0":     "",
		"https://www.example.org:99999": "",
		"https://www.example.org?a":     "",
		"https://a b":                   "",
		"*":                             "",
	} {
		ch := &checker{}
		got := ch.origin("p", text)
		if refused := len(ch.problems) > 0; refused != (want == "") || !refused && got != want {
			t.Errorf("%q: %q, %v", text, got, ch.err())
		}
	}
}

func TestAnOriginIsTakenApart(t *testing.T) {
	for origin, want := range map[string]struct {
		tls        bool
		host, port string
	}{
		"https://a.test": {true, "a.test", ""}, "http://a.test:81": {false, "a.test", "81"}, "https://[::1]:444": {true, "::1", "444"},
		"http://[::1]": {false, "::1", ""},
	} {
		if tls, host, port := SplitOrigin(origin); tls != want.tls || host != want.host || port != want.port {
			t.Errorf("%s: %v %q %q", origin, tls, host, port)
		}
	}
}

func TestLinesSayWhichNamesAreOne(t *testing.T) {
	c := Config{Rooms: []Room{
		{ID: "a", Hosts: []string{"a.test"}},
		{ID: "b", Hosts: []string{"www.b.test", "b.test"}, Canonical: "https://www.b.test"},
		{ID: "c", Hosts: []string{"c.test", "*.c.test"}},
		{ID: "d"},
	}}
	const again = "; no canonical is set, so whoever goes from one of these names to another waits again"
	want := []string{
		"room a: one line for a.test", "room b: one line for www.b.test, b.test; numbers are given at https://www.b.test",
		"room c: one line for c.test, *.c.test" + again, "room d: one line for *" + again,
	}
	if got := c.Lines(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	const both = "; unless the proxy redirects http to https, whoever goes from one to the other waits again"
	if got := c.Lines(); got[0] != want[0]+both || got[1] != want[1] {
		t.Errorf("behind a proxy: %q", got)
	}
}
