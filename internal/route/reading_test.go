package route

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// independentReadings are what other implementations make of a raw path: the standard library's path, url and
// http packages, put together as servers do. They share no code with readings.
func independentReadings(raw string) map[string]string {
	found := map[string]string{}
	if !strings.HasPrefix(raw, "/") || strings.ContainsAny(raw, "?#") {
		return found // no path of a request
	}
	found["raw bytes"] = raw
	found["raw, cleaned"] = path.Clean(raw)
	decoded, err := url.PathUnescape(raw)
	if err != nil {
		return found
	}
	found["decoded"] = decoded
	found["decoded and cleaned"] = path.Clean(decoded)
	found["backslashes as slashes"] = path.Clean(strings.ReplaceAll(decoded, `\`, "/"))
	if !utf8.ValidString(decoded) {
		for name, charset := range map[string]*charmap.Charmap{
			"Windows-1252": charmap.Windows1252, "Latin-9": charmap.ISO8859_15, "Latin-2": charmap.ISO8859_2, "a Macintosh's": charmap.Macintosh, "DOS": charmap.CodePage850,
		} {
			if text, err := charset.NewDecoder().String(decoded); err == nil {
				found[name] = path.Clean(strings.ToLower(text))
			}
		}
	}
	found["another normal form"] = path.Clean(norm.NFC.String(decoded))
	if twice, err := url.PathUnescape(decoded); err == nil {
		found["decoded twice and cleaned"] = path.Clean(twice)
	}
	if mux := muxPattern(raw); mux != "" {
		found["http.ServeMux"] = mux
	}
	return found
}

// muxPattern is where the standard library's router ends after its own redirects.
func muxPattern(raw string) string {
	u, err := url.ParseRequestURI(raw)
	if err != nil || u.Host != "" {
		return ""
	}
	mux := http.NewServeMux()
	for _, p := range []string{"/termine/", "/kfz/", "/rest/"} {
		mux.HandleFunc(p, func(http.ResponseWriter, *http.Request) {})
	}
	_, pattern := mux.Handler(&http.Request{Method: http.MethodGet, Host: "h", URL: u, RequestURI: raw})
	if strings.HasPrefix(path.Clean(u.Path), "/termine/hilfe") {
		return "" // that one is excluded
	}
	return strings.TrimSuffix(pattern, "/")
}

func TestAPathIsReadInThreeWays(t *testing.T) {
	tests := []struct {
		raw, literal, ordinary, loose string
		odd, climbs                   bool
	}{
		{"/", "", "", "", false, false},
		{"/a/b/", "/a/b", "/a/b", "/a/b", false, false},
		{"/A%20b", "/A b", "/A b", "/a b", false, false},
		{"/a//b", "/a/b", "/a/b", "/a/b", true, false},
		{"/a/./b", "/a/b", "/a/b", "/a/b", true, false},
		{"/a/../b", "/a/../b", "/b", "/b", true, true},
		{"/a%2fb", "/a%2fb", "/a/b", "/a/b", true, false},
		{"/a%5Cb", "/a%5Cb", `/a\b`, "/a/b", true, false},
		{`/a\b`, `/a\b`, `/a\b`, "/a/b", true, false},
		{"/a;v=1/b;w", "/a;v=1/b;w", "/a;v=1/b;w", "/a/b", false, false},
		{"/a/..;/b", "/a/..;/b", "/a/..;/b", "/b", false, true},
		{"/%252e%252e/a", "/%2e%2e/a", "/%2e%2e/a", "/a", false, true},
		{"/../../a", "/../../a", "/a", "/a", true, true},
		{"/a. /...", "/a. /...", "/a. /...", "/a", false, false},
		{"/%zz%4", "/%zz%4", "/%zz%4", "/%zz%4", false, false},
		{"/%C3%84", "/Ä", "/Ä", "/a", false, false},
	}
	for _, tt := range tests {
		got := readings([]byte(tt.raw), [4][]byte{})
		want := [3]string{tt.literal, tt.ordinary, tt.loose}
		for i := range want {
			if string(got.paths[i]) != want[i] {
				t.Errorf("reading %d of %s is %q, want %q", i, tt.raw, got.paths[i], want[i])
			}
		}
		if got.odd != tt.odd || got.climbs != tt.climbs {
			t.Errorf("%s: odd %v, climbs %v; want %v, %v", tt.raw, got.odd, got.climbs, tt.odd, tt.climbs)
		}
	}
}
