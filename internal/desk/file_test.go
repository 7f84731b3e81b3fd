package desk_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/desk"
)

func TestWhatACrashLeftOfTheFileIsWrittenOver(t *testing.T) {
	o := newOffice(t, nobody)
	o.take()
	if err := os.WriteFile(o.path+".new", bytes.Repeat([]byte("half"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	o.take()
	o.start(o.line.View().Snapshot.Document)
	if n := len(o.desk.List()); n != 2 {
		t.Errorf("%d places are kept, want 2", n)
	}
	if left, err := filepath.Glob(o.path + ".*"); err != nil || len(left) > 0 {
		t.Errorf("beside the file: %v, %v", left, err)
	}
}

func TestAFileOfAnotherReleaseOrRoomIsLeftAlone(t *testing.T) {
	o := newOffice(t, nobody)
	for _, text := range []string{`{"version":2,"room":"termine","places":[]}`, `{"version":1,"room":"andere","places":[]}`} {
		if err := os.WriteFile(o.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := desk.Open("termine", o.path, o.line, o.names, zap.NewNop()); err == nil || !strings.Contains(err.Error(), o.path) {
			t.Errorf("%q: %v", text, err)
		}
		if err := desk.Check("termine", o.path); err == nil || errors.Is(err, desk.ErrDamaged) {
			t.Errorf("%q: a look says %v", text, err)
		}
		if kept, err := os.ReadFile(o.path); err != nil || string(kept) != text {
			t.Errorf("%q became %q", text, kept)
		}
	}
}

func TestADamagedFileIsSetAsideAndTheDeskGoesOn(t *testing.T) {
	o := newOffice(t, nobody)
	first := o.take()
	name := o.nameOf(first)
	whole, err := os.ReadFile(o.path)
	if err != nil {
		t.Fatal(err)
	}
	wrong := `{"version":1,"room":"termine","places":[{"visitor":"AQAAAAAAAAAAAAAAAAAAAA","epoch":1,"number":0}]}`
	for i, text := range []string{"", "{", string(whole[:len(whole)/2]), wrong} {
		if err := os.WriteFile(o.path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := desk.Check("termine", o.path); !errors.Is(err, desk.ErrDamaged) {
			t.Errorf("%q: a look says %v", text, err)
		}
		o.now++
		o.start(o.line.View().Snapshot.Document)
		aside, err := filepath.Glob(o.path + ".damaged-*")
		if err != nil || len(aside) != i+1 {
			t.Fatalf("%q: set aside are %v, %v", text, aside, err)
		}
		if kept, err := os.ReadFile(aside[i]); err != nil || string(kept) != text {
			t.Errorf("%q became %q, %v", text, kept, err)
		}
		if found, err := o.names.Find(name.Number, name.Code); err != nil || o.state(found) != "waiting" {
			t.Errorf("%q: by number and code %+v, %v", text, found, err)
		}
		o.take()
	}
}
