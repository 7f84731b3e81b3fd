package adminapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/internal/staff"
)

// fullOf is a value each member of which says something: an answer in which one is missing is not held to what the document says of it.
func fullOf[T any](id string) (v T) {
	fill(reflect.ValueOf(&v).Elem())
	if of := reflect.ValueOf(&v).Elem().FieldByName("ID"); of.IsValid() {
		of.SetString(id)
	}
	return v
}

func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1_800_000_000, 0).UTC()))
		return
	case json.RawMessage:
		v.SetBytes([]byte(`1`))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	}
}

// full answers all that a town of a test does not, each member filled.
type full struct{ Operators }

func (full) Origins(_ context.Context, id string) (operator.OriginsInfo, error) {
	return fullOf[operator.OriginsInfo](id), nil
}

func (full) Page(context.Context, string, string) (operator.Page, error) {
	return operator.Page{Body: []byte("<!doctype html>")}, nil
}

func (full) ListPlaces(_ context.Context, id string) (operator.PlaceList, error) {
	return fullOf[operator.PlaceList](id), nil
}

func (full) TakePlace(_ context.Context, id string, _ operator.NewPlace) (operator.PlaceInfo, error) {
	return fullOf[operator.PlaceInfo](id), nil
}

func (full) ActOnPlace(_ context.Context, id, _ string, _ operator.PlaceAct) (operator.PlaceInfo, error) {
	return fullOf[operator.PlaceInfo](id), nil
}

func (full) SendPlace(_ context.Context, id string, _ operator.PlaceSend) (operator.PlaceInfo, error) {
	return fullOf[operator.PlaceInfo](id), nil
}

func (full) PlaceHistory(_ context.Context, id string, _ operator.PlaceAct) (operator.PlaceTold, error) {
	return fullOf[operator.PlaceTold](id), nil
}

func (full) Type(_ context.Context, id string, _ operator.Typed) (operator.DrawTyped, error) {
	return fullOf[operator.DrawTyped](id), nil
}

func (full) RestoreCodes(_ context.Context, id string, _ operator.CodesRestored) (operator.CodesInfo, error) {
	return fullOf[operator.CodesInfo](id), nil
}

func (full) Debug(context.Context, string, operator.DebugAct) (any, error) {
	return fullOf[operator.DebugSeed](""), nil
}

func (full) LogLevel(context.Context) (operator.LogInfo, error) {
	return operator.LogInfo{Level: "debug"}, nil
}

func (full) ChangeLogLevel(_ context.Context, c operator.LogChange) (operator.LogInfo, error) {
	return operator.LogInfo{Level: c.Level}, nil
}

// guest is one user, who is logged in.
type guest struct{ noStaff }

func (guest) Session(cookie string) (staff.Session, bool) {
	s := fullOf[staff.Session]("")
	s.Role, s.Rooms, s.Renewed = operator.RoleViewer, []string{"termine"}, false
	return s, cookie != ""
}

func TestAnswersThatSayAllAreDescribed(t *testing.T) {
	s, err := New(full{(&town{}).service()}, Config{
		Token: token, Staff: guest{},
		Alerts: func() []alerts.Alert { return []alerts.Alert{fullOf[alerts.Alert]("")} },
		Doctor: func() []doctor.Finding {
			return []doctor.Finding{{Check: "disk", State: doctor.Wrong, What: "full", Do: "Make space."}}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := held(t, s)
	const place = `{"number":1,"code":"ABCD"}`
	for _, c := range []struct{ method, path, body, want string }{
		{http.MethodGet, "/v1/alerts", "", `"severity":"text"`},
		{http.MethodGet, "/v1/doctor", "", `"do":"Make space."`},
		{http.MethodGet, "/v1/log", "", `"level":"debug"`},
		{http.MethodPut, "/v1/log", `{"level":"warn","reason":"quiet"}`, `"level":"warn"`},
		{http.MethodGet, "/v1/openapi.yaml", "", "openapi: "},
		{http.MethodGet, "/v1/openapi.json", "", `"openapi":`},
		{http.MethodGet, "/v1/session", "", `"method":"bearer"`},
		{http.MethodGet, "/v1/rooms/termine/origins", "", `"by":"text"`},
		{http.MethodGet, "/v1/rooms/termine/page?language=de", "", "<!doctype html>"},
		{http.MethodGet, "/v1/rooms/termine/places", "", `"until":`},
		{http.MethodPost, "/v1/rooms/termine/places", `{"group":"a","reason":"call"}`, `"taken":`},
		{http.MethodPost, "/v1/rooms/termine/places/find", place, `"ahead":1`},
		{http.MethodPost, "/v1/rooms/termine/places/front", place, `"low":1.5`},
		{http.MethodPost, "/v1/rooms/termine/places/link", place, `"url":"text"`},
		{http.MethodPost, "/v1/rooms/termine/places/remove", place, `"reason":"absent"`},
		{http.MethodPost, "/v1/rooms/termine/places/history", place, `"steps":[{`},
		{http.MethodPost, "/v1/rooms/termine/places/sms", `{"number":1,"code":"ABCD","to":"+4915112345678"}`, `"lot":true`},
		{http.MethodPost, "/v1/rooms/termine/debug/reveal", `{"seed":"00"}`, `"seed":"text"`},
		{http.MethodPost, "/v1/rooms/termine/draws/line", `{"opening":"o","line":"l"}`, `"line":"text"`},
		{http.MethodPost, "/v1/rooms/termine/codes/restore", `{"batches":[]}`, `"batches":[{`},
	} {
		r := httptest.NewRequest(c.method, "http://localhost"+c.path, strings.NewReader(c.body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", jsonType)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: %d %.300s, want %s", c.method, c.path, w.Code, w.Body, c.want)
		}
	}
	for method, want := range map[string]string{http.MethodGet: `"last":`, http.MethodDelete: ""} {
		r := httptest.NewRequest(method, "http://localhost/v1/session", nil)
		r.AddCookie(&http.Cookie{Name: CookieName, Value: "x"})
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code >= 300 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s of a session: %d %s", method, w.Code, w.Body)
		}
	}
}
