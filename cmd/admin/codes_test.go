package main

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue"
	keyring "github.com/einlass/einlass/pkg/token"
)

func ringSource(t *testing.T) *keyring.Source {
	t.Helper()
	ring, err := keyring.LoadEnv("k1:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))))
	if err != nil {
		t.Fatal(err)
	}
	source, err := keyring.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// issuer makes the codes of the room termine.
func issuer(t *testing.T) *door.Issuer {
	t.Helper()
	i, err := door.NewIssuer(ringSource(t), "termine")
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// withGroups is a morning whose schedule has groups.
func withGroups(t *testing.T) *morning {
	t.Helper()
	m := newMorning(t, "07:00:00")
	if _, err := m.room.Update(t.Context(), func(d *queue.Document) error {
		d.SetSchedule(`{"zone":"Europe/Berlin","groups":[{"name":"residents"},{"name":"over80"}]}`)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	m.pass()
	return m
}

func rowsOf(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v: %.300s", err, text)
	}
	return rows
}

func TestCodesAreWrittenAsATable(t *testing.T) {
	m := withGroups(t)
	file := filepath.Join(t.TempDir(), "codes.csv")
	out, said := m.must("codes", "new", "termine", "--group", "residents", "--count", "3", "--uses", "2", "--until", "2026-12-24",
		"--link", "https://termine.example.org", "--out", file)
	text, err := os.ReadFile(file)
	if err != nil || out != "" {
		t.Fatalf("%q, %v", out, err)
	}
	if said != "batch 1 of termine: 3 codes for residents, for 2 to use each\n" {
		t.Errorf("it says %q", said)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	rows := rowsOf(t, string(text))
	if len(rows) != 4 || strings.Join(rows[0], " ") != "serial code link" || rows[3][0] != "2" || rows[3][2] != "https://termine.example.org/.einlass/door?code="+rows[3][1] {
		t.Errorf("%q", rows)
	}
	m.pass()
	document := m.room.View().Snapshot.Document
	batches, err := door.ParseBatches(document.Codes())
	if want := time.Date(2026, 12, 24, 23, 0, 0, 0, time.UTC).UnixMilli(); err != nil || len(batches) != 1 || batches[0].Until != want || batches[0].Uses != 2 {
		t.Errorf("%+v, %v, want the end of the day in Berlin, %d", batches, err, want)
	}
	again, _ := m.must("codes", "again", "termine", "1", "--first", "1")
	if got := rowsOf(t, again); len(got) != 2 || got[0][1] != rows[2][1] {
		t.Errorf("again: %q", got)
	}
	var line struct {
		Serial     int
		Code, Link string
	}
	asJSON, _ := m.must("codes", "again", "termine", "1", "--first", "2", "--json", "--link", "https://x.example/wait/door")
	if err := json.Unmarshal([]byte(asJSON), &line); err != nil || line.Serial != 2 || line.Link != "https://x.example/wait/door?code="+rows[3][1] {
		t.Errorf("%s: %+v, %v", asJSON, line, err)
	}
}

func TestBatchesAreShownWithdrawnAndRemoved(t *testing.T) {
	m := withGroups(t)
	said := func(wantCode int, want string, args ...string) {
		t.Helper()
		m.now = m.now.Add(time.Second)
		m.pass()
		code, out, stderr := m.run("", false, args...)
		m.pass()
		if code != wantCode || !strings.Contains(out+stderr, want) {
			t.Errorf("%q: exit code %d\n%s%s, want %d, %q", args, code, out, stderr, wantCode, want)
		}
	}
	said(0, "codes of termine: there are none\n", "codes", "list", "termine")
	out, _ := m.must("codes", "new", "termine", "--group", "residents", "--count", "5", "--from", "2026-12-24 08:00")
	m.pass()
	code := rowsOf(t, out)[4][1]
	list, _ := m.must("codes", "list", "termine")
	if !regexp.MustCompile(`(?m)^1 +residents +5 +1 +2026-12-01 07:00 +2026-12-24 08:00 +- +- +not yet$`).MatchString(list) {
		t.Errorf("the list is\n%s", list)
	}
	said(0, "batch 1 of termine: 2 of 5 codes are withdrawn\n", "codes", "revoke", "termine", "1", "--serial", "0", "--serial", "2", "--yes")
	said(0, "batch 1 of termine: 3 of 5 codes are withdrawn\n", "codes", "revoke", "termine", "--code", code, "--yes")
	said(1, "is in force", "codes", "remove", "termine", "1")
	said(0, "batch 1 of termine: withdrawn, all 5 codes\n", "codes", "revoke", "termine", "1", "--reason", "lost", "--yes")
	said(0, `"state": "revoked"`, "codes", "list", "termine", "--json")
	said(0, "batch 1 of termine: removed\n", "codes", "remove", "termine", "1")
	said(1, "there is no batch 1", "codes", "remove", "termine", "1")
	said(1, "there is no batch 1", "codes", "again", "termine", "1")
}

// Batches that are really gone come back from what was listed, with the same codes.
func TestBatchesThatWereLostArePutBack(t *testing.T) {
	m := withGroups(t)
	printed, _ := m.must("codes", "new", "termine", "--group", "residents", "--count", "5", "--from", "2026-12-01", "--until", "2026-12-24 08:00")
	m.pass()
	m.must("codes", "revoke", "termine", "1", "--serial", "3", "--yes")
	m.must("codes", "new", "termine", "--group", "over80", "--count", "2")
	m.must("codes", "revoke", "termine", "2", "--yes")
	m.pass()
	saved, _ := m.must("codes", "list", "termine", "--json")
	before := m.room.View().Snapshot.Document
	if _, err := m.room.Update(t.Context(), func(d *queue.Document) error { d.SetCodes(""); return nil }); err != nil {
		t.Fatal(err)
	}
	m.pass()
	file := filepath.Join(t.TempDir(), "batches.json")
	if err := os.WriteFile(file, []byte(saved), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		out, _ := m.must("codes", "restore", "termine", file)
		m.pass()
		after := m.room.View().Snapshot.Document
		if after.Codes() != before.Codes() || !strings.Contains(out, "in force") {
			t.Errorf("it is %s\nwas %s\n%s", after.Codes(), before.Codes(), out)
		}
	}
	if again, _ := m.must("codes", "again", "termine", "1"); again != printed {
		t.Errorf("the codes are\n%swere\n%s", again, printed)
	}
	for says, text := range map[string]string{
		"no batches": `{"id":"termine"}`, "batches of the room kfz": strings.Replace(saved, "termine", "kfz", 1),
		"there is another batch 1": strings.Replace(saved, `"count": 5`, `"count": 6`, 1), "count 0": strings.Replace(saved, `"count": 5`, `"count": 0`, 1),
	} {
		if says == "count 0" {
			text = strings.Replace(text, `"batch": 1`, `"batch": 9`, 1)
			text = strings.Replace(text, `"batch": 2`, `"batch": 10`, 1)
		}
		if code, out, stderr := m.run(text, false, "codes", "restore", "termine", "-"); code == exitOK || !strings.Contains(stderr, says) {
			t.Errorf("%s: exit code %d, %s %s", says, code, out, stderr)
		}
	}
}

func TestWrongCommandsOnCodesMakeNothing(t *testing.T) {
	m := withGroups(t)
	there := filepath.Join(t.TempDir(), "there")
	if err := os.WriteFile(there, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	group := []string{"codes", "new", "termine", "--group", "residents", "--count", "5"}
	for _, c := range []struct {
		want int
		says string
		args []string
	}{
		{2, "--group is missing", []string{"codes", "new", "termine", "--count", "5"}},
		{2, "--count 0: want 1 to 1048576", []string{"codes", "new", "termine", "--group", "residents"}},
		{2, "--uses 17: want 1 to 16", append(group, "--uses", "17")},
		{2, "it exists already", append(group, "--out", there)},
		{2, "no such directory", append(group, "--out", filepath.Join(there+"s", "x"))},
		{2, "want https://host", append(group, "--link", "termine.example.org")},
		{2, "--until \"soon\": want a day", append(group, "--until", "soon")},
		{1, "until: is not after from", append(group, "--from", "2026-12-02", "--until", "2026-12-01")},
		{1, "it has residents, over80", []string{"codes", "new", "termine", "--group", "cats", "--count", "5"}},
		{1, "does not exist", []string{"codes", "new", "nowhere", "--group", "residents", "--count", "5"}},
		{1, "does not exist", []string{"codes", "list", "nowhere"}},
		{2, "BATCH \"x\": want a number", []string{"codes", "again", "termine", "x"}},
		{2, "want BATCH", []string{"codes", "revoke", "termine"}},
		{2, "want the BATCH", []string{"codes", "revoke", "termine", "--code", "x", "--serial", "1"}},
		{2, "there is no command", []string{"codes", "make"}},
	} {
		code, out, stderr := m.run("", false, c.args...)
		if code != c.want || !strings.Contains(stderr, c.says) || strings.Contains(out, "serial") {
			t.Errorf("%q: exit code %d, %q %q, want %d, %q", c.args, code, out, stderr, c.want, c.says)
		}
	}
	m.pass()
	if d := m.room.View().Snapshot.Document; d.Codes() != "" {
		t.Errorf("there are %s", d.Codes())
	}
	if text, err := os.ReadFile(there); err != nil || string(text) != "x" {
		t.Errorf("%q, %v", text, err)
	}
}

// broken is a gateway whose answer breaks off after two codes of three.
func broken(t *testing.T) map[string]string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(adminapi.MarkField, adminapi.Mark)
		w.Header().Set(adminapi.RoomField, "termine")
		w.Header().Set("Content-Type", adminapi.LinesType)
		fmt.Fprint(w, `{"id":"termine","first":0,"batch":{"batch":7,"group":"residents","count":3,"uses":1,"made":1,"key":"k","revoked":[],"state":"in force"}}`+
			"\n"+`{"serial":0,"code":"AAAA"}`+"\n"+`{"serial":1,"code":"BBBB"}`+"\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(server.Close)
	return environment(server)
}

func TestAnAnswerThatIsLostMayHaveMadeABatch(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(server.Close)
	code, out, stderr := command(t, environment(server), "codes", "new", "termine", "--group", "residents", "--count", "3")
	if code != exitUnreachable || out != "" || !strings.Contains(stderr, "if a batch was made all the same, this shows it: admin codes list termine\n") {
		t.Errorf("exit code %d\n%s\n%s", code, out, stderr)
	}
}

func TestCodesThatBreakOffSayHowToGetTheRest(t *testing.T) {
	env := broken(t)
	args := []string{"codes", "new", "termine", "--group", "residents", "--count", "3"}
	code, out, stderr := command(t, env, args...)
	if code != exitUnreachable || out != "serial,code\r\n0,AAAA\r\n1,BBBB\r\n" ||
		!strings.Contains(stderr, "2 of the 3 codes of batch 7 came, and it is in force; the rest: admin codes again termine 7 --first 2\n") {
		t.Errorf("exit code %d\n%s\n%s", code, out, stderr)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "codes.csv")
	code, _, stderr = command(t, env, append(args, "--out", file)...)
	if code != exitUnreachable || !strings.Contains(stderr, "admin codes again termine 7 --out "+file+"\n") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("half a file is left: %v, %v", left, err)
	}
}

func TestAnInvitationIsALink(t *testing.T) {
	m := withGroups(t)
	reader, err := door.NewInvitations(ringSource(t), "termine", nil)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := m.must("invite", "termine", "--group", "over80", "--person", "2026-4711", "--link", "https://termine.example.org")
	raw, ok := strings.CutPrefix(out, "https://termine.example.org/.einlass/door?invitation=")
	e, err := reader.Check(strings.TrimSpace(raw), m.now.UnixMilli())
	if !ok || err != nil || e.Group != "over80" || e.Uses != 1 || time.UnixMilli(e.Until).Sub(m.now).Round(time.Minute) != 48*time.Hour {
		t.Errorf("%s: %+v, %v", out, e, err)
	}
	bare, _ := m.must("invite", "termine", "--group", "over80", "--valid", "1h")
	if e, err := reader.Check(strings.TrimSpace(bare), m.now.UnixMilli()); err != nil || e.Uses != 0 {
		t.Errorf("%s: %+v, %v", bare, e, err)
	}
	for says, args := range map[string][]string{
		"--group is missing":     {},
		"want at least a minute": {"--group", "over80", "--valid", "0s"},
		"want https://host":      {"--group", "over80", "--link", "x"},
		"no such group":          {"--group", "cats"},
	} {
		code, out, stderr := m.run("", false, append([]string{"invite", "termine"}, args...)...)
		if code == exitOK || out != "" || !strings.Contains(stderr, says) {
			t.Errorf("%q: exit code %d, %q %q", args, code, out, stderr)
		}
	}
}

func TestLabelsAreMadeOfATable(t *testing.T) {
	dir := t.TempDir()
	table := "serial,code,link\r\n"
	for i := range 25 {
		table += fmt.Sprintf("%d,AAAA-BBBB-CCCC-%04d,https://x\r\n", i, i)
	}
	file := filepath.Join(dir, "codes.csv")
	if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "labels.html")
	code, out, stderr := command(t, nil, "codes", "print", file, "--out", page, "--title", "Für <alle>", "--note", "ab 8 Uhr")
	text, err := os.ReadFile(page)
	if code != exitOK || err != nil || out != "" {
		t.Fatalf("exit code %d, %s, %v", code, stderr, err)
	}
	for want, n := range map[string]int{
		`<div class="sheet">`: 2, `<div class="label">`: 25, "Für &lt;alle&gt;</p>": 25, "ab 8 Uhr": 25, "AAAA-BBBB-CCCC-0024": 1, "</div>\n</html>": 1, "<alle>": 0,
	} {
		if got := strings.Count(string(text), want); got != n {
			t.Errorf("%s is there %d times, want %d", want, got, n)
		}
	}
	if n := strings.Count(string(text), "<div"); n != strings.Count(string(text), "</div>") {
		t.Errorf("%d divs are opened, and not as many closed", n)
	}
	for says, wrong := range map[string]string{
		"there are no codes in it":      "",
		"want the names of the columns": "1,AAAA\r\n",
		"no codes in it":                "serial,code\r\n",
		"line 3: ":                      "serial,code\r\n1,A\r\n2\r\n",
	} {
		if err := os.WriteFile(file, []byte(wrong), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := command(t, nil, "codes", "print", file, "--out", page+"2"); code == exitOK || !strings.Contains(stderr, says) {
			t.Errorf("%q: exit code %d, %s, want %s", wrong, code, stderr, says)
		}
		if _, err := os.Stat(page + "2"); err == nil {
			t.Errorf("%q: there is a page", wrong)
		}
	}
}

// A disk that is full leaves no file, whole or half.
func TestAFileThatCannotBeWrittenIsNone(t *testing.T) {
	dir := t.TempDir()
	full := errors.New("the disk is full")
	err := whole(filepath.Join(dir, "x"), nil, func(out io.Writer) error {
		_, err := out.Write(make([]byte, 100_000))
		return errors.Join(err, full)
	})
	left, readErr := os.ReadDir(dir)
	if !errors.Is(err, full) || readErr != nil || len(left) != 0 {
		t.Errorf("%v, left %v, %v", err, left, readErr)
	}
}
