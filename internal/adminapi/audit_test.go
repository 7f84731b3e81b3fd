package adminapi

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/audit"
)

func TestTheRecordIsShownToOperators(t *testing.T) {
	log, err := audit.New(audit.Config{Dir: filepath.Join(t.TempDir(), "audit"), Gateway: "g1"})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	service := (&town{}).service()
	service.KeepIn(log)
	service.NameErrors(CodeOf)
	url := serveOperators(t, service, Config{})
	authorized := []string{"Authorization", "Bearer " + token, "Content-Type", "application/json"}
	get := func(query string) (*http.Response, string) {
		t.Helper()
		return ask(t, http.MethodGet, url+"/v1/audit"+query, "", authorized...)
	}
	if r, text := ask(t, http.MethodPatch, url+"/v1/rooms/termine", `{"rate":90,"reason":"more seats"}`, authorized...); r.StatusCode != 200 {
		t.Fatal(text)
	}
	if r, text := ask(t, http.MethodPatch, url+"/v1/rooms/kfz", `{"rate":-5}`, authorized...); r.StatusCode != 422 {
		t.Fatal(text)
	}
	for query, want := range map[string]string{
		"":                            `"entries":[{"seq":3,`,
		"?room=termine":               `"entries":[{"seq":2,`,
		"?before=3&limit=1":           `"entries":[{"seq":2,`,
		"?since=2999-01-01T00:00:00Z": `"entries":[]`,
	} {
		if r, text := get(query); r.StatusCode != 200 || !strings.Contains(text, want) || !strings.Contains(text, `"last":3`) {
			t.Errorf("%s: %d %s", query, r.StatusCode, text)
		}
	}
	_, text := get("?room=termine")
	for _, want := range []string{`"gateway":"g1"`, `"name":"token"`, `"asked":{"rate":90}`, `"reason":"more seats"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if _, text := get("?room=kfz"); !strings.Contains(text, `"code":"invalid"`) {
		t.Errorf("the kind of the error is not named: %s", text)
	}
	r, text := get("?room=nowhere")
	wantProblem(t, r, text, http.StatusNotFound, CodeUnknownRoom)
	r, text = get("?limit=0&since=yesterday&before=x&of=y")
	if p := wantProblem(t, r, text, http.StatusUnprocessableEntity, CodeInvalid); len(p.Errors) != 4 {
		t.Errorf("not all mistakes: %+v", p.Errors)
	}
}

func TestAGatewayWithoutARecordSaysSo(t *testing.T) {
	url := serve(t, &town{}, Config{})
	r, text := ask(t, http.MethodGet, url+"/v1/audit", "", "Authorization", "Bearer "+token)
	wantProblem(t, r, text, http.StatusNotFound, CodeNoRecord)
}
