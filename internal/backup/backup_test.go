package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// place is a directory with files of each rule.
type place struct {
	t   *testing.T
	dir string
}

func newPlace(t *testing.T, files map[string]string) *place {
	t.Helper()
	p := &place{t, t.TempDir()}
	for name, text := range files {
		p.write(name, text)
	}
	return p
}

func (p *place) path(name string) string { return filepath.Join(p.dir, filepath.FromSlash(name)) }

func (p *place) write(name, text string) {
	p.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(p.path(name)), 0o700), os.WriteFile(p.path(name), []byte(text), 0o600)); err != nil {
		p.t.Fatal(err)
	}
}

// files are all that there are, by their names.
func (p *place) files() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(p.dir, path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

func (p *place) wants(want map[string]string) {
	p.t.Helper()
	got := p.files()
	for name, text := range want {
		if got[name] != text {
			p.t.Errorf("%s holds %q, want %q", name, got[name], text)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			p.t.Errorf("%s is there: %q", name, got[name])
		}
	}
}

var rules = map[string]Rule{"line": Replace, "keys": Replace, "audit/1": Grow, "draw": Stay, "not there": Replace}

func (p *place) part(name string) (Part, bool) {
	rule, ok := rules[name]
	return Part{Name: name, Path: p.path(name), Rule: rule}, ok
}

func (p *place) parts() (all []Part) {
	for _, name := range []string{"line", "keys", "audit/1", "draw", "not there"} {
		one, _ := p.part(name)
		all = append(all, one)
	}
	return all
}

func (p *place) backup() []byte {
	p.t.Helper()
	var out bytes.Buffer
	about := About{Made: time.Unix(1_800_000_000, 0).UTC(), Version: "v1", Line: true, Rooms: []string{"termine"}}
	var read, size int64
	if n, err := Write(&out, &about, p.parts(), func(bytes int64) { read += bytes }); err != nil || n != 4 {
		p.t.Fatalf("%d files, %v", n, err)
	}
	for _, f := range sumsOf(p.t, out.Bytes()) {
		size += f.Size
	}
	if read != size || size == 0 {
		p.t.Errorf("%d bytes are told of, and %d are in it", read, size)
	}
	return out.Bytes()
}

func wanted(*About) error { return nil }

var kept = map[string]string{"line": strings.Repeat("the line", 300), "keys": "secret", "audit/1": "1\n2\n3, half", "draw": "drawn"}

func TestABackupIsPutBack(t *testing.T) {
	archive := newPlace(t, kept).backup()
	to := newPlace(t, nil)
	s, err := Read(bytes.NewReader(archive), func(a *About) error {
		if a.Format != Format || !a.Line || !slices.Equal(a.Rooms, []string{"termine"}) || a.Version != "v1" {
			t.Errorf("it is of %+v", a)
		}
		return nil
	}, to.part)
	if err != nil {
		t.Fatal(err)
	}
	if conflicts, err := s.Conflicts(); err != nil || len(conflicts) != 0 {
		t.Errorf("%v, %v", conflicts, err)
	}
	if n, aside, err := s.Commit(".aside"); err != nil || n != 4 || len(aside) != 0 {
		t.Errorf("%d files, %v aside, %v", n, aside, err)
	}
	want := map[string]string{"line": kept["line"], "keys": "secret", "audit/1": "1\n2\n", "draw": "drawn"}
	to.wants(want)
	if info, err := os.Stat(to.path("keys")); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	// Once more nothing is to be done, and nothing is left behind.
	if s, err = Read(bytes.NewReader(archive), wanted, to.part); err != nil {
		t.Fatal(err)
	}
	if conflicts, err := s.Conflicts(); err != nil || len(conflicts) != 0 {
		t.Errorf("%v, %v", conflicts, err)
	}
	if n, _, err := s.Commit(".aside"); err != nil || n != 0 {
		t.Errorf("%d files, %v", n, err)
	}
	to.wants(want)
}

func TestWhatIsThereStandsInTheWayOrStays(t *testing.T) {
	archive := newPlace(t, kept).backup()
	there := map[string]string{"line": kept["line"] + "!", "keys": "secret", "audit/1": "1\n2\n3, half\n4\n", "draw": "another"}
	to := newPlace(t, there)
	s, err := Read(bytes.NewReader(archive), wanted, to.part)
	if err != nil {
		t.Fatal(err)
	}
	conflicts, err := s.Conflicts()
	if err != nil || len(conflicts) != 1 || conflicts[0].Name != "line" {
		t.Fatalf("%v, %v", conflicts, err)
	}
	if err := s.Discard(); err != nil {
		t.Fatal(err)
	}
	to.wants(there)
	if s, err = Read(bytes.NewReader(archive), wanted, to.part); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Conflicts(); err != nil {
		t.Fatal(err)
	}
	if n, aside, err := s.Commit(".aside"); err != nil || n != 1 || !slices.Equal(aside, []string{to.path("line.aside")}) {
		t.Errorf("%d files, %v aside, %v", n, aside, err)
	}
	there["line"], there["line.aside"] = kept["line"], kept["line"]+"!"
	to.wants(there)
	to.write("audit/1", "1\nanother\n")
	if s, err = Read(bytes.NewReader(archive), wanted, to.part); err != nil {
		t.Fatal(err)
	}
	if conflicts, err := s.Conflicts(); err != nil || len(conflicts) != 1 || conflicts[0].Name != "audit/1" {
		t.Errorf("another record: %v, %v", conflicts, err)
	}
	if err := s.Discard(); err != nil {
		t.Error(err)
	}
}

// Cut off anywhere, or changed in any byte, an archive is refused or holds what it held; and leaves nothing behind.
func TestADamagedBackupChangesNothing(t *testing.T) {
	archive := newPlace(t, kept).backup()
	there := map[string]string{"line": "as it was"}
	to := newPlace(t, there)
	tries := [][]byte{nil, []byte("no archive"), append(bytes.Clone(archive), "more"...)}
	for i := 0; i < len(archive); i += 7 {
		changed := bytes.Clone(archive)
		changed[i] ^= 0x10
		tries = append(tries, archive[:i], changed)
	}
	for i, try := range tries {
		s, err := Read(bytes.NewReader(try), wanted, to.part)
		if err != nil {
			continue
		}
		for _, f := range s.Files() { // as where a byte says nothing, or says the same in another way
			if text, err := os.ReadFile(f.Staged); err != nil || !strings.HasPrefix(kept[f.Name], string(text)) || len(text) == 0 {
				t.Errorf("try %d: %s holds %q, %v", i, f.Name, text, err)
			}
		}
		if err := s.Discard(); err != nil {
			t.Error(err)
		}
		if i < 3 || len(try) < len(archive) {
			t.Errorf("try %d, of %d bytes, is taken for whole", i, len(try))
		}
	}
	to.wants(there)
	if entries, err := os.ReadDir(to.dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestABackupThatIsNotWantedIsRefused(t *testing.T) {
	from, to := newPlace(t, kept), newPlace(t, nil)
	refused := errors.New("is of other rooms")
	if _, err := Read(bytes.NewReader(from.backup()), func(*About) error { return refused }, to.part); !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
	nowhere := func(name string) (Part, bool) { p, ok := to.part(name); return p, ok && name != "keys" }
	if _, err := Read(bytes.NewReader(from.backup()), wanted, nowhere); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), `"keys"`) {
		t.Errorf("a file that belongs nowhere: %v", err)
	}
	to.wants(map[string]string{})
}

func TestABackupNeverReplacesAnotherFile(t *testing.T) {
	from := newPlace(t, kept)
	file := filepath.Join(t.TempDir(), "monday")
	about := About{Made: time.Now()}
	if n, err := Create(file, &about, from.parts(), func(int64) {}); err != nil || n != 4 {
		t.Fatalf("%d files, %v", n, err)
	}
	before, err := os.Stat(file)
	if err != nil || before.Mode() != 0o600 {
		t.Fatalf("%v, %v", before, err)
	}
	if _, err := Create(file, &about, from.parts(), func(int64) {}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("%v", err)
	}
	after, err := os.Stat(file)
	if entries, _ := os.ReadDir(filepath.Dir(file)); err != nil || !os.SameFile(before, after) || len(entries) != 1 {
		t.Errorf("%v, %v: %v", after, err, entries)
	}
}

// What a process has begun that was killed, the next one finishes: nothing of it is left.
func TestARestoreThatWasBrokenOffIsBegunAgain(t *testing.T) {
	archive := newPlace(t, kept).backup()
	to := newPlace(t, map[string]string{"keys": "other keys"})
	broken, err := Read(bytes.NewReader(archive), wanted, to.part)
	if err != nil {
		t.Fatal(err)
	}
	first := broken.Files()[0]
	if err := os.Rename(first.Staged, first.Path); err != nil {
		t.Fatal(err)
	}
	s, err := Read(bytes.NewReader(archive), wanted, to.part)
	if err != nil {
		t.Fatal(err)
	}
	if conflicts, err := s.Conflicts(); err != nil || len(conflicts) != 1 || conflicts[0].Name != "keys" {
		t.Errorf("%v, %v", conflicts, err)
	}
	if n, _, err := s.Commit(".aside"); err != nil || n != 3 {
		t.Errorf("%d files, %v", n, err)
	}
	to.wants(map[string]string{"line": kept["line"], "keys": "secret", "keys.aside": "other keys", "audit/1": "1\n2\n", "draw": "drawn"})
}

// sumsOf is what a backup says that it holds.
func sumsOf(t *testing.T, text []byte) (sums []sum) {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for in := tar.NewReader(zip); ; {
		h, err := in.Next()
		if err != nil {
			t.Fatal(err)
		}
		if h.Name != sumsName {
			continue
		}
		if err := json.NewDecoder(in).Decode(&sums); err != nil {
			t.Fatal(err)
		}
		return sums
	}
}

// It holds keys, and takes the room that the next one needs.
func TestWhatABackupLeftThatWasKilledGoesWithTheNextOne(t *testing.T) {
	from := newPlace(t, kept)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".monday.half-123"), []byte("half of one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(dir, "monday"), &About{Made: time.Now()}, from.parts(), func(int64) {}); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// One of two files cannot be put aside: nothing is put in place, and what was put aside has its one name again.
func TestWhatCannotAllBePutAsideStaysAsItIs(t *testing.T) {
	archive := newPlace(t, kept).backup()
	there := map[string]string{"line": "another", "keys": "others"}
	to := newPlace(t, there)
	s, err := Read(bytes.NewReader(archive), wanted, to.part)
	if err != nil {
		t.Fatal(err)
	}
	if conflicts, err := s.Conflicts(); err != nil || len(conflicts) != 2 {
		t.Fatalf("%v, %v", conflicts, err)
	}
	for i := range s.files {
		if s.files[i].Name == "keys" {
			s.files[i].Path = to.path("line/keys") // a file is no directory
		}
	}
	if put, aside, err := s.Commit(".aside"); err == nil || put != 0 || len(aside) != 0 || !strings.Contains(err.Error(), "put "+to.path("line/keys")+" aside: ") {
		t.Errorf("%d put, %q aside, %v", put, aside, err)
	}
	if err := s.Discard(); err != nil {
		t.Error(err)
	}
	to.wants(there)
}
