package gateway_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

// Each browser gets the form that it takes, and the same page.
func TestAPageIsGzipForBrowsersThatTakeIt(t *testing.T) {
	s := newFixture(t, slow)
	s.waiting(1)
	for accepts, zipped := range map[string]bool{
		"gzip, deflate, br": true, "gzip;q=0.5": true, "GZIP": true, "br, gzip;q=1.0": true,
		"identity": false, "br": false, "gzip;q=0": false, "gzip;\tq=0": false, "gzip; q=0.0, br": false, "*;q=0": false,
	} {
		for _, path := range []string{"/termine", "/.einlass/nothing?room=termine", "/.einlass/assets/nothing"} {
			a := s.browser().load("GET", path, "Accept-Encoding", accepts)
			if got := a.Header.Get("Content-Encoding"); (got == "gzip") != zipped || !zipped && got != "" {
				t.Errorf("%s for %s: Content-Encoding %q", path, accepts, got)
			}
			if vary := a.Header.Values("Vary"); strings.Join(vary, " ") != "Accept-Encoding" {
				t.Errorf("%s for %s: Vary %q", path, accepts, vary)
			}
			if zipped {
				a.body = unpacked(t, a.body)
			}
			if !strings.HasPrefix(a.body, "<!doctype html>") || !strings.HasSuffix(a.body, "</html>\n") {
				t.Errorf("%s for %s: %.60q", path, accepts, a.body)
			}
		}
	}
}

func unpacked(t *testing.T, body string) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A fault that the boundary finds is told in the form that the browser takes, too.
func TestThePageOfAFaultIsGzipForBrowsersThatTakeIt(t *testing.T) {
	s := newFixture(t, slow)
	for accepts, want := range map[string]string{"gzip": "gzip", "gzip;q=0": ""} {
		a := s.browser().load("GET", "/termine?"+strings.Repeat("x", 9<<10), "Accept-Encoding", accepts)
		if got := a.Header.Get("Content-Encoding"); a.StatusCode != 414 && a.StatusCode != 431 || got != want {
			t.Errorf("%s: %d %v", accepts, a.StatusCode, a.Header)
		}
	}
}

// HEAD says what GET would send: the same form of the page, and how long that is.
func TestAHeadAloneNamesTheFormThatTheBrowserTakes(t *testing.T) {
	b := newFixture(t, slow).browser()
	lengths := map[string]int{}
	// The signs of each page's own reference are of one length, but not as gzip.
	for accepts, differs := range map[string]int{"gzip": 16, "identity": 0} {
		whole := b.load("GET", "/.einlass/nothing?room=termine", "Accept-Encoding", accepts)
		head := b.load("HEAD", "/.einlass/nothing?room=termine", "Accept-Encoding", accepts)
		if head.StatusCode != whole.StatusCode || head.body != "" {
			t.Errorf("%s: HEAD is answered %d with %d bytes, GET %d", accepts, head.StatusCode, len(head.body), whole.StatusCode)
		}
		for _, field := range []string{"Content-Encoding", "Content-Type", "Vary"} {
			if got, want := head.Header.Get(field), whole.Header.Get(field); got != want {
				t.Errorf("%s: HEAD says %s %q, GET %q", accepts, field, got, want)
			}
		}
		if zipped := head.Header.Get("Content-Encoding") == "gzip"; zipped != (accepts == "gzip") {
			t.Errorf("%s: %v", accepts, head.Header)
		}
		lengths[accepts] = int(head.ContentLength)
		if off := lengths[accepts] - len(whole.body); off > differs || off < -differs {
			t.Errorf("%s: HEAD names %d bytes, GET sends %d", accepts, lengths[accepts], len(whole.body))
		}
	}
	if lengths["gzip"] <= 0 || lengths["gzip"]*2 > lengths["identity"] {
		t.Errorf("%v bytes", lengths)
	}
}
