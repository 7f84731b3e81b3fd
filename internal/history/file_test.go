package history

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// reopened is what another process finds.
func reopened(t *testing.T, path string) *Ring {
	t.Helper()
	r, damaged, err := Open(path, func(err error) { t.Error(err) })
	if err != nil || damaged != nil {
		t.Fatal(err, damaged)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestAHistoryOutlivesItsProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "termine")
	r := reopened(t, path)
	r.note(0, figures(3, 10))
	r.note(Step, figures(4, 12))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	r = reopened(t, path)
	r.note(Step+5*time.Second, figures(2, 13)) // of the step that was under way
	r.note(2*Step, figures(5, 15))
	a := r.Ask(noonAnd(2*Step), time.Minute, 100)
	for name := range a.Columns {
		a.Columns[name] = a.Columns[name][3:]
	}
	wantColumn(t, &a, "waiting", 3, 4, 5)
	if got := a.Columns["joined"][1:]; !sameValues(got, 18, 12) {
		t.Errorf("joined %v", got)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != headSize+slots*int64(sizeOf(width)) || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestARecordThatWasTornIsLeftOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "termine")
	r := reopened(t, path)
	for i := range 3 {
		r.note(time.Duration(i)*Step, figures(float64(i+1), 0))
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size := sizeOf(width)
	at := headSize + int((noon/stepMS+1)%slots)*size
	for i := range size {
		torn := bytes.Clone(whole)
		torn[at+i] ^= 0x40
		if err := os.WriteFile(path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		r := New()
		if _, err := r.read(path); err != nil {
			t.Fatal(err)
		}
		_, before := r.at(noon / stepMS)
		_, torned := r.at(noon/stepMS + 1)
		_, after := r.at(noon/stepMS + 2)
		if !before || torned || !after {
			t.Fatalf("byte %d torn: before %v, torn %v, after %v", i, before, torned, after)
		}
	}
	if err := os.Truncate(path, int64(at+size/2)); err != nil { // a copy that was cut off
		t.Fatal(err)
	}
	if _, ok := reopened(t, path).at(noon / stepMS); !ok {
		t.Error("what stands before the cut is lost")
	}
}

func TestADamagedFileIsSetAside(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "other": strings.Repeat("x", 2*headSize), "newer": `{"einlass":"history","format":2}` + strings.Repeat("\x00", headSize),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "termine")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			r, damaged, err := Open(path, func(err error) { t.Error(err) })
			if err != nil || damaged == nil || !strings.Contains(damaged.Error(), path) {
				t.Fatal(damaged, err)
			}
			r.note(0, figures(3, 10))
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			if _, ok := reopened(t, path).at(noon / stepMS); !ok {
				t.Error("the new file keeps nothing")
			}
			if kept, err := os.ReadFile(path + ".damaged"); err != nil || string(kept) != text {
				t.Errorf("what was set aside is %d bytes, %v", len(kept), err)
			}
		})
	}
}

func TestAFileOfAnotherReleaseIsTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "termine")
	// Another release has two columns, of which this one knows one.
	head := `{"einlass":"history","format":1,"step_ms":10000,"slots":6,"columns":[{"name":"mood","unit":1},{"name":"waiting","unit":1}]}`
	b := append([]byte(head), make([]byte, headSize-len(head))...)
	rec := record{step: noon / stepMS}
	rec.figures[0], rec.figures[1] = 99, 12
	b = append(b, seal(rec.encode()[:sizeOf(2)])...)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is a file of this release
		r := reopened(t, path)
		f, ok := r.at(noon / stepMS)
		want := unknown()
		want[waiting] = 12
		if !ok || f.pack() != want.pack() {
			t.Errorf("%v, %v", f, ok)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestADiskThatFailsCostsTheFileAlone(t *testing.T) {
	var told []error
	r, _, err := Open(filepath.Join(t.TempDir(), "termine"), func(err error) { told = append(told, err) })
	if err != nil {
		t.Fatal(err)
	}
	if err := r.file.close(); err != nil { // every write fails from now on
		t.Fatal(err)
	}
	for i := range 4 {
		r.note(time.Duration(i)*Step, figures(float64(i), 0))
	}
	if len(told) != 1 || !errors.Is(told[0], os.ErrClosed) {
		t.Errorf("told %v, want the fault once", told)
	}
	if _, ok := r.at(noon/stepMS + 1); !ok {
		t.Error("the history is not known any more")
	}
	r.file.f, err = os.OpenFile(filepath.Join(t.TempDir(), "other"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	r.note(9*Step, figures(1, 0))
	if len(told) != 2 || told[1] != nil {
		t.Errorf("told %v, want nil at the end", told)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhereNothingCanBeMadeIsAnError(t *testing.T) {
	if _, _, err := Open(filepath.Join(t.TempDir(), "missing", "termine"), func(error) {}); err == nil {
		t.Error("a directory that does not exist was written to")
	}
}
