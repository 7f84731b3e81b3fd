package adminapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/einlass/einlass/internal/operator"
)

// described is the document, and what finds the operation of a request in it.
type described struct {
	doc    *openapi3.T
	router routers.Router
}

// theDocument is read once. Its objects are made strict: the published document leaves clients free to pass over members that a later
// release adds, and here one that the document does not name is a mistake.
var theDocument = sync.OnceValues(func() (*described, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	for _, s := range doc.Components.Schemas {
		if strict := false; s.Value.Type.Is("object") && len(s.Value.Properties) > 0 {
			s.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: &strict}
		}
	}
	for _, kind := range []string{eventsType, LinesType, CodesCSVType, openAPIType, "text/html"} {
		openapi3filter.RegisterBodyDecoder(kind, openapi3filter.PlainBodyDecoder)
	}
	openapi3filter.RegisterBodyDecoder(patchType, openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder(ProblemType, openapi3filter.JSONBodyDecoder)
	router, err := gorillamux.NewRouter(doc)
	return &described{doc, router}, err
})

func openAPIOf(t testing.TB) *described {
	t.Helper()
	d, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// held serves by a handler, and holds each request that was accepted, and each answer, to the document. Streams are handed through: their
// events are of the form of another answer.
func held(t testing.TB, next http.Handler) http.Handler {
	d := openAPIOf(t)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route, params, err := d.router.FindRoute(r)
		if err != nil || strings.HasPrefix(r.URL.Path, "/v1/events") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r) // a path that there is not, for example
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		a := &noted{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(a, r)
		asked := r.Clone(r.Context())
		asked.Body = io.NopCloser(bytes.NewReader(body))
		if r.Method == http.MethodPost && r.Header.Get("Content-Type") == patchType { // which is JSON too, and taken for it
			asked.Header.Set("Content-Type", jsonType)
		}
		in := &openapi3filter.RequestValidationInput{
			Request: asked, PathParams: params, Route: route, Options: &openapi3filter.Options{
				AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true,
			},
		}
		if a.code < http.StatusBadRequest {
			if err := openapi3filter.ValidateRequest(asked.Context(), in); err != nil {
				t.Errorf("%s %s is accepted with %q, and not described: %v", r.Method, r.URL, body, err)
			}
		}
		out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: a.code, Header: w.Header(), Options: in.Options}
		out.SetBodyBytes(a.text.Bytes())
		if err := openapi3filter.ValidateResponse(asked.Context(), out); err != nil {
			t.Errorf("%s %s answers %d, and what the document does not say: %v", r.Method, r.URL, a.code, err)
		}
	})
}

// noted remembers an answer on its way.
type noted struct {
	http.ResponseWriter
	code int
	text bytes.Buffer
}

func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

func (n *noted) WriteHeader(code int) {
	n.code = code
	n.ResponseWriter.WriteHeader(code)
}

func (n *noted) Write(b []byte) (int, error) {
	n.text.Write(b)
	return n.ResponseWriter.Write(b)
}

// undescribed are the rows that are no part of the API: Go's own profiles, and what answers any other path.
func undescribed(row *route) bool {
	return row.method == "" || strings.HasPrefix(row.path, "/debug/pprof/")
}

func TestEachRouteIsDescribedWithItsRoleAndNothingElseIs(t *testing.T) {
	d := openAPIOf(t)
	routes := map[string]operator.Role{}
	rows := newTable(t).routes()
	for i := range rows {
		if !undescribed(&rows[i]) {
			routes[rows[i].method+" "+rows[i].path] = rows[i].role
		}
	}
	ids := map[string]bool{}
	for path, item := range d.doc.Paths.Map() {
		for method, o := range item.Operations() {
			name := method + " " + path
			role, served := routes[name]
			if delete(routes, name); !served {
				t.Errorf("%s is described and not served", name)
				continue
			}
			if said := o.Extensions["x-role"]; said != role.String() {
				t.Errorf("%s is said to be for %v, and is for %v", name, said, role)
			}
			if open := o.Security != nil && len(*o.Security) == 0; open != (role == operator.RolePublic) {
				t.Errorf("%s is said to need no token: %v", name, open)
			}
			if o.OperationID == "" || ids[o.OperationID] || o.Summary == "" {
				t.Errorf("%s has the id %q and the summary %q", name, o.OperationID, o.Summary)
			}
			ids[o.OperationID] = true
		}
	}
	for name := range routes {
		t.Errorf("%s is served and not described: add it to openapi.yaml", name)
	}
}

// What nothing refers to, and words of Go, would tell nobody anything.
func TestTheDocumentHasNothingThatNobodyUses(t *testing.T) {
	d := openAPIOf(t)
	for name := range d.doc.Components.Schemas {
		lines := strings.HasPrefix(name, "Codes") || name == "CodeLine" || name == "RoomList" // which words of an operation name
		if !lines && !bytes.Contains(openAPI, []byte("'#/components/schemas/"+name+"'")) {
			t.Errorf("nothing refers to %s", name)
		}
	}
	if words := regexp.MustCompile(`\bnil\b|\b[a-z]+\.[A-Z]\w+`).FindAll(openAPI, -1); len(words) > 0 {
		t.Errorf("it has words of Go: %q", words)
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	s := newTable(t)
	get := func(path string) *httptest.ResponseRecorder {
		return asked(s, &route{method: http.MethodGet, path: path}, "viewer")
	}
	a := get("/v1/openapi.yaml")
	if a.Code != http.StatusOK || a.Header().Get("Content-Type") != openAPIType || a.Body.String() != string(openAPI) {
		t.Errorf("%d %v", a.Code, a.Header())
	}
	a = get("/v1/openapi.json")
	var doc struct{ OpenAPI string }
	if err := json.Unmarshal(a.Body.Bytes(), &doc); err != nil || a.Code != http.StatusOK || doc.OpenAPI != "3.1.0" {
		t.Errorf("%d %v %q", a.Code, err, doc.OpenAPI)
	}
	if _, err := openapi3.NewLoader().LoadFromData(a.Body.Bytes()); err != nil {
		t.Error(err)
	}
}

// The check would be worth nothing if it let everything pass.
func TestAnAnswerThatIsNotDescribedIsSeen(t *testing.T) {
	for name, body := range map[string]string{
		"a member more": `{"rooms":[],"more":1}`, "a member less": `{}`, "another type": `{"rooms":{}}`, "no JSON": `rooms`,
	} {
		seen := &failures{TB: t}
		h := held(seen, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", jsonType)
			_, _ = io.WriteString(w, body)
		}))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/rooms", nil))
		if seen.n != 1 {
			t.Errorf("%s: %d faults", name, seen.n)
		}
	}
	seen := &failures{TB: t}
	h := held(seen, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	r := httptest.NewRequest(http.MethodPost, "/v1/session", strings.NewReader(`{"name":"x"}`))
	r.Header.Set("Content-Type", jsonType)
	if h.ServeHTTP(httptest.NewRecorder(), r); seen.n != 1 {
		t.Errorf("a request that is accepted and not described: %d faults", seen.n)
	}
}

// failures counts what a test would fail for.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Errorf(string, ...any) { f.n++ }
