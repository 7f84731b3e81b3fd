package web

import (
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

var nasty = []string{
	"", "plain", "Größe 10 €", `<script>alert("x")</script>`, `a & b's "c"`, "\x00\x01\x1f\x7f", "\xff\xfeabc\xc3",
	"line\nline\r\ttab", "\u2028\u2029", "emoji 🏛 and \ud7ff", "ends in half a rune \xe2\x82",
}

func FuzzHTMLIsReadBackAsWritten(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(appendHTML([]byte("x"), s))
		if strings.ContainsAny(got, "<>\"'\x00") || !utf8.ValidString(got) {
			t.Fatalf("%q is not safe", got)
		}
		want := "x" + strings.ReplaceAll(replaceInvalid(s), "\x00", replacement)
		if html.UnescapeString(got) != want {
			t.Errorf("%q reads as %q, want %q", got, html.UnescapeString(got), want)
		}
	})
}

// replaceInvalid replaces each byte that is no part of valid UTF-8, as encoders do.
func replaceInvalid(s string) string { return string([]rune(s)) }

func FuzzJSONIsReadBackAsWritten(f *testing.F) {
	for _, s := range nasty {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := appendJSON(nil, s)
		var read string
		if err := json.Unmarshal(got, &read); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		if read != replaceInvalid(s) {
			t.Errorf("%q reads as %q", got, read)
		}
		if strings.ContainsAny(string(got), "<>&\x7f") {
			t.Errorf("%q carries HTML", got)
		}
	})
}

func TestTargetsStayOnTheHost(t *testing.T) {
	for target, want := range map[string]string{
		"/":                    "/",
		"/a/b?c=d&e=%20f#g":    "/a/b?c=d&amp;e=%20f#g",
		"/%C3%BC/ü?q=ü":        "/%C3%BC/%C3%BC?q=%C3%BC",
		`/a"b'c<d>e\f g`:       "/a%22b&#39;c%3Cd%3Ee%5Cf%20g",
		"/\xff":                "/%FF",
		"":                     "/",
		"a":                    "/",
		"//evil.example/":      "/",
		`/\evil.example`:       "/",
		"/\t/evil.example":     "/",
		"/\r\n\\evil.example":  "/",
		"/\t\n\r/evil":         "/",
		"/a//b":                "/a//b",
		"javascript:alert(1)":  "/",
		"https://evil.example": "/",
		" /x":                  "/",
		"/\n":                  "/%0A",
	} {
		if got := string(appendURL(nil, target)); got != want {
			t.Errorf("%q: %q, want %q", target, got, want)
		}
	}
}

func FuzzTargetsStayOnTheHost(f *testing.F) {
	for _, s := range nasty {
		f.Add("/" + s)
	}
	base, err := url.Parse("https://host.example/dir/page?x")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target string) {
		got := string(appendURL(nil, target))
		if strings.ContainsAny(got, "<>\"'\\ \t\r\n\x00") || got[0] != '/' {
			t.Fatalf("%q is not safe", got)
		}
		if ref, err := url.Parse(html.UnescapeString(got)); err == nil {
			if u := base.ResolveReference(ref); u.Host != "host.example" || u.Scheme != "https" {
				t.Errorf("%q leads to %s", got, u)
			}
		}
	})
}
