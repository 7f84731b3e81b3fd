package adminapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/staff"
)

// openRows are all that is answered without a token. A row to which nobody gave a role is public, so it is missed here.
var openRows = []string{"GET /healthz", "GET /livez", "GET /startupz", "GET /readyz", "GET /metrics", "POST /v1/session", " /"}

// byRole takes the name of a role for its token, with the one room of a scope behind a slash.
func byRole(text string) (operator.Principal, bool) {
	name, room, scoped := strings.Cut(text, "/")
	role, ok := operator.ParseRole(name)
	who := operator.Principal{Name: text, Method: "bearer", Role: role}
	if scoped {
		who.Rooms = []string{room}
	}
	return who, ok
}

// tokens are staff who have tokens.
type tokens func(text string) (operator.Principal, bool)

func (of tokens) Token(text string) (operator.Principal, bool) { return of(text) }

func (tokens) LogIn(context.Context, string, string, string) (staff.Session, error) {
	return staff.Session{}, staff.ErrWrong
}
func (tokens) Knows(string) bool                    { return false }
func (tokens) Session(string) (staff.Session, bool) { return staff.Session{}, false }
func (tokens) End(string)                           {}

func newTable(t *testing.T) *Server {
	t.Helper()
	s, err := New((&town{}).service(), Config{Token: token, Staff: tokens(byRole)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asked is one request to a row of the table, by the token of a role or without any.
func asked(h http.Handler, row *route, as string) *httptest.ResponseRecorder {
	method := row.method
	if method == "" {
		method = http.MethodGet
	}
	path := strings.NewReplacer("{id}", "termine", "{batch}", "1").Replace(row.path)
	r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader("{}"))
	r.Header.Set("Content-Type", jsonType)
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+as)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Whatever is added to the table: only profiles, the printing of codes and streams of events bound themselves.
func TestEveryRowOfTheTableIsBounded(t *testing.T) {
	for _, row := range newTable(t).routes() {
		itself := strings.HasPrefix(row.path, "/debug/pprof/") || row.path == "/v1/events" || row.method == http.MethodPost && (strings.HasSuffix(row.path, "/codes") || strings.HasSuffix(row.path, "/codes/print"))
		if bounded := row.limit > 0; !bounded && !itself || row.limit >= writeTimeout {
			t.Errorf("%s %s: time limit %v", row.method, row.path, row.limit)
		}
	}
}

// Each row of the table is asked for by each role, for all rooms, for the room of the path and for another.
func TestEachRowIsForTheRolesThatItNames(t *testing.T) {
	s := newTable(t)
	rows := s.routes()
	for i := range rows {
		if public := rows[i].role == operator.RolePublic; public != slices.Contains(openRows, rows[i].method+" "+rows[i].path) {
			t.Errorf("%s %s has the role %s", rows[i].method, rows[i].path, rows[i].role)
		}
		rows[i].handle = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	}
	h := s.guard(s.mux(rows))
	for i := range rows {
		row := &rows[i]
		for role := operator.RolePublic; role <= operator.RoleAdmin; role++ {
			for _, scope := range []string{"", "/termine"} {
				as, want := role.String()+scope, http.StatusNoContent
				switch {
				case role == operator.RolePublic && scope != "":
					continue
				case role == operator.RolePublic:
					as = ""
					if row.role > operator.RolePublic {
						want = http.StatusUnauthorized
					}
				case !role.May(row.role), scope != "" && row.role == operator.RoleAdmin && !strings.Contains(row.path, "{id}"):
					want = http.StatusForbidden
				}
				if got := asked(h, row, as).Code; got != want {
					t.Errorf("%s %s as %q: %d, want %d", row.method, row.path, as, got, want)
				}
			}
		}
	}
}

// A room that is not of the scope is answered like one that does not exist, by every row for one room.
func TestEachRowForOneRoomKeepsToTheScope(t *testing.T) {
	s := newTable(t)
	rows := s.routes()
	for i := range rows {
		if !strings.Contains(rows[i].path, "{id}") {
			continue
		}
		w := asked(s, &rows[i], "admin/kfz")
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"rooms":["kfz"]`) {
			t.Errorf("%s %s: %d %s", rows[i].method, rows[i].path, w.Code, w.Body)
		}
	}
	if w := asked(s, &route{path: "/v1/rooms"}, "viewer/kfz"); strings.Contains(w.Body.String(), "termine") || !strings.Contains(w.Body.String(), `"id":"kfz"`) {
		t.Errorf("rooms of the scope are %s", w.Body)
	}
}

// A method that a path has not is told only to who may do something with the path.
func TestAMethodThatAPathHasNotIsToldToWhoMayDoSomethingThere(t *testing.T) {
	s := newTable(t)
	for as, want := range map[string]int{"": 401, "reporter": 403, "viewer": 405, "operator": 405} {
		if w := asked(s, &route{method: http.MethodDelete, path: "/v1/rooms/{id}"}, as); w.Code != want {
			t.Errorf("as %q: %d, want %d", as, w.Code, want)
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
	if p := operator.PrincipalOf(got); !reflect.DeepEqual(p, operator.Principal{Name: "token", Method: "bearer", Role: operator.RoleAdmin, From: "network"}) {
		t.Errorf("principal is %+v", p)
	}
}
