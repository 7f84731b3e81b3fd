package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/internal/staff/stafftest"
)

const somePassword = "vier kurze wörter hier"

// typing runs a command of the gateway with something on its input.
func typing(t *testing.T, input string, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := newRoot(sharedLibrary)
	root.SetArgs(args)
	root.SetIn(strings.NewReader(input))
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	err := root.ExecuteContext(t.Context())
	return codeOf(err, &stderr), stdout.String(), stderr.String()
}

// asAdmin asks the admin API; headers are name, value pairs.
func (r *running) asAdmin(method, path, body string, headers ...string) *http.Response {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.adminLn.Addr().String()+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := r.client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

// A token and a user that commands make operate a gateway that runs, and do not any more when commands have removed them.
func TestTokensAndUsersCountWhileTheGatewayRuns(t *testing.T) {
	t.Parallel()
	p := &draft{dir: t.TempDir(), admin: `listen: "127.0.0.1:0"`, rooms: []planned{{id: "termine", backend: newSite(t).backend()}, {id: "kfz", backend: newSite(t).backend()}}}
	r := run(t, p)
	file := filepath.Join(p.dir, staff.FileName)
	code, out, said := program(t, "tokens", "add", file, "board", "--role", "viewer", "--room", "kfz", "--for", "1h")
	if code != 0 || !strings.HasPrefix(out, "einlass_") {
		t.Fatalf("%d %s%s", code, out, said)
	}
	bearer := []string{"Authorization", "Bearer " + strings.TrimSpace(out)}
	status := func(method, path string, headers ...string) int {
		return r.asAdmin(method, path, "{}", headers...).StatusCode
	}
	until(t, "the token counts", func() bool { return status(http.MethodGet, "/v1/rooms/kfz", bearer...) == http.StatusOK })
	if got := status(http.MethodGet, "/v1/rooms/termine", bearer...); got != http.StatusNotFound {
		t.Errorf("another room: %d", got)
	}
	if got := status(http.MethodPatch, "/v1/rooms/kfz", bearer...); got != http.StatusForbidden {
		t.Errorf("a change by a viewer: %d", got)
	}

	code, out, said = typing(t, somePassword+"\n", "users", "add", file, "anna", "--role", "operator", "--issuer", "Gate")
	secret, err := url.Parse(strings.TrimSpace(out))
	if code != 0 || err != nil || secret.Scheme != "otpauth" || secret.Query().Get("issuer") != "Gate" {
		t.Fatalf("%d %s%s %v", code, out, said, err)
	}
	page := []string{"Sec-Fetch-Site", "same-origin"}
	var cookie string
	until(t, "the user can log in", func() bool {
		code := stafftest.Code(t, secret.Query().Get("secret"), time.Now())
		text, err := json.Marshal(adminapi.LogIn{User: "anna", Password: somePassword, Code: code})
		if err != nil {
			t.Fatal(err)
		}
		res := r.asAdmin(http.MethodPost, "/v1/session", string(text), page...)
		for _, c := range res.Cookies() {
			cookie = c.Name + "=" + c.Value
		}
		return res.StatusCode == http.StatusNoContent
	})
	session := append(page, "Cookie", cookie)
	if got := status(http.MethodGet, "/v1/session", session...); got != http.StatusOK {
		t.Errorf("the session: %d", got)
	}
	if code, _, said := program(t, "users", "remove", file, "anna"); code != 0 {
		t.Fatal(said)
	}
	until(t, "the session is over", func() bool { return status(http.MethodGet, "/v1/session", session...) == http.StatusUnauthorized })
	if code, _, said := program(t, "tokens", "remove", file, "board"); code != 0 {
		t.Fatal(said)
	}
	until(t, "the token is none", func() bool { return status(http.MethodGet, "/v1/rooms/kfz", bearer...) == http.StatusUnauthorized })
}

func TestWhatIsWrongOfATokenOrAUserIsTold(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, staff.FileName)
	for _, args := range [][]string{{"tokens", "add", file, "board", "--role", "viewer"}, {"users", "add", file, "anna", "--role", "admin"}} {
		if code, _, said := typing(t, somePassword, args...); code != 0 {
			t.Fatal(said)
		}
	}
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		input, args string
		code        int
		want        []string
	}{
		{"", "tokens add FILE Board --role boss --room Termine --for -1h", 2, []string{`"Board": want 1 to 32`, `"boss": want one of reporter, viewer, operator, admin`, `"Termine": no room`, "--for -1h"}},
		{"", "tokens add FILE board --role viewer", 1, []string{"tokens[1].name: is that of tokens[0].name"}},
		{"", "tokens add FILE x", 2, []string{"role"}},
		{"", "tokens remove FILE bord", 1, []string{`there is no token "bord"; did you mean board?`}},
		{"", "tokens list /nowhere/staff.json", 1, []string{"no such file"}},
		{somePassword, "users add FILE board --role admin", 1, []string{"users[1].name: is that of tokens[0].name"}},
		{somePassword, "users add FILE anna --role admin", 1, []string{`there is a user "anna" already`}},
		{somePassword, "users add FILE berta --role reporter", 1, []string{"users[1].role: is for tokens"}},
		{"kurz\n", "users add FILE berta --role admin", 2, []string{"the password has 4 characters: want at least 12"}},
		{"", "users password FILE anna", 2, []string{"the password cannot be read"}},
		{somePassword, "users password FILE ana", 1, []string{`there is no user "ana"; did you mean anna?`}},
		{"", "users totp FILE otto", 1, []string{`there is no user "otto"`}},
	} {
		code, out, said := typing(t, c.input, strings.Fields(strings.ReplaceAll(c.args, "FILE", file))...)
		if code != c.code || out != "" {
			t.Errorf("%s: exit code %d, %s", c.args, code, out)
		}
		for _, want := range c.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s: %q is not said: %s", c.args, want, said)
			}
		}
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed: %v", err)
	}
	if code, out, _ := program(t, "users", "list", file); code != 0 || !strings.HasPrefix(out, "NAME  ROLE   ROOMS  MADE        ENDS\nanna  admin  all ") || !strings.Contains(out, "never") {
		t.Errorf("%d %s", code, out)
	}
	if code, out, _ := program(t, "users", "totp", file, "anna"); code != 0 || !strings.HasPrefix(out, "otpauth://totp/Einlass:anna?secret=") {
		t.Errorf("%d %s", code, out)
	}
}

// A staff file that others can read does not stop a start, which would stop the line. A check says what is wrong.
func TestAStaffFileThatOthersCanReadIsNotTaken(t *testing.T) {
	w := newWorld(t)
	w.write(staff.FileName, `{"version": 1, "tokens": [], "users": []}`, 0o644)
	code, _, said := w.check(w.file())
	if code != 1 || !strings.Contains(said, "chmod 600") {
		t.Errorf("%d %s", code, said)
	}
	if code, said := w.start(w.file()); code != 0 {
		t.Errorf("the start: %d %s", code, said)
	}
	w.chmod(staff.FileName, 0o600)
	if code, _, said := w.check(w.file()); code != 0 {
		t.Errorf("%d %s", code, said)
	}
}

func TestACheckWarnsOfRoomsThatSomebodyIsGivenAndThereAreNot(t *testing.T) {
	p := &draft{dir: t.TempDir(), admin: `listen: "127.0.0.1:0"`, rooms: []planned{{id: "termine", backend: newSite(t).backend()}}}
	file := filepath.Join(p.dir, staff.FileName)
	for _, room := range []string{"termine", "kfz"} {
		if code, _, said := program(t, "tokens", "add", file, "board-"+room, "--role", "viewer", "--room", room); code != 0 {
			t.Fatal(said)
		}
	}
	config := filepath.Join(t.TempDir(), "gateway.yaml")
	if err := os.WriteFile(config, []byte(p.text()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, said := program(t, "config", "check", config)
	if code != 0 || strings.Count(said, "there is no room with this id") != 1 || !strings.Contains(said, `names the room "kfz" for the token "board-kfz"`) {
		t.Errorf("%d %s%s", code, out, said)
	}
}
