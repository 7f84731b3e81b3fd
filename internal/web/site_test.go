package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestASiteThatCannotBeServedIsRefusedWithEveryReason(t *testing.T) {
	_, err := mustLibrary(t).Site(SiteConfig{Title: "a\x00b", Room: "ä", Contact: strings.Repeat("x", 201)})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"title", "room", "contact", "printable text"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in the error:\n%v", want, err)
		}
	}
}

func TestPrefixes(t *testing.T) {
	for prefix, ok := range map[string]bool{
		"/.einlass": true, "/a/b-c_d~e.f": true, "": false, "/": false, "einlass": false, "//x": false, "/x/": false,
		"/a b": false, "/a?b": false, `/a"b`: false, "/ä": false,
	} {
		if _, err := NewLibrary(prefix); (err == nil) != ok {
			t.Errorf("%q: %v, accepted should be %t", prefix, err, ok)
		}
	}
}

func TestThePolicyForbidsEverythingForeign(t *testing.T) {
	h := http.Header{}
	fields := mustNew(t, testSite()).Headers()
	for i := 0; i+1 < len(fields); i += 2 {
		h.Set(fields[i], fields[i+1])
	}
	csp := h.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none';") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") ||
		strings.Count(csp, "'self'") != 3 { // its polls, its forms, and who may show it
		t.Errorf("the policy is %q", csp)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("headers %v", h)
	}
	fields[1] = "changed"
	if mustNew(t, testSite()).Headers()[1] == "changed" {
		t.Error("the caller changed everybody's headers")
	}
}

// A gateway with many rooms starts, and reloads its configuration, with as many sites.
func BenchmarkSite(b *testing.B) {
	lib := mustLibrary(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := lib.Site(testSite()); err != nil {
			b.Fatal(err)
		}
	}
}
