//go:build unix

package journal_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// fullEnv makes the test binary the process whose disk is full.
const fullEnv = "EINLASS_TEST_FULL_DIR"

// TestAFullDiskEndsTheJournalAndNotTheLine runs itself in a process whose files may have no more than 8 KiB.
func TestAFullDiskEndsTheJournalAndNotTheLine(t *testing.T) {
	if dir := os.Getenv(fullEnv); dir != "" {
		fillUp(t, dir)
		return
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAFullDiskEndsTheJournalAndNotTheLine$", "-test.v")
	cmd.Env = append(os.Environ(), fullEnv+"="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "reported: journal: ") != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil || len(paths) != 1 {
		t.Fatal(paths, err)
	}
	m := merge(t, paths...)
	s := m.Files[0]
	if s.Complete || s.Closed || len(m.Events) == 0 || m.Until == 0 {
		t.Errorf("source is %+v, until %d with %d events", s, m.Until, len(m.Events))
	}
	for _, e := range m.Events {
		if e.At >= m.Until {
			t.Fatalf("an event of %d, known until %d", e.At, m.Until)
		}
	}
}

func fillUp(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	f, err := journal.Create(dir, "termine", false, time.UnixMilli(start), func(err error) {
		fmt.Println("reported:", err)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8 << 10, Max: 8 << 10}); err != nil {
		t.Fatal(err)
	}
	for i := range int64(200) {
		call := f.Begin(journal.Event{At: start + 1000*i, Kind: journal.Leave}, []queue.VisitorID{id(byte(i))})
		f.End(call, []journal.Event{{At: start + 1000*i, Kind: journal.Leave, Visitor: journal.ID(id(byte(i)))}})
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
