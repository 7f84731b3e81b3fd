package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// shownFiles are configurations with as many keys as there are.
func shownFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{"secrets": `
listen: {https: ":8443", http: ""}
tls: {acme: {domains: [a.example.org], accept_terms: true, key_id: k, mac_key: c2VjcmV0LW1hYw, storage: /var/lib/x}}
store: redis://user:pass%20word@127.0.0.1:6379/1
keys: {env: EINLASS_RING}
admin: {token: 0123456789abcdef0123456789abcdef, report_token: fedcba9876543210fedcba9876543210, listen: "127.0.0.1:9000"}
alerts: {mail: {server: "smtp.example.org:587", user: u, password: "mail: secret", from: a@example.org, to: [b@example.org]}}
rooms:
- id: termine
  hosts: ["*"]
  message: "Zeile 1\nja: nein #kein\n"
  title: "5"
  pace: {rate: 60}
  backend: {addresses: ["http://127.0.0.1:8081", "http://127.0.0.1:8082"]}
  bookings: [{method: POST, path: /buchen, status: "200,204"}]
  schedule: {zone: Europe/Berlin, openings: [{days: [monday], start: "08:00", end: "12:00", quota: 5}]}
`}
	paths, err := filepath.Glob("../../configs/*.yaml")
	if err != nil || len(paths) < 10 {
		t.Fatal(paths, err)
	}
	recorded, _ := filepath.Glob("testdata/*/*.yaml")
	for _, path := range append(paths, recorded...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(text)
	}
	return files
}

// asLoaded reads a text whose secret files hold a line of their own.
func asLoaded(src Source, text string) (*Config, error) {
	c, _, err := loadPlaced(src, []byte(text), func(string) ([]byte, error) { return []byte("the-secret-of-a-file-long-enough\n"), nil })
	return c, err
}

func TestWhatIsShownIsReadAsTheSame(t *testing.T) {
	for name, text := range shownFiles(t) {
		c, err := asLoaded(Source{}, text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		shown := string(c.Show())
		again, err := asLoaded(Source{Secrets: c}, shown)
		if err != nil {
			t.Errorf("%s: what is shown is not read: %v\n%s", name, err, shown)
			continue
		}
		if d := c.Differences(again); len(d) > 0 {
			t.Errorf("%s: %+v", name, d)
		}
		for i := range c.Rooms {
			if a, b := c.Rooms[i].Show(), again.Rooms[i].Show(); a != b {
				t.Errorf("%s: room %s is %s, want %s", name, c.Rooms[i].ID, b, a)
			}
		}
	}
}

// Show is a room as text, in which an empty list is none.
func (r *Room) Show() string { return string((&Config{Rooms: []Room{*r}}).Show()) }

func TestNoSecretIsShown(t *testing.T) {
	c, err := asLoaded(Source{}, shownFiles(t)["secrets"])
	if err != nil {
		t.Fatal(err)
	}
	shown := string(c.Show())
	for _, secret := range []string{"0123456789abcdef", "fedcba", "pass word", "pass%20", "c2VjcmV0", "mail: secret"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is shown:\n%s", secret, shown)
		}
	}
	if n := strings.Count(shown, Hidden); n != 5 {
		t.Errorf("%d secrets are hidden, want 5:\n%s", n, shown)
	}
	_, err = asLoaded(Source{}, shown)
	if err == nil || strings.Count(err.Error(), Hidden) != 5 || !strings.Contains(err.Error(), "admin.token: is [hidden]") {
		t.Errorf("a file with hidden secrets: %v", err)
	}
	other := *c
	other.Admin.Token = "0000000000000000000000000000000000"
	if d := c.Differences(&other); !reflect.DeepEqual(d, []Difference{{"admin.token", Hidden, Hidden}}) {
		t.Errorf("another token: %+v", d)
	}
}

func TestASecretOfAFileIsLeftOut(t *testing.T) {
	c, err := asLoaded(Source{}, "admin: {token_file: /x}\nrooms: [{id: a, backend: {url: 'http://127.0.0.1:1'}}]\nstate: {dir: /x}\n")
	if err != nil {
		t.Fatal(err)
	}
	if shown := string(c.Show()); strings.Contains(shown, "token:") || !strings.Contains(shown, "token_file: /x") {
		t.Errorf("%s", shown)
	}
}

func TestWhatDiffersIsNamedByItsRoom(t *testing.T) {
	const text = "keys: {env: X}\nrooms:\n- {id: a, paths: [/a], backend: {url: 'http://127.0.0.1:1'}}\n- {id: b, backend: {url: 'http://127.0.0.1:1'}, pace: {rate: 60}}\n"
	c, err := asLoaded(Source{}, text)
	if err != nil {
		t.Fatal(err)
	}
	next, err := asLoaded(Source{}, "keys: {env: X}\ndrain: 90s\nrooms:\n- {id: c, paths: [/c], backend: {url: 'http://127.0.0.1:1'}}\n"+
		"- {id: b, backend: {url: 'http://127.0.0.1:2'}, pace: {rate: 120}, languages: [de, en], message: Hallo}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Difference{
		{"drain", "5s", "1m30s"},
		{"rooms.b.backend.url", "http://127.0.0.1:1", "http://127.0.0.1:2"},
		{"rooms.b.pace.rate", "60", "120"},
		{"rooms.b.message", "", "Hallo"},
		{"rooms.b.languages", "", "[de, en]"},
	}
	if got := c.Differences(next); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}
