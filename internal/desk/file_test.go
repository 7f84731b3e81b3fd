package desk_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
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
