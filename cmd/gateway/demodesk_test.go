package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/staff"
)

func aDesk(t *testing.T, listen string) (*demoDesk, *config.Config, error) {
	t.Helper()
	cfg := &config.Config{}
	cfg.Admin.Listen, cfg.State.Dir = listen, t.TempDir()
	d, err := startDesk(cfg)
	if err == nil {
		t.Cleanup(d.stop)
	}
	return d, cfg, err
}

func TestADemoMakesAUserOfItsOwnForEachRun(t *testing.T) {
	first, cfg, err := aDesk(t, "127.0.0.1:8081")
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := aDesk(t, "[::1]:8081")
	if err != nil {
		t.Fatal(err)
	}
	if first.password == second.password || first.user.TOTP == second.user.TOTP || staff.CheckPassword(first.password) != nil {
		t.Errorf("the passwords are %q and %q", first.password, second.password)
	}
	r, err := staff.Load(staffFile(cfg))
	if err != nil || len(r.Users) != 1 || r.User("clerk") == nil {
		t.Errorf("%+v, %v", r, err)
	}
	a, err := http.Get(first.page)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(a.Body)
	_ = a.Body.Close()
	code, left, wrong := first.user.Code(time.Now())
	if err != nil || wrong != nil || a.StatusCode != http.StatusOK || left <= 0 || left > 30*time.Second || len(code) != 6 {
		t.Fatalf("%d %v %v, %s for %v", a.StatusCode, err, wrong, code, left)
	}
	if !regexp.MustCompile(`<h1>\d{6}</h1>`).Match(text) || strings.Contains(string(text), first.user.TOTP) || strings.Contains(string(text), first.password) {
		t.Errorf("the page is\n%s", text)
	}
}

func TestADemoForOtherMachinesMakesNoUser(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:8081", ":8081", "192.0.2.7:8081", "admin.example.org:8081", ""} {
		if _, cfg, err := aDesk(t, listen); err == nil {
			t.Errorf("%q: a user was made", listen)
		} else if _, err := os.Stat(staffFile(cfg)); err == nil {
			t.Errorf("%q: there is a file of users", listen)
		}
	}
}

func TestTheCodesOfADemoAreForPagesOfTheirOwnAddress(t *testing.T) {
	d := &demoDesk{user: staff.User{Grant: staff.Grant{Name: "clerk"}, TOTP: staff.NewTOTP()}}
	at := time.Unix(1_800_000_012, 0) // 18 seconds before the next code
	page := d.codes("127.0.0.1:4711", func() time.Time { return at })
	for url, want := range map[string]int{
		"http://127.0.0.1:4711/": 200, "http://127.0.0.1:4711/more": 404, "http://rebound.example:4711/": 421, "http://127.0.0.1:80/": 421,
	} {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
		code, _, _ := d.user.Code(at)
		if shown := strings.Contains(w.Body.String(), code); w.Code != want || shown != (want == 200) {
			t.Errorf("%s: %d %s", url, w.Code, w.Body)
		}
		if want == 200 && (!strings.Contains(w.Body.String(), "for another 18 seconds") || w.Header().Get("Cache-Control") != "no-store") {
			t.Errorf("%s: %v %s", url, w.Header(), w.Body)
		}
	}
}
