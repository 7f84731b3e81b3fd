package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/einlass/einlass/internal/door"
)

const residents = "    schedule: {zone: Europe/Berlin, groups: [{name: residents, title: People of Speyer}], who: [residents]}\n"

// present presses the button at the door of a room.
func (r *running) present(c *http.Client, room, field, value string) *http.Response {
	r.t.Helper()
	body := strings.NewReader(url.Values{field: {value}}.Encode())
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, "http://"+r.public[0].Addr().String()+"/.einlass/door?room="+room+"&to=/", body)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Host = room + ".example"
	for name, v := range map[string]string{
		"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Content-Type": "application/x-www-form-urlencoded",
	} {
		req.Header.Set(name, v)
	}
	res, err := c.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res
}

func (r *running) wantState(what, room, want string) {
	r.t.Helper()
	until(r.t, what+": "+want, func() bool {
		res, _ := r.get(r.visitor(), room, "/")
		return res.Header.Get("Einlass-State") == want
	})
}

// A configuration that names groups asks for codes; the site of the room invites by the secret that it shares.
func TestTheConfigurationPutsADoorBeforeItsRoom(t *testing.T) {
	s := newSite(t)
	secret := strings.Repeat("geheim", 8)
	file := filepath.Join(t.TempDir(), "invitations")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &draft{rooms: []planned{{"a", s.backend(), closed + residents + "    invitations: {secret_file: " + file + "}\n"}, {"b", s.backend(), closed + residents}}}
	r := run(t, p)
	r.wantState("a room for residents", "a", "door")
	sign := func(room, key string) string {
		raw, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"aud": room, "grp": "residents", "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for _, test := range []struct {
		what, room, raw string
		number          bool
	}{
		{"the site's", "a", sign("a", secret), true},
		{"for another room", "a", sign("b", secret), false},
		{"of another secret", "a", sign("a", strings.Repeat("x", door.MinSecret)), false},
		{"of a site that invites nobody", "b", sign("b", secret), false},
	} {
		v := r.visitor()
		r.get(v, test.room, "/.einlass/door")
		if res := r.present(v, test.room, "invitation", test.raw); (res.StatusCode == http.StatusSeeOther) != test.number {
			t.Errorf("%s: %s %s", test.what, res.Status, res.Header.Get("Einlass-State"))
		}
	}
	before := r.serving.Load().guesses
	p.rooms[0].more = strings.ReplaceAll(p.rooms[0].more, ", who: [residents]", "")
	r.apply(p)
	r.wantState("the same room for everybody", "a", "paused")
	if r.serving.Load().guesses != before {
		t.Error("the bound of wrong codes forgets with a schedule")
	}
	p.head = "limits: {codes: {wrong: 7}}\n"
	if r.apply(p); r.serving.Load().guesses == before {
		t.Error("the bound of wrong codes is the old one")
	}
}
