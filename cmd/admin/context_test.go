package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tokenFile is a file with a token.
func tokenFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAContextNamesAGateway(t *testing.T) {
	one, two := newGateway(), newGateway()
	two.rooms = two.rooms[1:]
	first, second := one.serve(t), two.serve(t)
	file := tokenFile(t, token)
	env := map[string]string{"XDG_CONFIG_HOME": t.TempDir()}
	do := func(want int, args ...string) string {
		t.Helper()
		code, out, stderr := command(t, env, args...)
		if code != want {
			t.Errorf("admin %q: exit code %d, %s%s", args, code, out, stderr)
		}
		return out + stderr
	}
	do(exitUnauthorized, "rooms") // no context yet
	do(exitOK, "context", "add", "town", "--url", first.URL, "--token-file", file)
	do(exitOK, "context", "add", "city", "--url", second.URL, "--token-file", file)
	if got := do(exitOK, "rooms"); !strings.Contains(got, "termine") {
		t.Errorf("the first context is not in use: %s", got)
	}
	if got := do(exitOK, "rooms", "--context", "city"); strings.Contains(got, "termine") || !strings.Contains(got, "kfz") {
		t.Errorf("--context chooses another one: %s", got)
	}
	if got := do(exitOK, "context", "use", "city"); !strings.Contains(got, "*  city  "+second.URL) {
		t.Errorf("the list is %s", got)
	}
	if got := do(exitOK, "rooms"); strings.Contains(got, "termine") {
		t.Errorf("city is not in use: %s", got)
	}
	if got := do(exitOK, "context", "list", "-o", "yaml"); got != "---\ncontexts:\n  - name: city\n    current: true\n    url: "+second.URL+
		"\n    token_file: "+file+"\n  - name: town\n    current: false\n    url: "+first.URL+"\n    token_file: "+file+"\n" {
		t.Errorf("as YAML: %s", got)
	}
	if got := do(exitUsage, "rooms", "--context", "citi"); !strings.Contains(got, "did you mean city?") {
		t.Errorf("a misspelled name: %s", got)
	}
	if got := do(exitUsage, "rooms", "--context", "city", "--url", first.URL); !strings.Contains(got, "does not go with --url") {
		t.Errorf("two addresses: %s", got)
	}
	if got := do(exitOK, "__complete", "context", "use", "t"); !strings.HasPrefix(got, "town\t"+first.URL) {
		t.Errorf("completion: %s", got)
	}
	do(exitOK, "context", "remove", "city")
	do(exitUnauthorized, "rooms")
	path := filepath.Join(env["XDG_CONFIG_HOME"], "einlass", "admin.yaml")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, mode %v", err, info.Mode())
	}
}

// The token of a context is for its address alone.
func TestATokenOfAContextGoesNowhereElse(t *testing.T) {
	server := newGateway().serve(t)
	env := map[string]string{"HOME": t.TempDir()}
	if code, _, stderr := command(t, env, "context", "add", "town", "--url", server.URL, "--token-file", tokenFile(t, token)); code != 0 {
		t.Fatal(stderr)
	}
	if code, _, stderr := command(t, env, "rooms"); code != 0 {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if code, _, _ := command(t, env, "rooms", "--url", server.URL); code != exitUnauthorized {
		t.Errorf("with an address of a flag: exit code %d", code)
	}
	env["EINLASS_ADMIN_URL"] = server.URL
	if code, _, _ := command(t, env, "rooms"); code != exitUnauthorized {
		t.Errorf("with an address of the environment: exit code %d", code)
	}
	if code, _, stderr := command(t, env, "rooms", "--context", "town"); code != 0 {
		t.Errorf("a context that is named: exit code %d, %s", code, stderr)
	}
}

func TestContextsThatCannotBeUsedAreRefused(t *testing.T) {
	env := map[string]string{"HOME": t.TempDir()}
	file := tokenFile(t, token)
	for _, args := range [][]string{
		{"context", "add", "Town!", "--url", "http://127.0.0.1:1", "--token-file", file},
		{"context", "add", "town", "--url", "http://127.0.0.1:1"},
		{"context", "add", "town", "--token-file", file},
		{"context", "add", "town", "--url", "gate", "--token-file", file},
		{"context", "add", "town", "--url", "http://127.0.0.1:1", "--token-file", "/nowhere"},
		{"context", "use", "town"},
	} {
		if code, _, _ := command(t, env, args...); code == 0 {
			t.Errorf("admin %q is done", args)
		}
	}
	path := filepath.Join(env["HOME"], ".config", "einlass", "admin.yaml")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a file was written: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for text, mode := range map[string]os.FileMode{"contexts: {}\n": 0o622, "context: {}\n": 0o600, "contexts: [\n": 0o600} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := command(t, env, "rooms"); code != exitRefused || !strings.Contains(stderr, path) {
			t.Errorf("%q of mode %o: exit code %d, %s", text, mode, code, stderr)
		}
	}
}

func TestAnAnswerComesInTheFormThatIsAskedFor(t *testing.T) {
	env := environment(newGateway().serve(t))
	_, table, _ := command(t, env, "rooms")
	_, asJSON, _ := command(t, env, "rooms", "--json")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"rooms", "-o", "table"}, 0, table},
		{[]string{"rooms", "-o", "json"}, 0, asJSON},
		{[]string{"rooms", "--json", "--output", "json"}, 0, asJSON},
		{[]string{"rooms", "-o", "xml"}, exitUsage, ""},
		{[]string{"rooms", "-o", "yaml", "--json"}, exitUsage, ""},
	} {
		if code, out, stderr := command(t, env, c.args...); code != c.code || out != c.want {
			t.Errorf("admin %q: exit code %d, %s%s", c.args, code, out, stderr)
		}
	}
	_, out, _ := command(t, env, "rooms", "-o", "yaml")
	for _, want := range []string{"---\nrooms:\n", "  - id: termine\n", "    rate: 60\n", "    mode: pause\n", "    message: |-\n      Störung\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if text, err := asYAML([]byte(`{"number":"007","yes":"no"}`)); err != nil || string(text) != "---\nnumber: \"007\"\n\"yes\": \"no\"\n" {
		t.Errorf("%v: %s", err, text)
	}
}
