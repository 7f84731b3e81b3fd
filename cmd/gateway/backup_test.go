package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// keptGateway is a machine whose gateway is stopped: a configuration, and what a gateway keeps.
type keptGateway struct {
	t           *testing.T
	dir, config string
}

func keptOn(t *testing.T, rooms ...string) *keptGateway {
	t.Helper()
	k := &keptGateway{t: t, dir: t.TempDir()}
	k.configure("state: {dir: "+k.path("state")+"}", rooms...)
	if err := os.Mkdir(k.path("state"), 0o700); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *keptGateway) path(name string) string { return filepath.Join(k.dir, name) }

func (k *keptGateway) configure(store string, rooms ...string) {
	k.config = k.path("einlass.yaml")
	text := "listen: {http: \"127.0.0.1:0\"}\nadmin: {listen: \"127.0.0.1:0\"}\n" + store + "\nrooms:\n"
	for _, id := range rooms {
		text += fmt.Sprintf("  - {id: %s, hosts: [%s.example], pace: {rate: 60}, backend: {url: \"http://127.0.0.1:9\"}}\n", id, id)
	}
	k.write("einlass.yaml", text)
}

func (k *keptGateway) write(name, text string) {
	k.t.Helper()
	if err := os.WriteFile(k.path(name), []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// line is a store of a room with so many places more than it had.
func (k *keptGateway) line(room string, more int) *memstore.Store {
	k.t.Helper()
	s, err := memstore.New(memstore.Config{Files: &memstore.Files{Path: k.path("state/" + room), Every: time.Hour, PlacesEvery: time.Hour}})
	if err != nil {
		k.t.Fatal(err)
	}
	if !s.Recovery().Found {
		d := queue.Document{Pace: queue.Pace{Mode: queue.ModePause, Rate: 60, Burst: 1}, Timing: queue.DefaultTiming()}
		if err := s.Restore(k.t.Context(), queue.Watermark{Document: d}); err != nil {
			k.t.Fatal(err)
		}
	}
	for i := range more {
		if _, err := s.Join(k.t.Context(), []queue.Arrival{{Visitor: queue.VisitorID{byte(i + 1), byte(time.Now().UnixNano())}}}); err != nil {
			k.t.Fatal(err)
		}
	}
	return s
}

// goesOn lets the line of a room have some places more, and stops.
func (k *keptGateway) goesOn(room string, more int) {
	k.t.Helper()
	if err := k.line(room, more).Close(); err != nil {
		k.t.Fatal(err)
	}
}

// run runs a command of the gateway.
func (k *keptGateway) run(in io.Reader, args ...string) (out, said string, err error) {
	var stdout, stderr bytes.Buffer
	root := newRoot(sharedLibrary)
	root.SetIn(in)
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	root.SetArgs(append(args, "-c", k.config))
	err = root.Execute()
	return stdout.String(), stderr.String(), err
}

func (k *keptGateway) backup(file string) {
	k.t.Helper()
	if _, said, err := k.run(nil, "backup", file); err != nil || !strings.Contains(said, "They hold keys") {
		k.t.Fatalf("%s: %v", said, err)
	}
}

// refused runs a restore that is refused because of what says, and changes no file.
func (k *keptGateway) refused(in io.Reader, says string, args ...string) {
	k.t.Helper()
	before := k.files()
	_, _, err := k.run(in, append([]string{"restore"}, args...)...)
	if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(strings.ToLower(err.Error()), "nothing was changed") {
		k.t.Errorf("got %v, want %q", err, says)
	}
	if after := k.files(); after != before {
		k.t.Errorf("%q:\n%s\nbefore:\n%s", says, after, before)
	}
}

// files are all that there are in the state directory but the locks, with what they hold.
func (k *keptGateway) files() string {
	k.t.Helper()
	var all strings.Builder
	entries, err := os.ReadDir(k.path("state"))
	if err != nil {
		k.t.Fatal(err)
	}
	for _, e := range entries {
		if text, err := os.ReadFile(k.path("state/" + e.Name())); err == nil && !strings.HasSuffix(e.Name(), ".lock") {
			fmt.Fprintf(&all, "%s %x\n", e.Name(), text)
		}
	}
	return all.String()
}

func TestABackupGoesThroughPipes(t *testing.T) {
	k := keptOn(t, "a")
	k.goesOn("a", 3)
	k.write("state/keys.json", "the keys")
	out, _, err := k.run(nil, "backup", "-")
	if err != nil {
		t.Fatal(err)
	}
	before := k.files()
	if err := os.RemoveAll(k.path("state")); err != nil {
		t.Fatal(err)
	}
	said, _, err := k.run(strings.NewReader(out), "restore", "-")
	if err != nil || !strings.Contains(said, "3 files of room a are in place") || !strings.Contains(said, "Room a: the line is as of") {
		t.Fatalf("%s: %v", said, err)
	}
	if after := k.files(); after != before {
		t.Errorf("%s\nbefore:\n%s", after, before)
	}
	k.goesOn("a", 1)
}

func TestABackupThatDoesNotFitIsRefused(t *testing.T) {
	k := keptOn(t, "a", "b")
	k.goesOn("a", 3)
	k.write("state/keys.json", "the keys")
	file := k.path("monday")
	k.backup(file)
	if _, _, err := k.run(nil, "backup", file); err == nil || !strings.Contains(err.Error(), "never replaces another one") {
		t.Errorf("over another: %v", err)
	}
	archive, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	k.refused(bytes.NewReader(archive[:len(archive)/2]), "the standard input is damaged", "-")
	k.refused(bytes.NewReader(again(t, archive, `"format": 1`, `"format": 9`)), "is of a later release", "-")
	k.refused(nil, "no such file", k.path("tuesday"))

	open := k.line("b", 0)
	k.refused(nil, "stop the gateway first: state file: ", file)
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(k.path("state/audit"), 0o700); err != nil {
		t.Fatal(err)
	}
	record, err := audit.Hold(k.path("state/audit"))
	if err != nil {
		t.Fatal(err)
	}
	k.refused(nil, "stop the gateway first: another process writes the record", file)
	if err := record.Close(); err != nil {
		t.Fatal(err)
	}
	k.write("state/keys.json", "other keys")
	k.refused(nil, "keys.json is there and differs from the backup's; --replace puts it aside", file)
	k.goesOn("a", 1)
	k.refused(nil, "room a: the line that is there was saved at", file)
	k.refused(nil, "room a: the line that is there was saved at", file, "--replace")

	k.configure("state: {dir: "+k.path("state")+"}", "a", "c")
	k.refused(nil, "is of rooms a, b, and this configuration has rooms a, c", file)
	k.shares("a", "b")
	k.refused(nil, "this configuration keeps them in Redis", file)
}

// shares makes the configuration one of gateways that share a store.
func (k *keptGateway) shares(rooms ...string) {
	k.configure("store: {url: \"redis://127.0.0.1:1\"}\nkeys: {file: "+k.path("keys.json")+"}\nstate: {dir: "+k.path("state")+"}", rooms...)
}

// With Redis the line is Redis's own. Keys, staff and what stands beside them are in the backup all the same.
func TestABackupWithRedisHoldsNoLine(t *testing.T) {
	k := keptOn(t, "a")
	k.goesOn("a", 1) // of before
	k.shares("a")
	k.write("keys.json", "the keys")
	k.write("staff.json", "the staff")
	k.write("state/a.desk.json", "callers")
	_, said, err := k.run(nil, "backup", k.path("monday"))
	if err != nil || !strings.Contains(said, "4 files of room a") || !strings.Contains(said, "The line is in Redis") {
		t.Fatalf("%s: %v", said, err)
	}
	for _, name := range []string{"keys.json", "staff.json", "state/a.desk.json"} {
		if err := os.Remove(k.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	out, _, err := k.run(nil, "restore", k.path("monday"))
	if err != nil || !strings.Contains(out, "3 files of room a are in place") || !strings.Contains(out, "The line is in Redis") {
		t.Fatalf("%s: %v", out, err)
	}
	for name, want := range map[string]string{"keys.json": "the keys", "staff.json": "the staff", "state/a.desk.json": "callers"} {
		if text, err := os.ReadFile(k.path(name)); err != nil || string(text) != want {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
	}
	k.configure("state: {dir: "+k.path("state")+"}", "a")
	k.refused(nil, "holds no line", k.path("monday"))
}

// again is an archive in which a text was changed to another one of the same length.
func again(t *testing.T, archive []byte, old, text string) []byte {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(bytes.Replace(whole, []byte(old), []byte(text), 1)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A line that is older than the backup, or damaged, is put aside, and so are other keys; what was put aside is whole.
func TestARestorePutsAsideWhatItReplaces(t *testing.T) {
	k := keptOn(t, "a")
	k.goesOn("a", 1)
	old, err := os.ReadFile(k.path("state/a.marks"))
	if err != nil {
		t.Fatal(err)
	}
	k.goesOn("a", 2)
	k.write("state/keys.json", "the keys")
	k.backup(k.path("monday"))
	k.write("state/a.marks", string(old))
	k.write("state/a.places", "no places")
	k.write("state/keys.json", "other keys")
	k.refused(nil, "room a: there is another line, which is older than the backup's or damaged; --replace puts it aside", k.path("monday"))
	said, _, err := k.run(nil, "restore", k.path("monday"), "--replace")
	if err != nil || strings.Count(said, "Put aside: ") != 3 {
		t.Fatalf("%s: %v", said, err)
	}
	for name, want := range map[string]string{"a.marks": string(old), "a.places": "no places", "keys.json": "other keys"} {
		aside, err := filepath.Glob(k.path("state/" + name + ".before-restore-*"))
		if err != nil || len(aside) != 1 {
			t.Fatalf("%s: %v, %v", name, aside, err)
		}
		if text, err := os.ReadFile(aside[0]); err != nil || string(text) != want {
			t.Errorf("%s: %v", aside[0], err)
		}
	}
	k.goesOn("a", 1)
}

// A backup of state files that a start would set aside is one of nothing.
func TestADamagedLineIsNotBackedUp(t *testing.T) {
	k := keptOn(t, "a")
	k.write("state/a.marks", "no marks")
	if _, _, err := k.run(nil, "backup", k.path("monday")); err == nil || !strings.Contains(err.Error(), "no backup was made: ") || !strings.Contains(err.Error(), "a.marks") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(k.path("monday")); err == nil {
		t.Error("there is a backup")
	}
}

// Whoever owns the state directory is not root, who puts a backup back.
func TestARestoreFollowsNoLinkOfALockFile(t *testing.T) {
	k := keptOn(t, "termine")
	k.goesOn("termine", 3)
	k.backup(k.path("first.backup"))
	k.write("roots", "a file of another owner")
	lock := k.path("state/termine.lock")
	if err := errors.Join(os.Remove(lock), os.Symlink(k.path("roots"), lock)); err != nil {
		t.Fatal(err)
	}
	k.refused(nil, "termine.lock", k.path("first.backup"))
	if text, err := os.ReadFile(k.path("roots")); err != nil || string(text) != "a file of another owner" {
		t.Errorf("it holds %q, %v", text, err)
	}
}
