package config

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

// files is a file system for secrets.
func files(content map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if text, ok := content[name]; ok {
			return []byte(text), nil
		}
		return nil, fmt.Errorf("open %s: %w", name, fs.ErrNotExist)
	}
}

func TestSecretsAreReadFromTheirFiles(t *testing.T) {
	c, err := load(Source{}, []byte(minimal+`
store: {url: rediss://h, username: u, password_file: /run/pw, sentinel: {master: m, addresses: ["s:1"], password_file: /run/sentinel}}
admin: {token_file: /run/token}
keys: {file: /k}
`), files(map[string]string{"/run/pw": "päss word\n", "/run/token": "0123456789abcdef\r\n", "/run/sentinel": "s"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Store.Password.Reveal() != "päss word" || c.Admin.Token.Reveal() != "0123456789abcdef" || c.Store.Sentinel.Password.Reveal() != "s" {
		t.Errorf("secrets are %q, %q, %q", c.Store.Password.Reveal(), c.Admin.Token.Reveal(), c.Store.Sentinel.Password.Reveal())
	}
}

func TestSecretFilesThatDoNotHoldASecretAreRefused(t *testing.T) {
	read := files(map[string]string{"/empty": "\n", "/two": "0123456789abcdef\nx\n"})
	for file, want := range map[string]string{
		"/empty": "admin.token_file: /empty does not hold one line with a secret",
		"/two":   "admin.token_file: /two does not hold one line with a secret",
		"/gone":  "admin.token_file: open /gone: file does not exist",
	} {
		_, err := load(Source{}, []byte(minimal+"admin: {token_file: "+file+"}\n"), read)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "0123456789") {
			t.Errorf("%s: %v", file, err)
		}
	}
	_, err := load(Source{}, []byte(minimal+"admin: {token: 0123456789abcdef, token_file: /two}\n"), read)
	if err == nil || !strings.Contains(err.Error(), "admin.token: give either this or token_file") {
		t.Errorf("both forms: %v", err)
	}
}

func TestCredentialsLeaveTheURL(t *testing.T) {
	c := parse(t, minimal+"store: \"redis://us%40er:p%3Aw@h:6379/2\"\nkeys: {file: k}\n")
	if c.Store.URL != "redis://h:6379/2" || c.Store.Username != "us@er" || c.Store.Password.Reveal() != "p:w" {
		t.Errorf("store is %q, %q, %q", c.Store.URL, c.Store.Username, c.Store.Password.Reveal())
	}
	got := problemsOf(t, minimal+"store: {url: \"redis://u:p@h\", password: q}\nkeys: {file: k}\n", nil, nil)
	if !strings.Contains(got[0], "store.url: has a user or password, and so has") {
		t.Errorf("problems are %q", got)
	}
	got = problemsOf(t, minimal+"store: \"redis://u:geheim%zz@h\"\nkeys: {file: k}\n", nil, nil)
	if strings.Contains(strings.Join(got, ""), "geheim") {
		t.Errorf("a password is shown: %q", got)
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	c := parse(t, minimal+"admin: {token: 0123456789abcdef}\n")
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c.Admin), fmt.Sprintf("%q", c.Admin.Token), string(text)} {
		if strings.Contains(shown, "0123456789abcdef") {
			t.Errorf("the token is shown: %s", shown)
		}
		if !strings.Contains(shown, "[hidden]") {
			t.Errorf("nothing shows that there is a token: %s", shown)
		}
	}
	if Secret("").String() != "" {
		t.Error("no secret looks like one")
	}
}

func TestNamesAreNearestWithinATypingMistake(t *testing.T) {
	names := []string{"http", "https", "unix", "unix_mode"}
	for given, want := range map[string]string{"htpp": "http", "HTTP": "http", "unixmode": "unix_mode", "colour": "", "x": "", "": ""} {
		if got := nearest(given, names); got != want {
			t.Errorf("nearest(%q) is %q, want %q", given, got, want)
		}
	}
}

func TestSizesPrintAsTheyAreWritten(t *testing.T) {
	for text, want := range map[string]string{"0": "0", "1024": "1KiB", "1536": "1536", "10MiB": "10MiB", "1GiB": "1GiB", "5 kB": "5000", "7B": "7"} {
		size, err := parseSize(text)
		if err != nil || size.String() != want {
			t.Errorf("%q is %v, %v; want %s", text, size, err, want)
		}
	}
	for _, text := range []string{"", "KiB", "-1", "1TiB", "1.5MiB", "9223372036854775807GiB", "1 0"} {
		if size, err := parseSize(text); err == nil {
			t.Errorf("%q is %v", text, size)
		}
	}
}
