package adminapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

// Whatever is added to the table: a path has one role, operators' rows need the token, and only profiles and the printing of codes bound themselves.
func TestEveryRowOfTheTableIsGuardedAndBounded(t *testing.T) {
	s, err := New((&town{}).service(), Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]operator.Role{}
	for _, row := range s.routes() {
		if role, known := roles[row.path]; known && role != row.role {
			t.Errorf("%s has two roles", row.path)
		}
		roles[row.path] = row.role
		itself := strings.HasPrefix(row.path, "/debug/pprof/") || row.method == http.MethodPost && (strings.HasSuffix(row.path, "/codes") || strings.HasSuffix(row.path, "/codes/print"))
		if bounded := row.limit > 0; !bounded && !itself || row.limit >= writeTimeout {
			t.Errorf("%s %s: time limit %v", row.method, row.path, row.limit)
		}
		method := row.method
		if method == "" {
			method = http.MethodGet
		}
		r := httptest.NewRequest(method, "http://localhost"+strings.ReplaceAll(row.path, "{id}", "termine"), nil)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if refused := w.Code == http.StatusUnauthorized; refused != (row.role > operator.RolePublic) {
			t.Errorf("%s %s without a token: %d", row.method, row.path, w.Code)
		}
	}
}

func TestAHandlerActsForThePrincipalWithinTheTimeLimit(t *testing.T) {
	s, err := New((&town{}).service(), Config{Token: token})
	if err != nil {
		t.Fatal(err)
	}
	var got context.Context
	h := s.mux([]route{{http.MethodGet, "/x", operator.RoleOperator, time.Hour, func(_ http.ResponseWriter, r *http.Request) { got = r.Context() }}})
	r := httptest.NewRequest(http.MethodHead, "/x", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	h.ServeHTTP(httptest.NewRecorder(), r)
	if got == nil {
		t.Fatal("not handled")
	}
	if _, bounded := got.Deadline(); !bounded {
		t.Error("the context has no end")
	}
	if p := operator.PrincipalOf(got); p != (operator.Principal{Name: "token", Method: "bearer", Role: operator.RoleOperator}) {
		t.Errorf("principal is %+v", p)
	}
}
