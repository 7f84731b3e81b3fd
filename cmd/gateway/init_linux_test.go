package main

import (
	"bytes"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/survey/surveytest"
)

// typed runs gateway init at a terminal, and answers all that is to be seen there.
func typed(t *testing.T, lines string, args ...string) (code int, screen string) {
	t.Helper()
	tty, keys := terminal(t)
	shown := make(chan string)
	go func() {
		text, _ := io.ReadAll(keys) // ends with an error once nobody has the terminal
		shown <- string(text)
	}()
	if _, err := io.WriteString(keys, lines); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	root := newRoot(sharedLibrary)
	root.SetArgs(append([]string{"init"}, args...))
	root.SetIn(tty)
	root.SetOut(tty)
	root.SetErr(tty)
	code = codeOf(root.ExecuteContext(t.Context()), &stderr)
	tty.Close()
	return code, <-shown + stderr.String()
}

func TestSomebodyAtATerminalIsAsked(t *testing.T) {
	site := httptest.NewServer(surveytest.SPA())
	t.Cleanup(site.Close)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + ln.Addr().String()
	ln.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "einlass.yaml")
	code, screen := typed(t, gone+"\ntermine.example.org\ntuesday 25:00\ntuesday 8:00\n\nit-amt\n\n"+site.URL+"\n", "--out", file, "--state", filepath.Join(dir, "state"))
	if code != 0 {
		t.Fatalf("%d\n%s", code, screen)
	}
	for _, want := range []string{`"25:00" is no clock`, "5 of 5", "connection refused", "another address, or blind", "Wrote " + file, "service worker"} {
		if !strings.Contains(screen, want) {
			t.Errorf("the screen lacks %q:\n%s", want, screen)
		}
	}
	if n := strings.Count(screen, "connection refused"); n != 2 { // and once more, as Enter asked for
		t.Errorf("it was looked %d times in vain", n)
	}
	cfg, err := loadConfig(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := cfg.Rooms[0]; r.Backend.Addresses[0] != site.URL || r.Schedule.Openings[0].Start != "08:00" || r.Hosts[0] != "termine.example.org" {
		t.Errorf("%+v", r)
	}
}

func TestSomebodyAtATerminalGoesAway(t *testing.T) {
	dir := t.TempDir()
	const endOfInput = "\x04"
	for lines, want := range map[string]string{
		"http://127.0.0.1:1\n" + endOfInput:                                            "give --name, --hours, --proxy, --admin",
		"http://127.0.0.1:1\ntermine.example.org\nalways\nnone\nit-amt\n" + endOfInput: "give --blind to go on without a look",
	} {
		code, screen := typed(t, lines, "--out", filepath.Join(dir, "einlass.yaml"))
		if code != exitUsage || !strings.Contains(screen, want) {
			t.Errorf("%d, %s", code, screen)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("there is %v, %v", left, err)
		}
	}
	code, screen := typed(t, "http://127.0.0.1:1\ntermine.example.org\nalways\nnone\nit-amt\nblind\n", "--out", filepath.Join(dir, "einlass.yaml"))
	if code != 0 || !strings.Contains(screen, "Nothing was looked at: 127.0.0.1:1 cannot be connected to") {
		t.Errorf("%d, %s", code, screen)
	}
}

func TestNobodyIsAskedWhereNobodyIs(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { null.Close() })
	tty, _ := terminal(t)
	if isTerminal(null) || isTerminal(strings.NewReader("")) || !isTerminal(tty) {
		t.Errorf("/dev/null is a terminal: %v, a reader is: %v, a terminal is: %v", isTerminal(null), isTerminal(strings.NewReader("")), isTerminal(tty))
	}
}
