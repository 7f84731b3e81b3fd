package adminapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/operator"
)

// ring is a keyring whose versions are counted.
type ring struct {
	version string
	fixed   string
	asked   []operator.Rotation
	err     error
}

func (k *ring) Info() operator.KeysInfo {
	at := time.Date(2026, 6, 14, 12, 0, 0, 0, time.UTC)
	return operator.KeysInfo{Version: k.version, Fixed: k.fixed, Keys: []operator.Key{
		{ID: "new", Algorithm: "HS256", State: "pending", Made: &at, Activates: &at}, {ID: "old", Algorithm: "EdDSA", State: "signs", Made: &at, Activates: &at, Ends: &at},
	}}
}
func (*ring) TicketLife() time.Duration { return 24 * time.Hour }
func (*ring) Soonest() time.Duration    { return time.Minute }
func (k *ring) Rotate(r operator.Rotation) error {
	if k.err == nil {
		k.asked = append(k.asked, r)
		k.version += "1"
	}
	return k.err
}

// file is a configuration that would drop a room.
type file struct {
	review  operator.ConfigReview
	applied int
}

func (*file) Info() operator.ConfigInfo {
	return operator.ConfigInfo{File: "/etc/einlass.yaml", Since: time.Unix(1_800_000_000, 0), Text: "rooms: []\n", Version: "abc"}
}
func (f *file) Check(string) operator.ConfigReview { return f.review }
func (f *file) Reload(_ context.Context, dry bool, agreed func(operator.ConfigReview) error) (operator.ConfigReview, error) {
	if dry {
		return f.review, nil
	}
	if err := agreed(f.review); err != nil {
		return f.review, err
	}
	f.applied++
	return f.review, nil
}

func filled() operator.ConfigReview {
	one := []operator.ConfigProblem{{Path: "rooms[0].pace.rate", Detail: "is wrong", Where: "line 3"}}
	return operator.ConfigReview{
		Problems: one, Restart: one, Warnings: one, Changes: []operator.ConfigChange{{Path: "drain", Before: "5s", After: "6s"}},
		Added: []string{"a"}, Changed: []string{"kfz"}, Removed: []string{"termine"},
	}
}

// gatewayOf serves a town with a keyring and a configuration, each answer held to the document.
func gatewayOf(t *testing.T, k *ring, f *file) func(method, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	service := (&town{}).service()
	service.SetKeyring(k)
	service.SetConfiguration(f)
	at := time.Unix(1_800_000_000, 0)
	service.ShowPeople(func() operator.People {
		return operator.People{
			Users:  []operator.Grant{{Name: "anna", Role: "operator", Rooms: []string{"termine", "gone"}, Made: &at, Expires: &at, Expired: true}},
			Tokens: []operator.Grant{{Name: "board", Role: "viewer"}},
		}
	})
	s, err := New(service, Config{Token: token, Staff: tokens(byRole)})
	if err != nil {
		t.Fatal(err)
	}
	h := held(t, s)
	return func(method, path, body string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", jsonType)
		r.Header.Set("Authorization", "Bearer "+token)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
}

// problem is what an error answers with.
func problemIn(t *testing.T, w *httptest.ResponseRecorder) (p Problem) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestKeysAreRotatedByWhoHasSeenThem(t *testing.T) {
	k := &ring{version: "v"}
	ask := gatewayOf(t, k, &file{})
	if w := ask(http.MethodGet, "/v1/keys", ""); w.Code != 200 || w.Header().Get("ETag") != `"v"` || !strings.Contains(w.Body.String(), `"state":"pending"`) || !strings.Contains(w.Body.String(), `"gateways":3`) {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if w := ask(http.MethodPost, "/v1/keys/rotate", `{"reason":"yearly"}`); w.Code != http.StatusPreconditionRequired || problemIn(t, w).Code != CodeNoVersion {
		t.Errorf("without a version: %d %s", w.Code, w.Body)
	}
	if w := ask(http.MethodPost, "/v1/keys/rotate", `{}`, "If-Match", `"w"`); w.Code != http.StatusPreconditionFailed {
		t.Errorf("with another version: %d %s", w.Code, w.Body)
	}
	if w := ask(http.MethodPost, "/v1/keys/rotate", `{}`, "If-Match", `w`); w.Code != http.StatusBadRequest {
		t.Errorf("with what is no tag: %d %s", w.Code, w.Body)
	}
	// Three gateways share the lines: it is asked what they need.
	w := ask(http.MethodPost, "/v1/keys/rotate", `{}`, "If-Match", `"v"`)
	p := problemIn(t, w)
	if w.Code != http.StatusPreconditionRequired || p.Code != CodeConfirm || p.EffectKind != operator.EffectKeysCopied || *p.Count != 3 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(http.MethodPost, "/v1/keys/rotate", `{"in":"10m","confirm":"`+p.Confirm+`"}`, "If-Match", `"v"`); problemIn(t, w).Code != CodeConfirm {
		t.Errorf("another rotation with its confirmation: %s", w.Body)
	}
	w = ask(http.MethodPost, "/v1/keys/rotate", `{"reason":"yearly","confirm":"`+p.Confirm+`"}`, "If-Match", `"v"`)
	want := []operator.Rotation{{Version: "v", In: 5 * time.Minute, Overlap: 25 * time.Hour}}
	if w.Code != 200 || w.Header().Get("ETag") != `"v1"` || !slices.Equal(k.asked, want) || !strings.Contains(w.Body.String(), "copy the keyring file to the others before") {
		t.Errorf("%d %s, %+v", w.Code, w.Body, k.asked)
	}
}

func TestKeysThatEndBeforeTicketsAreAskedAbout(t *testing.T) {
	k := &ring{version: "v"}
	ask := gatewayOf(t, k, &file{})
	w := ask(http.MethodPost, "/v1/keys/rotate", `{"overlap":"1h"}`, "If-Match", "*")
	if p := problemIn(t, w); p.EffectKind != operator.EffectKeysEnd || *p.Count != 318+88 || !strings.Contains(p.Effect, "tickets live for 24h") || !strings.Contains(p.Effect, "; 3 gateways") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for body, field := range map[string]string{`{"in":"59s"}`: "in", `{"in":"-1s"}`: "in", `{"in":"5"}`: "in", `{"overlap":"x"}`: "overlap", `{"reason":"a\nb"}`: "reason"} {
		w := ask(http.MethodPost, "/v1/keys/rotate", body, "If-Match", "*")
		if p := problemIn(t, w); w.Code != http.StatusUnprocessableEntity || len(p.Errors) != 1 || p.Errors[0].Field != field {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	k.fixed = "it is elsewhere"
	if w := ask(http.MethodPost, "/v1/keys/rotate", `{}`, "If-Match", "*"); w.Code != http.StatusConflict || problemIn(t, w).Code != CodeFixed {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(k.asked) > 0 {
		t.Errorf("%+v", k.asked)
	}
}

func TestTheConfigurationIsShownLookedAtAndReadAgain(t *testing.T) {
	f := &file{review: filled()}
	ask := gatewayOf(t, &ring{}, f)
	if w := ask(http.MethodGet, "/v1/config", ""); w.Code != 200 || w.Header().Get("ETag") != `"abc"` || !strings.Contains(w.Body.String(), `"text":"rooms: []\n"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	var review operator.ConfigReview
	for path, body := range map[string]string{"check": `{"text":"x"}`, "reload": `{"dry":true}`} {
		w := ask(http.MethodPost, "/v1/config/"+path, body)
		if err := json.Unmarshal(w.Body.Bytes(), &review); err != nil || w.Code != 200 || len(review.Problems) != 1 || review.OK {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	w := ask(http.MethodPost, "/v1/config/reload", `{}`)
	if p := problemIn(t, w); w.Code != http.StatusUnprocessableEntity || len(p.Errors) != 2 || p.Errors[0].Field != "rooms[0].pace.rate" || !strings.Contains(p.Errors[0].Detail, "(line 3)") {
		t.Errorf("what hinders it: %d %s", w.Code, w.Body)
	}
	f.review.Problems, f.review.Restart, f.review.OK = []operator.ConfigProblem{}, []operator.ConfigProblem{}, true
	w = ask(http.MethodPost, "/v1/config/reload", `{"reason":"kfz is faster"}`)
	p := problemIn(t, w)
	if w.Code != http.StatusPreconditionRequired || p.EffectKind != operator.EffectRoomDropped || *p.Count != 406 || !strings.Contains(p.Effect, "room termine goes out of service: 318 people in its line lose their places, and 88 inside their stays") {
		t.Errorf("a room that is dropped: %d %s", w.Code, w.Body)
	}
	if f.applied > 0 {
		t.Fatal("it was not confirmed")
	}
	if w := ask(http.MethodPost, "/v1/config/reload", `{"confirm":"`+p.Confirm+`"}`); w.Code != 200 || f.applied != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	big := `{"text":"` + strings.Repeat("x", maxConfig) + `"}`
	if w := ask(http.MethodPost, "/v1/config/check", big); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a text that is too large: %d", w.Code)
	}
}

func TestWhoMayOperateIsListedWithoutWhatProvesIt(t *testing.T) {
	ask := gatewayOf(t, &ring{}, &file{})
	w := ask(http.MethodGet, "/v1/users", "")
	if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, `"name":"anna"`) || !strings.Contains(body, `"unknown":["gone"]`) || !strings.Contains(body, `"name":"board"`) ||
		strings.Contains(body, "hash") || strings.Contains(body, "password") {
		t.Errorf("%d %s", w.Code, body)
	}
}
