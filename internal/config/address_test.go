package config

import (
	"strings"
	"testing"
)

func TestAnAddressSaysWhereToDial(t *testing.T) {
	for text, want := range map[string]Address{
		"http://a.example":        {Network: "tcp", Dial: "a.example:80", Host: "a.example"},
		"https://a.example":       {Network: "tcp", Dial: "a.example:443", Host: "a.example", TLS: true},
		"http://a.example:8080/":  {Network: "tcp", Dial: "a.example:8080", Host: "a.example:8080"},
		"https://[2001:db8::1]:1": {Network: "tcp", Dial: "[2001:db8::1]:1", Host: "[2001:db8::1]:1", TLS: true},
		"unix:/run/x.sock":        {Network: "unix", Dial: "/run/x.sock", Host: "localhost"},
	} {
		want.Text = text
		if got, err := ParseAddress(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "a.example:80", "//a", "http://", "http://u:p@a", "http://a?x", "http://a#x", "http://a/b", "http://:80", "http://a:0", "http://a b", "unix:/" + strings.Repeat("x", 107), "unix:", "unix:x"} {
		if got, err := ParseAddress(text); err == nil {
			t.Errorf("%q became %+v", text, got)
		}
	}
}
