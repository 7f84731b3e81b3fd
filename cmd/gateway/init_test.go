package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/survey/surveytest"
)

// initiated runs gateway init without a terminal, in a directory of the test.
func initiated(t *testing.T, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := newRoot(sharedLibrary)
	root.SetArgs(append([]string{"init"}, args...))
	root.SetIn(strings.NewReader(""))
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	return codeOf(root.ExecuteContext(t.Context()), &stderr), stdout.String(), stderr.String()
}

// answered are flags for all of it, with the files in a directory.
func answered(dir, site string, more ...string) []string {
	return append([]string{
		"--out", filepath.Join(dir, "einlass.yaml"), "--state", filepath.Join(dir, "state"), "--site", site, "--name", "termine.example.org", "--hours", "always",
		"--proxy", "nginx", "--admin", "it-amt",
	}, more...)
}

func TestWhatInitWritesIsAGateWithTheFilesOfTheSiteOpen(t *testing.T) {
	site := httptest.NewServer(surveytest.CMS())
	t.Cleanup(site.Close)
	dir := t.TempDir()
	file := filepath.Join(dir, "einlass.yaml")
	code, out, said := initiated(t, answered(dir, site.URL)...)
	if code != 0 || !strings.Contains(out, "Wrote "+file) || !strings.Contains(said, "at most 40 requests") {
		t.Fatalf("%d, %s, %s", code, out, said)
	}
	if code, _, said := program(t, "config", "check", "--set", "listen.http=127.0.0.1:0", "--set", "admin.listen=127.0.0.1:0", file); code != 0 {
		t.Fatalf("the check: %d, %s", code, said)
	}
	cfg, err := loadConfig(file, []string{"listen.http=127.0.0.1:0", "admin.listen=", "rooms.0.pace.rate=0"})
	if err != nil {
		t.Fatal(err)
	}
	r := runs(t, cfg.Config)
	status, kind, page := r.come(t, "/", "text/html")
	if status != http.StatusOK || !strings.Contains(kind, "text/html") || !strings.Contains(page, "/.einlass/") || strings.Contains(page, "Rathaus") || strings.Contains(page, "wp-content") {
		t.Errorf("the page: %d, %s, %.300s", status, kind, page)
	}
	if status, _, text := r.come(t, "/wp-json/contact-form/v1/forms", "application/json"); status != http.StatusTooManyRequests {
		t.Errorf("a call of a script: %d, %s", status, text)
	}
	if status, _, text := r.come(t, "/wp-content/plugins/other.php", "*/*"); status == http.StatusOK || strings.Contains(text, "a page at") {
		t.Errorf("a program beside the files is open: %d, %s", status, text)
	}
	for _, at := range surveytest.Files() {
		res, err := http.Get(site.URL + at)
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(res.Body)
		res.Body.Close()
		if status, kind, text := r.come(t, at, "*/*"); err != nil || status != http.StatusOK || kind != res.Header.Get("Content-Type") || text != string(want) {
			t.Errorf("%s: %d, %s, %.100s", at, status, kind, text)
		}
	}
}

// come asks as a browser without cookies does, by way of the proxy that the file names.
func (r *running) come(t *testing.T, at, accept string) (status int, kind, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.public[0].Addr().String()+at, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "termine.example.org"
	req.Header.Set("Accept", accept)
	req.Header.Set("X-Forwarded-Proto", "https")
	req.Header.Set("X-Forwarded-For", "198.51.100.7")
	mode := "no-cors"
	if accept == "text/html" {
		mode = "navigate"
		req.Header.Set("Sec-Fetch-Dest", "document")
	}
	req.Header.Set("Sec-Fetch-Mode", mode)
	res, err := r.newClient(nil).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Content-Type"), string(text)
}

func TestInitWritesNothingWhenItCannot(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + ln.Addr().String()
	ln.Close()
	noCA := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(noCA, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		code int
		want string
	}{
		"answers that are missing": {[]string{"--site", gone}, exitUsage, "--name is missing"},
		"an answer that is wrong":  {[]string{"--hours", "tuesday 25:00"}, exitUsage, `--hours: "25:00" is no clock`},
		"a site that is not there": {nil, exitFault, "cannot be connected to: connect: connection refused; nothing was written. Once it answers"},
		"an argument":              {[]string{"termine.yaml"}, exitUsage, "unknown command"},
		"no authority":             {[]string{"--site-ca", noCA}, exitFault, "has no certificate (PEM)"},
		"no file of an authority":  {[]string{"--site-ca", noCA + "x"}, exitFault, "--site-ca: open "},
		"the gateway itself":       {[]string{"--blind", "--site", "http://127.0.0.1:8080"}, exitFault, "of the gateway itself"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			args := append(answered(dir, gone), tt.args...)
			if name == "answers that are missing" {
				args = append([]string{"--out", filepath.Join(dir, "einlass.yaml")}, tt.args...)
			}
			code, out, said := initiated(t, args...)
			if code != tt.code || !strings.Contains(said, tt.want) || out != "" {
				t.Errorf("%d, %q, %q", code, out, said)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("there is %v, %v", left, err)
			}
		})
	}
}

func TestInitWithoutALook(t *testing.T) {
	dir := t.TempDir()
	code, out, said := initiated(t, answered(dir, "http://127.0.0.1:1", "--blind")...)
	text, err := os.ReadFile(filepath.Join(dir, "einlass.yaml"))
	if code != 0 || err != nil || !strings.Contains(out, "Nothing was looked at: --blind was given.") || !strings.Contains(string(text), "NOTHING WAS LOOKED AT") {
		t.Errorf("%d, %s, %s, %v\n%s", code, out, said, err, text)
	}
}

func TestInitKeepsAFileThatIsThere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "einlass.yaml")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, said := initiated(t, "--out", file) // before it asks anything
	if code != exitFault || !strings.Contains(said, file+" is there already") || strings.Contains(said, "--site") {
		t.Errorf("%d, %s", code, said)
	}
	code, out, said := initiated(t, answered(dir, "http://127.0.0.1:1", "--blind", "--force")...)
	_, kept, found := strings.Cut(out, "is kept as ")
	if code != 0 || !found {
		t.Fatalf("%d, %s, %s", code, out, said)
	}
	kept, _, _ = strings.Cut(kept, ".\n")
	if text, err := os.ReadFile(kept); err != nil || string(text) != "mine" {
		t.Errorf("%s: %q, %v", kept, text, err)
	}
}
