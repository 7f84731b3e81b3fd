package adminapi

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/report/signed"
	keyring "github.com/einlass/einlass/pkg/token"
)

func TestAReportIsSignedForAdmins(t *testing.T) {
	service := (&town{}).service()
	url := serveOperators(t, service, Config{})
	body := []byte(`{"room":"termine"}`)
	sign := func(room, asked string) (*http.Response, string) {
		t.Helper()
		return ask(t, http.MethodPost, url+"/v1/rooms/"+room+"/reports/sign", asked, "Authorization", "Bearer "+token, "Content-Type", "application/json")
	}
	asked := `{"opening":"eight","hash":"` + signed.HashOf(body) + `"}`
	r, text := sign("termine", asked)
	wantProblem(t, r, text, http.StatusConflict, CodeNoKey)

	ring, err := keyring.NewKeyring(rand.Reader, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	service.SignReports(func(at time.Time) (signed.Signer, bool) {
		by, ok := ring.Signer(at)
		return by, ok
	})
	r, text = sign("termine", asked)
	var s signed.Signature
	if err := json.Unmarshal([]byte(text), &s); err != nil || r.StatusCode != 200 || r.Header.Get(RoomField) != "termine" {
		t.Fatal(err, r.StatusCode, text)
	}
	file, err := signed.JSON(body, &s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signed.Verify(file, nil); err != nil {
		t.Error(err)
	}
	r, text = sign("nowhere", asked)
	wantProblem(t, r, text, http.StatusNotFound, CodeUnknownRoom)
	r, text = sign("termine", `{"hash":"abc"}`)
	if p := wantProblem(t, r, text, http.StatusUnprocessableEntity, CodeInvalid); len(p.Errors) != 1 || !strings.Contains(p.Errors[0].Detail, "SHA-256") {
		t.Errorf("%+v", p)
	}
	r, text = sign("termine", `{"hash"`)
	wantProblem(t, r, text, http.StatusBadRequest, CodeMalformed)
}
