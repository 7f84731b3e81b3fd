package route

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

func filesOf(tb testing.TB, rules ...string) Files {
	tb.Helper()
	f, err := ParseFiles(rules...)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestOnlyPlainNamesOfFilesAreOpenByKind(t *testing.T) {
	f := filesOf(t, "*.css", "*.js", "*.woff2")
	for raw, want := range map[string]bool{
		"/main.css": true, "/termine/css/main.min.css": true, "/MAIN.CSS": true, "/lib/jquery-3.7.1/j.js": true, "/a/b-c_d~e/f.woff2": true,
		"/v1.2/x.css": true,
		// Pages that end like a file, to some servers.
		"/termine/buchen;.css": false, "/termine/buchen%2f.css": false, "/termine/buchen%2fx.css": false, "/termine/buchen.php/x.css": false,
		"/termine/x.css/": false, "/termine/x.css/buchen": false, "/termine/buchen%00.css": false, "/termine/buchen%3f.css": false,
		"/termine/buchen%23.css": false, "/termine/buchen%0a.css": false, "/termine/buchen\n.css": false, `/termine/buchen\x.css`: false,
		"/termine/buchen.do;x=1/a.css": false, "/termine/buchen.aspx/a.css": false, "/termine/..;/x.css": false,
		"/x.css/../termine": false, "/termine/../x.css": false, "/./x.css": false, "//x.css": false, "/termine//x.css": false,
		"/termine/.css": false, "/.css": false, "/x.css.": false, "/x.css%20": false, "/%78.css": false, "/b\xc3\xbc.css": false, "/x.c%73s": false,
		"/x.css,": false, "/termine/buchen:.css": false, "/termine/buchen:$data.css": false, "/x.css:": false,
		"/x.php": false, "/x.css.php": false, "/xcss": false, "/css": false, "/x.cs": false, "/x.csss": false, "": false, "*": false, "/": false,
		"x.css": false, "/x.png": false,
	} {
		if got := f.Has([]byte(raw)); got != want {
			t.Errorf("%q: %v", raw, got)
		}
	}
	if Files(nil).Has([]byte("/main.css")) {
		t.Error("a file is open where none is named")
	}
}

func TestAnAnswerIsAFileOnlyIfTheServerSaysSo(t *testing.T) {
	f := filesOf(t, "*.css", "*.png", "*.js", "*.woff")
	for _, tt := range []struct {
		path   string
		status int
		kind   string
		want   bool
	}{
		{"/a.css", 200, "text/css", true},
		{"/a.css", 200, "Text/CSS ; charset=utf-8", true},
		{"/a.css", 206, "text/css", true},
		{"/a.css", 304, "", true},
		{"/a.png", 200, "image/png", true},
		{"/a.js", 200, "application/javascript", true},
		{"/a.woff", 200, "application/octet-stream", true},
		{"/a.woff", 200, "application/x-font-woff", true},
		{"/a.css", 200, "text/html; charset=utf-8", false},
		{"/a.css", 200, "", false},
		{"/a.css", 200, "text/html;text/css", false},
		{"/a.css", 200, "text/cssx", false},
		{"/a.css", 200, "image/png", false},
		{"/a.png", 200, "text/css", false},
		{"/a.css", 302, "text/css", false},
		{"/a.css", 404, "text/css", false},
		{"/a.css", 500, "text/css", false},
		{"/a.gif", 200, "image/gif", false},
		{"/a.php/x.css", 304, "", false},
	} {
		if got := f.IsOne([]byte(tt.path), tt.status, []byte(tt.kind)); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestAKindOfFilesThatMayBeAPageIsRefused(t *testing.T) {
	for _, rule := range []string{"*", "*.", "*.*", "*.html", "*.php", "*.json", "*.CSS", "*css", "*/x.css", "*.css/", "*.css;", "/*.css", "*.pdf"} {
		if _, err := ParseFiles(rule); err == nil || !strings.Contains(err.Error(), "want one of *.css, *.js,") {
			t.Errorf("%q: %v", rule, err)
		}
	}
	prefixes, files := SplitFiles([]string{"/a", "*.css", "/b", "*x"})
	if strings.Join(prefixes, " ") != "/a /b" || strings.Join(files, " ") != "*.css *x" {
		t.Errorf("%q, %q", prefixes, files)
	}
}

// plainFile is what every server reads in one way, written out without the code that is tested.
var plainFile = regexp.MustCompile(`^(/[A-Za-z0-9_~-]+(\.[0-9][A-Za-z0-9_~-]*)*)*/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*\.(?i:css|js)$`)

func FuzzAFileIsNoOtherPathInAnyReading(f *testing.F) {
	for _, raw := range []string{
		"/a/x.css", "/termine/x.css/", "/termine/buchen;.css", "/termine/buchen%2f.css", "/termine/buchen.php/x.css", "/v1.2/x.js", "/x.CSS", "//x.css",
		"/..;/x.css", "/a.b/../x.css", "/a..1/x.css", "/a\\x.css", "/x%00.css", "/x.css?", "/\u017f.css",
	} {
		f.Add(raw)
	}
	files := filesOf(f, "*.css", "*.js")
	f.Fuzz(func(t *testing.T, raw string) {
		if !files.Has([]byte(raw)) {
			return
		}
		if !plainFile.MatchString(raw) {
			t.Errorf("%q is taken for a file", raw)
		}
		for name, reading := range independentReadings(raw) {
			if name != "http.ServeMux" && !strings.EqualFold(reading, raw) {
				t.Errorf("%q is taken for a file, and read as %s it is %q", raw, name, reading)
			}
		}
		read := readings([]byte(raw), [4][]byte{})
		for i, reading := range read.paths[:3] {
			if !strings.EqualFold(string(reading), raw) {
				t.Errorf("%q is taken for a file, and reading %d is %q", raw, i, reading)
			}
		}
		if dir := path.Dir(raw); strings.Contains(dir, ".php") {
			t.Errorf("%q may be a page of a script", raw)
		}
	})
}
