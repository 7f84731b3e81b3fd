package dashboard

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, path string, headers ...string) *http.Response {
	t.Helper()
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, a *http.Response) string {
	t.Helper()
	var b strings.Builder
	if _, err := copyTo(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// paths are one of each view.
func paths() (all []string) {
	for _, v := range views() {
		all = append(all, strings.NewReplacer("{$}", "", "{room}", "termine").Replace(v.pattern))
	}
	return all
}

func TestEveryPageIsThereInEveryLanguageAndHasNothingInline(t *testing.T) {
	script := regexp.MustCompile(`<script[^>]*>`)
	for _, path := range paths() {
		for _, tag := range languages() {
			a := get(t, path, "Accept-Language", tag)
			if a.StatusCode != http.StatusOK || a.Header.Get("Content-Security-Policy") != Policy || a.Header.Get("Content-Language") != tag {
				t.Errorf("%s in %s: %d %v", path, tag, a.StatusCode, a.Header)
			}
			text := body(t, a)
			if strings.Count(text, "<h1") != 1 || !strings.Contains(text, `<html lang="`+tag+`">`) {
				t.Errorf("%s in %s: no heading or language:\n%.300s", path, tag, text)
			}
			for _, s := range script.FindAllString(text, -1) {
				if !strings.Contains(s, ` src="/assets/`) && !strings.Contains(s, `type="application/json"`) {
					t.Errorf("%s has a script of its own: %s", path, s)
				}
			}
			for _, part := range []string{"<style", " style=", " onclick=", "http://", "https://", "javascript:"} {
				if strings.Contains(text, part) {
					t.Errorf("%s has %q", path, part)
				}
			}
		}
	}
}

func TestALanguageIsChosenAndRemembered(t *testing.T) {
	a := get(t, "/rooms/termine?language=en")
	cookies := a.Cookies()
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/rooms/termine" || len(cookies) != 1 || !cookies[0].HttpOnly {
		t.Fatalf("%d to %s, %v", a.StatusCode, a.Header.Get("Location"), cookies)
	}
	for _, c := range []struct{ accept, cookie, want string }{
		{"de-AT,de;q=0.9", "", "de"},
		{"en-GB", "", "en"},
		{"tr", "", "de"},
		{"", "", "de"},
		{"de", "en", "en"},
		{"en", "xx", "en"},
		{"=;;,q", "", "de"},
	} {
		a := get(t, "/", "Accept-Language", c.accept, "Cookie", languageCookie+"="+c.cookie)
		if got := a.Header.Get("Content-Language"); got != c.want {
			t.Errorf("accepts %q, has chosen %q: %s, want %s", c.accept, c.cookie, got, c.want)
		}
	}
}

func TestOnlyWhatMayBeARoomIsWrittenIntoAPage(t *testing.T) {
	for _, path := range []string{"/rooms/%22%3E%3Cscript%3E", "/rooms/Termine", "/rooms/-", "/rooms/" + strings.Repeat("a", 33) + "/plan", "/nothing", "/assets/nothing", "/assets/..%2fdoc.go"} {
		if a := get(t, path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}

func TestFilesAreAskedForAgainAndNotSentAgain(t *testing.T) {
	a := get(t, "/assets/app.js")
	tag := a.Header.Get("ETag")
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || a.Header.Get("Cache-Control") != "no-cache" || tag == "" {
		t.Fatalf("%d %v", a.StatusCode, a.Header)
	}
	if again := get(t, "/assets/app.js", "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
		t.Errorf("again: %d", again.StatusCode)
	}
	for accepts, want := range map[string]string{
		"gzip, deflate, br": "gzip", "br;q=1, GZIP ; q=0.5": "gzip", "gzip;q=0": "", "gzip; q=0.0": "", "br": "", "": "", "*": "",
	} {
		a := get(t, "/assets/app.js", "Accept-Encoding", accepts)
		if a.Header.Get("Content-Encoding") != want || a.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("accepts %q: %v", accepts, a.Header)
		}
		plain := body(t, get(t, "/assets/app.js"))
		if want == "" {
			continue
		}
		r, err := gzip.NewReader(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || string(text) != plain {
			t.Errorf("accepts %q: %v, other bytes", accepts, err)
		}
	}
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range d.assets {
		if file.mediaType == "" {
			t.Errorf("%s has no media type", name)
		}
	}
}

// The library is that of npm's uplot 1.6.32.
func TestTheLibraryOfChartsIsUnchanged(t *testing.T) {
	d, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"uplot.js":  "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
		"uplot.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
	} {
		sum := sha256.Sum256(d.assets[name].body)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	if d.assets["uplot.LICENSE"] == nil {
		t.Error("its licence is not there")
	}
}
