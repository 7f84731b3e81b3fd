package drive_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/drive"
	"github.com/einlass/einlass/pkg/queue/journal"
)

func TestARunThatShowsNothingIsNoSuccess(t *testing.T) {
	site := quickSite(t)
	gone := httptest.NewServer(nil)
	gone.Close()
	deaf := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer deaf.Close()
	t.Setenv("EINLASS_ADMIN_TOKEN", "the-token-of-the-operators")
	for want, args := range map[string][]string{
		"nobody answers":     {"--target", gone.URL, "--people", "1"},
		"was answered":       {"--target", deaf.URL, "--people", "1", "--patience", "1ms"},
		"gave no snapshot":   {"--target", site.URL, "--people", "1", "--patience", "1ms", "--admin", gone.URL},
		"nobody is to come":  {"--target", site.URL, "--people", "0"},
		"--people -5":        {"--target", site.URL, "--people", "-5"},
		"--per-minute NaN":   {"--target", site.URL, "--per-minute", "NaN"},
		"--per-minute 1e+30": {"--target", site.URL, "--per-minute", "1e300"},
	} {
		cmd := drive.Command()
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		cmd.SetArgs(append(args, "--think", "5ms", "--typing", "5ms", "--length", "300ms", "--over", "1ms"))
		if err := cmd.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestTheTokenGoesToNoOtherHost(t *testing.T) {
	for admin, confirmed := range map[string]string{
		"http://192.0.2.1:1": "", "http://192.0.2.1:2/einlass": "192.0.2.2:2", "http://127.0.0.1@192.0.2.1": "",
	} {
		if err := drive.PermitAdmin(admin, confirmed); err == nil {
			t.Errorf("%s is taken with %q", admin, confirmed)
		}
		_, err := drive.Run(t.Context(), drive.Config{
			Target: "http://127.0.0.1:1", Confirmed: confirmed, Room: "termine", Admin: admin, AdminToken: "the-token-of-the-operators",
		})
		if err == nil || !strings.Contains(err.Error(), "admin: ") {
			t.Errorf("%s is asked: %v", admin, err)
		}
	}
	for admin, confirmed := range map[string]string{"http://127.0.0.1:9/x": "", "https://t.example.org:9": "t.example.org:443"} {
		if err := drive.PermitAdmin(admin, confirmed); err != nil {
			t.Error(err)
		}
	}
}

func TestAJournalThatCouldNotBeWrittenIsNoAcquittal(t *testing.T) {
	site, dir := quickSite(t), t.TempDir()
	f, err := journal.Create(dir, "termine", false, time.Now(), func(err error) { t.Error(err) })
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	paths, err := journal.Find(dir, "termine")
	if err != nil || len(paths) != 1 {
		t.Fatal(paths, err)
	}
	data, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.Replace(data, []byte(`"complete":true`), []byte(`"complete":false`), 1)
	if err := os.WriteFile(filepath.Join(dir, "termine-cut.jsonl"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(paths[0]); err != nil {
		t.Fatal(err)
	}
	_, err = drive.Run(t.Context(), drive.Config{
		Target: site.URL, Room: "termine", Journal: dir, Waves: []drive.Wave{{People: 1}}, Crowd: quickCrowd(), Length: 300 * time.Millisecond,
	})
	if err == nil || !strings.Contains(err.Error(), "complete only until") {
		t.Errorf("the verdict is %v", err)
	}
}
