package docs

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

const betrieb = "../../docs/de/betrieb.md"

var quoted = regexp.MustCompile(`„([^“]+)“`)

// What the German manual says that somebody reads or presses stands on the pages, word for word.
func TestTheGermanManualNamesWhatThePagesShow(t *testing.T) {
	manual, err := os.ReadFile(betrieb)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../internal/dashboard/locales/de.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]any
	if err := yaml.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	labels := textsOf(words)
	found := quoted.FindAllStringSubmatch(strings.ReplaceAll(string(manual), "\n", " "), -1)
	if len(found) < 40 {
		t.Fatalf("the manual names %d words of the pages", len(found))
	}
next:
	for _, q := range found {
		for _, label := range labels {
			// A label may go on: with a figure, or with what does not matter there.
			if rest, ok := strings.CutPrefix(label, q[1]); ok && (rest == "" || strings.ContainsAny(rest[:1], " :(")) {
				continue next
			}
		}
		t.Errorf("no page shows „%s“", q[1])
	}
}

// textsOf are all texts of a file of words.
func textsOf(value any) (all []string) {
	switch v := value.(type) {
	case map[string]any:
		for _, inner := range v {
			all = append(all, textsOf(inner)...)
		}
	case string:
		all = append(all, v)
	}
	return all
}

var betriebBlocks = []string{"betrieb-ablegen", "betrieb-zertifikat", "betrieb-einstellen", "betrieb-starten", "betrieb-zugang", "betrieb-kommandozeile"}

// Whoever does what the German manual says has a waiting room, a log-in with a code that an app would show, and a command line.
func TestTheGermanManualLeadsFromABareMachineToAMorning(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t, betrieb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("the site's " + r.URL.Path)) }))
	if len(n.blocks) != len(betriebBlocks) {
		t.Fatalf("%d blocks, of which %d are followed", len(n.blocks), len(betriebBlocks))
	}
	const password = "ein langes Passwort"
	for block, places := range map[string][2]string{
		// The name leads to this machine; here nobody's DNS says so.
		"betrieb-zertifikat":    {"DNS:termine.example.org", "DNS:termine.example.org,IP:127.0.0.1"},
		"betrieb-kommandozeile": {"https://termine.example.org:8443", "https://" + n.admin},
		// What is typed.
		"betrieb-zugang": {"--room termine", "--room termine <<<'" + password + "'"},
	} {
		n.blocks[block] = strings.Replace(n.blocks[block], places[0], places[1], 1)
	}
	for i, at := range n.env {
		if strings.HasPrefix(at, "EINLASS_ADMIN_URL=") {
			n.env[i] = "EINLASS_ADMIN_URL=https://" + n.admin
		}
	}
	n.env = append(n.env, "EINLASS_ADMIN_CA="+n.path("etc/einlass/tls/cert.pem"))
	var shown string
	for _, name := range betriebBlocks {
		switch out := n.follow(name); name {
		case "betrieb-starten":
			if !strings.Contains(out, "ok, 1 room(s)") {
				t.Errorf("the check says %s", out)
			}
		case "betrieb-zugang":
			shown = out
		case "betrieb-kommandozeile":
			if !strings.Contains(out, "Es geht gleich weiter.") {
				t.Errorf("the command line says %s", out)
			}
		}
	}
	secret := regexp.MustCompile(`secret=([A-Z2-7]+)`).FindStringSubmatch(shown)
	if secret == nil {
		t.Fatalf("no secret for an app is shown: %s", shown)
	}
	logIn := func(code string) int {
		client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the manual's certificate for a first try is its own authority
		}}
		body := fmt.Sprintf(`{"user": "schalter", "password": %q, "code": %q}`, password, code)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+n.admin+"/v1/session", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if status := logIn(""); status != http.StatusUnauthorized {
		t.Errorf("without a code: status %d", status)
	}
	n.sh("for _ in {1..600}; do EINLASS_ADMIN_TOKEN=$(cat " + n.path("etc/einlass/admin-token") + ") admin users | grep -q schalter && exit 0; sleep 0.05; done; exit 1") // the file is looked at each second
	if status := logIn(oneTime(t, secret[1])); status != http.StatusNoContent && status != http.StatusOK {
		t.Errorf("with the code of the app: status %d", status)
	}
}

// oneTime is the code that an app shows now (RFC 6238), as a tool that is not ours computes it.
func oneTime(t *testing.T, secret string) string {
	out, err := exec.CommandContext(t.Context(), "oathtool", "--totp", "-b", secret).Output()
	if err != nil {
		t.Fatalf("oathtool: %v", err)
	}
	return strings.TrimSpace(string(out))
}
