package audit

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// testKey signs in tests.
type testKey struct{ key ed25519.PrivateKey }

func keyOf(seed byte) testKey {
	return testKey{ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize)))}
}

func (k testKey) Kid() string                  { return fmt.Sprintf("k%d", k.key[0]) }
func (k testKey) Public() ed25519.PublicKey    { return k.key.Public().(ed25519.PublicKey) }
func (k testKey) Sign(statement []byte) []byte { return ed25519.Sign(k.key, statement) }

func trusted(k testKey) []Key { return []Key{{Kid: k.Kid(), Key: k.Public()}} }

// world is a log with a clock of its own.
type world struct {
	*Log
	t       *testing.T
	dir     string
	now     time.Time
	key     testKey
	heads   []Head
	reports []error
	moved   State
}

func newWorld(t *testing.T, retention time.Duration) *world {
	t.Helper()
	w := &world{t: t, dir: filepath.Join(t.TempDir(), "audit"), now: time.Date(2026, 12, 1, 7, 59, 0, 0, time.UTC), key: keyOf('a')}
	w.open(retention)
	return w
}

func (w *world) open(retention time.Duration) {
	w.t.Helper()
	var err error
	w.Log, err = New(Config{
		Dir: w.dir, Gateway: "g1", Retention: retention, Now: func() time.Time { return w.now },
		Signer: func(time.Time) (Signer, bool) { return w.key, true },
		Moved:  func(s State) { w.moved = s },
		Signed: func(h Head) { w.heads = append(w.heads, h) },
		Report: func(err error) { w.reports = append(w.reports, err) },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = w.Close() })
}

// acts appends entries whose reasons are numbered on.
func (w *world) acts(n int) {
	for range n {
		w.now = w.now.Add(time.Millisecond)
		w.Append(Entry{
			Principal: &Principal{Name: "anna", Role: "operator", Method: "bearer", From: "loopback"},
			Act:       "change", Room: "termine", Asked: json.RawMessage(`{"rate":120}`), Reason: "<because>",
		})
	}
}

func (w *world) files() []string {
	w.t.Helper()
	files, err := Files(w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	return files
}

func (w *world) verify(known ...Known) Proof {
	w.t.Helper()
	proof, err := Verify(nil, w.files(), trusted(w.key), known...)
	if err != nil {
		w.t.Fatal(err)
	}
	return proof
}

func (w *world) whole() Proof {
	w.t.Helper()
	proof := w.verify()
	if proof.Fault != nil {
		w.t.Fatalf("the record does not fit: %+v", proof.Fault)
	}
	return proof
}

func TestARecordIsAChainWithSignedHeads(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(250)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	proof := w.whole()
	if proof.First != 1 || proof.Heads != 3 || !proof.Trusted || proof.Signed != proof.Last-1 {
		t.Errorf("proof is %+v", proof)
	}
	if last := w.heads[len(w.heads)-1]; last.Seq != proof.Signed || w.moved.Signed != last.Seq || w.moved.Head != last.Hash {
		t.Errorf("the latest head told is %+v, the state %+v", last, w.moved)
	}
	text, err := os.ReadFile(w.files()[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if !json.Valid([]byte(row)) {
			t.Fatalf("no JSON: %s", row)
		}
	}
	if !strings.Contains(string(text), `"reason":"<because>"`) {
		t.Error("a reason does not stand there as it was given")
	}
}

func TestWhatIsNotSignedIsSignedAfterAMinute(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(1)
	w.now = w.now.Add(headEvery - time.Second)
	w.tick()
	if len(w.heads) != 0 {
		t.Fatal("a head before the minute is over")
	}
	w.now = w.now.Add(time.Second)
	w.tick()
	w.now = w.now.Add(time.Hour)
	w.tick()
	if len(w.heads) != 1 {
		t.Errorf("%d heads, want one for one change", len(w.heads))
	}
}

func TestARecordGoesOnAfterARestart(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(3)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	before := w.whole()
	w.open(0)
	w.acts(2)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if after := w.whole(); after.Last != before.Last+3 || len(w.files()) != 1 || len(w.reports) != 0 {
		t.Errorf("%+v after %+v, reports %v", after, before, w.reports)
	}
}

func TestATornLineIsTakenOffAndSaid(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(3)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := w.files()[0]
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lineBegins := strings.LastIndexByte(strings.TrimSuffix(string(text), "\n"), '\n') + 1
	for cut := lineBegins + 1; cut < len(text); cut += 7 {
		if err := os.WriteFile(path, text[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		// Its head is the line that was torn.
		if proof := w.verify(); proof.Fault == nil || proof.Fault.Kind != FaultUnsigned || !strings.Contains(strings.Join(proof.Notes, "\n"), "ends within a line") {
			t.Fatalf("cut at %d: %+v", cut, proof)
		}
		w.reports = nil
		w.open(0)
		w.acts(1)
		page, err := w.List(Query{})
		if err != nil || len(page.Entries) != 5 || page.Entries[1].Act != ActHealed {
			t.Fatalf("cut at %d: %+v %v", cut, page.Entries, err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		w.whole()
		if len(w.reports) != 1 || !strings.Contains(w.reports[0].Error(), "torn") {
			t.Fatalf("cut at %d: reports %v", cut, w.reports)
		}
	}
}

func TestAFileThatWasBegunAndNotWrittenIsMadeAnew(t *testing.T) {
	w := newWorld(t, 12*time.Hour)
	w.acts(1)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, torn := range []string{"", `{"seq":4,"ti`} {
		if err := os.WriteFile(w.fileName(w.last+1), []byte(torn), 0o600); err != nil {
			t.Fatal(err)
		}
		w.open(12 * time.Hour)
		w.acts(1)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		w.whole()
	}
}

func TestFilesAreRotatedAndDeletedByTheRetention(t *testing.T) {
	w := newWorld(t, 12*time.Hour)
	for range 30 {
		w.acts(2)
		w.now = w.now.Add(time.Hour)
		w.tick()
	}
	files := w.files()
	if len(files) < 12 || len(files) > 14 {
		t.Fatalf("%d files after 30 hours, of which 12 are kept", len(files))
	}
	proof := w.whole()
	if proof.First == 1 || w.now.Sub(proof.From) > 14*time.Hour {
		t.Errorf("proof is %+v", proof)
	}
	page, err := w.List(Query{})
	if err != nil {
		t.Fatal(err)
	}
	told := false
	for _, e := range page.Entries {
		told = told || e.Act == ActDeleted
	}
	if !told {
		t.Error("nothing says that a file was deleted")
	}
}

func TestAFileEndsWithAHeadWhenItIsLargeEnough(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(3)
	w.size = fileSize
	w.acts(3)
	if len(w.files()) != 2 {
		t.Fatalf("files are %v", w.files())
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.whole()
	if proof, err := Verify(nil, w.files()[:1], trusted(w.key)); err != nil || proof.Fault != nil || proof.Signed != proof.Last-1 {
		t.Errorf("the first file alone: %+v, %v", proof, err)
	}
}

func TestAnActIsRecordedLaterWhenNothingCanBeWritten(t *testing.T) {
	w := newWorld(t, 0)
	blocked := w.dir
	if err := os.WriteFile(blocked, nil, 0o600); err != nil { // no directory can be made there
		t.Fatal(err)
	}
	w.acts(maxWaiting + 5)
	if s := w.State(); s.Waiting != maxWaiting || s.Lost != 5 || len(w.reports) != 1 || w.reports[0] == nil || w.moved != s {
		t.Fatalf("state is %+v, reports %v", s, w.reports)
	}
	if err := os.Remove(blocked); err != nil {
		t.Fatal(err)
	}
	w.tick()
	if s := w.State(); s.Waiting != 0 || len(w.reports) != 2 || w.reports[1] != nil {
		t.Fatalf("state is %+v, reports %v", s, w.reports)
	}
	page, err := w.List(Query{Limit: 2})
	if err != nil || page.Entries[0].Act != ActLost || string(page.Entries[0].After) != `{"entries":5}` || !page.More {
		t.Errorf("entries are %+v, %v", page.Entries, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.whole()
}

func TestALineThatCouldNotBeWrittenWholeLeavesNothing(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(2)
	open := w.file
	readOnly, err := os.Open(w.files()[0])
	if err != nil {
		t.Fatal(err)
	}
	w.file = readOnly // each write fails
	w.acts(2)
	if s := w.State(); s.Waiting != 2 {
		t.Fatalf("state is %+v", s)
	}
	w.file = open
	if err := readOnly.Close(); err != nil {
		t.Fatal(err)
	}
	w.tick()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if proof := w.whole(); proof.Last != 6 {
		t.Errorf("proof is %+v", proof)
	}
}

func TestASecondProcessDoesNotWriteTheSameRecord(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(1)
	second := &world{t: t, dir: w.dir, now: w.now, key: w.key}
	second.open(0)
	second.acts(1)
	if s := second.State(); s.Waiting != 1 {
		t.Fatalf("state is %+v", s)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	second.tick()
	if s := second.State(); s.Waiting != 0 {
		t.Fatalf("state is %+v", s)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	w.whole()
}

func TestARecordThatIsLentGoesOnBehindTheLinesOfTheOther(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(2)
	if err := w.Lend(); err != nil {
		t.Fatal(err)
	}
	second := &world{t: t, dir: w.dir, now: w.now, key: w.key}
	second.open(0)
	second.acts(1)
	if s := second.State(); s.Waiting != 0 {
		t.Fatalf("the other waits: %+v", s)
	}
	w.acts(1)
	if s := w.State(); s.Waiting != 1 {
		t.Fatalf("both write: %+v", s)
	}
	if err := second.Lend(); err != nil {
		t.Fatal(err)
	}
	w.tick()
	if s := w.State(); s.Waiting != 0 {
		t.Fatalf("it does not go on: %+v", s)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.whole()
}

func TestEntriesAreListedByRoomAndTime(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(2)
	w.Append(Entry{Act: "change", Room: "other"})
	w.Append(Entry{Act: "log-in"})
	since := w.now.Add(time.Second)
	w.now = since
	w.acts(1)
	for _, c := range []struct {
		name string
		q    Query
		seqs string
		more bool
	}{
		{"all", Query{}, "[6 5 4 3 2]", false},
		{"a page", Query{Limit: 2}, "[6 5]", true},
		{"the next page", Query{Limit: 2, Before: 5}, "[4 3]", true},
		{"of a room", Query{Room: "termine"}, "[6 3 2]", false},
		{"since", Query{Since: since}, "[6]", false},
		{"in a scope", Query{Sees: Rooms([]string{"other"})}, "[4]", false},
	} {
		page, err := w.List(c.q)
		if err != nil {
			t.Fatal(err)
		}
		var seqs []uint64
		for _, e := range page.Entries {
			seqs = append(seqs, e.Seq)
		}
		if fmt.Sprint(seqs) != c.seqs || page.More != c.more {
			t.Errorf("%s: %v, more %v; want %s, %v", c.name, seqs, page.More, c.seqs, c.more)
		}
	}
}

func TestAFileThatWasChangedIsLeftAndTheRecordGoesOn(t *testing.T) {
	w := newWorld(t, 0)
	w.acts(4)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := w.files()[0]
	edit(t, path, func(rows []string) []string {
		rows[2] = strings.Replace(rows[2], "120", "999", 1)
		return rows
	})
	w.open(0)
	w.acts(1)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if len(w.files()) != 2 || len(w.reports) == 0 || !strings.Contains(fmt.Sprint(w.reports), "was changed") {
		t.Errorf("files %v, reports %v", w.files(), w.reports)
	}
	if proof := w.verify(); proof.Fault == nil || proof.Fault.Seq != 3 {
		t.Errorf("proof is %+v", proof)
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		t.Error("what was changed is gone")
	}
}

func TestALogNeedsADirectory(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a log without a directory is made")
	}
}

// edit changes the lines of a file.
func edit(t *testing.T, path string, change func(rows []string) []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows := change(strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"))
	if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}
