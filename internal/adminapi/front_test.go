package adminapi

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/probe"
)

// aFront has seals of plain text.
type aFront struct{ err error }

func (f aFront) Question(context.Context) (seal, nonce string, err error) {
	return "sealed", "nonce", f.err
}

func (f aFront) Answered(_ context.Context, seal string) (string, error) {
	return strings.TrimPrefix(seal, "answer to "), f.err
}

func (aFront) Facts() probe.Facts {
	return probe.Facts{
		Prefix: "/.einlass", TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, Redirects: true, URLBytes: 1, HeaderBytes: 2, BodyBytes: 3,
		Rooms: []probe.Room{{ID: "termine", Hosts: []string{"termine.example.org"}, Guarded: []string{"/"}}},
	}
}

func TestWhatAProbeNeedsIsSaidToAdmins(t *testing.T) {
	ask := func(front Front, method, path, body string) *httptest.ResponseRecorder {
		t.Helper()
		s, err := New((&town{}).service(), Config{Token: token, Front: front})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		if body != "" {
			r.Header.Set("Content-Type", jsonType)
		}
		w := httptest.NewRecorder()
		held(t, s).ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct{ method, path, body, want string }{
		{http.MethodGet, "/v1/doctor/front", "", `{"prefix":"/.einlass","trusted_proxies":["127.0.0.1/32"],"redirects":true,"url_bytes":1,"header_bytes":2,"body_bytes":3,` +
			`"rooms":[{"id":"termine","hosts":["termine.example.org"],"guarded":["/"]}]}`},
		{http.MethodPost, "/v1/doctor/seals", `{}`, `{"seal":"sealed","nonce":"nonce"}`},
		{http.MethodPost, "/v1/doctor/seals/check", `{"seal":"answer to nonce"}`, `{"nonce":"nonce"}`},
	} {
		if w := ask(aFront{}, c.method, c.path, c.body); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != c.want {
			t.Errorf("%s: %d %s", c.path, w.Code, w.Body)
		}
		if w := ask(nil, c.method, c.path, c.body); w.Code != http.StatusNotFound {
			t.Errorf("%s of a gateway that has none: %d", c.path, w.Code)
		}
		if c.body != "" {
			if w := ask(aFront{errors.New("the keyring, in detail")}, c.method, c.path, c.body); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "detail") {
				t.Errorf("%s when it cannot: %d %s", c.path, w.Code, w.Body)
			}
			if w := ask(aFront{}, c.method, c.path, `{"more":1}`); w.Code < 400 || w.Code > 499 {
				t.Errorf("%s with more: %d", c.path, w.Code)
			}
		}
	}
}
