package staff

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// Whatever a file holds, it is refused or it is a roll that can be written and read again.
func FuzzDecode(f *testing.F) {
	_, hash := NewToken()
	good := Roll{
		Version: version, Tokens: []Token{{Grant: Grant{Name: "board", Role: "viewer", Rooms: []string{"termine"}, Made: time.Unix(1, 0).UTC()}, Hash: hash}},
		Users: []User{{Grant: Grant{Name: "anna", Role: "admin"}, Password: cheap(password), TOTP: NewTOTP()}},
	}
	text, err := json.Marshal(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"version":1,"tokens":null,"users":[{}]}`))
	f.Add([]byte(strings.Replace(string(text), `"admin"`, `"boss"`, 1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Decode(text)
		if err != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(again); err != nil {
			t.Errorf("%s is read, and as %s it is not: %v", text, again, err)
		}
		for i := range r.Users {
			if _, err := parsePHC(r.Users[i].Password); err != nil {
				t.Error(err)
			}
		}
	})
}

// Whatever a cookie says, it is no session but as it was made.
func FuzzSession(f *testing.F) {
	o := &office{now: time.Date(2026, 12, 1, 7, 59, 0, 0, time.UTC)}
	var made string
	setup := func(t *testing.T) *office {
		t.Helper()
		if o.Book == nil {
			o.keys = someKeys(t)
			o.roll = &Roll{Version: version, Users: []User{{Grant: Grant{Name: "anna", Role: "admin"}, Password: cheap(password), TOTP: NewTOTP()}}}
			var err error
			if o.Book, err = Open(Config{Path: t.TempDir() + "/staff.json", Keys: o.keys, Clock: func() time.Time { return o.now }}); err != nil {
				t.Fatal(err)
			}
			o.set(o.roll)
			made = o.begin(o.roll.User("anna")).Cookie
		}
		return o
	}
	f.Add("", 0, byte(0))
	f.Add("s1..", 3, byte(1))
	f.Add("s1.eyJrIjoiIn0.AAAA", 40, byte(0x80))
	f.Fuzz(func(t *testing.T, text string, at int, flip byte) {
		o := setup(t)
		if _, ok := o.Session(text); ok && text != made {
			t.Errorf("%q is a session", text)
		}
		spoiled := []byte(made)
		at = int(uint(at) % uint(len(spoiled)))
		spoiled[at] ^= flip
		if _, ok := o.Session(string(spoiled)); ok != (flip == 0) {
			t.Errorf("with byte %d changed by %#x it counts: %v", at, flip, ok)
		}
	})
}
