package adminapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/operator"
)

// shown are operators who show a page.
type shown struct{ Operators }

func (shown) Page(_ context.Context, id, tag string) (operator.Page, error) {
	if id != "termine" {
		return operator.Page{}, operator.ErrNoPage
	}
	return operator.Page{Body: []byte("<p>" + tag), Headers: []string{"Content-Security-Policy", "default-src 'none'", "Vary", "Accept-Encoding"}}, nil
}

func TestThePageOfCitizensIsShownInASandbox(t *testing.T) {
	s, err := New(shown{(&town{}).service()}, Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	w := get("/v1/rooms/termine/page?language=de", token)
	if w.Code != http.StatusOK || w.Body.String() != "<p>de" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Header())
	}
	if policy := w.Header().Get("Content-Security-Policy"); policy != "default-src 'none'; sandbox" {
		t.Errorf("the policy is %q", policy)
	}
	if w := get("/v1/rooms/other/page", token); w.Code != http.StatusNotFound {
		t.Errorf("without a page: %d", w.Code)
	}
	if w := get("/v1/rooms/termine/page", ""); w.Code != http.StatusUnauthorized {
		t.Errorf("without a token: %d", w.Code)
	}
}
