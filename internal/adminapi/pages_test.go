package adminapi

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// onePage stands for the dashboard.
type onePage struct{ http.Handler }

func (onePage) Paths() []string { return []string{"/{$}", "/rooms/{room}"} }

func TestPagesAreServedWithoutATokenAndToOurHostsOnly(t *testing.T) {
	page := onePage{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/html") })}
	s, err := New((&town{}).service(), Config{Token: token, Dashboard: page})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, url string
		want        int
	}{
		{http.MethodGet, "http://localhost/", http.StatusOK},
		{http.MethodHead, "http://localhost/rooms/termine", http.StatusOK},
		{http.MethodPost, "http://localhost/", http.StatusMethodNotAllowed},
		{http.MethodGet, "http://localhost/rooms/termine/more", http.StatusNotFound},
		{http.MethodGet, "http://rebound.example/", http.StatusMisdirectedRequest},
		{http.MethodGet, "http://localhost/v1/rooms", http.StatusUnauthorized},
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(c.method, c.url, nil))
		if w.Code != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.url, w.Code, c.want)
		}
		if w.Code == http.StatusOK && w.Header().Get("Content-Type") != "text/html" {
			t.Errorf("%s %s: %v", c.method, c.url, w.Header())
		}
	}
}

// Who follows a link of another site comes to a page, and to nothing else.
func TestALinkElsewhereLeadsToPagesOnly(t *testing.T) {
	page := onePage{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })}
	s, err := New((&town{}).service(), Config{Token: token, Dashboard: page})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path, mode, dest string
		want                     int
	}{
		{http.MethodGet, "/", "navigate", "document", http.StatusOK},
		{http.MethodGet, "/", "navigate", "iframe", http.StatusForbidden},
		{http.MethodGet, "/", "no-cors", "script", http.StatusForbidden},
		{http.MethodPost, "/", "navigate", "document", http.StatusForbidden},
		{http.MethodGet, "/v1/rooms", "navigate", "document", http.StatusForbidden},
		{http.MethodGet, "/debug/pprof/", "navigate", "document", http.StatusForbidden},
	} {
		r := httptest.NewRequest(c.method, "http://localhost"+c.path, nil)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Mode", c.mode)
		r.Header.Set("Sec-Fetch-Dest", c.dest)
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != c.want {
			t.Errorf("%s %s as %s to %s: %d, want %d", c.method, c.path, c.mode, c.dest, w.Code, c.want)
		}
	}
}
