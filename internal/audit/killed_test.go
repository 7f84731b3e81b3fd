package audit

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// theDir names, in the environment of a process that is going to be killed, where it writes.
const theDir = "AUDIT_TEST_KILLED_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(theDir); dir != "" {
		writeUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// writeUntilKilled appends entries and prints the number of each when it is written.
func writeUntilKilled(dir string) {
	key := keyOf('a')
	l, err := New(Config{Dir: dir, Signer: func(time.Time) (Signer, bool) { return key, true }})
	if err != nil {
		panic(err)
	}
	for {
		l.Append(Entry{Act: "change", Room: "termine", Reason: "again"})
		fmt.Println(l.State().Last)
	}
}

func TestAProcessThatIsKilledSixtyTimesLosesNoLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "audit")
	random := rand.New(rand.NewPCG(1, 2))
	last := uint64(0)
	for round := range 60 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), theDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 1 + random.IntN(40) {
			if !lines.Scan() {
				t.Fatal("the process ended by itself")
			}
			if last, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it had written before it was dead
			if n, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
				last = n
			}
		}
		_ = cmd.Wait() // killed
		if round%10 != 9 {
			continue
		}
		files, err := Files(dir)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := Verify(nil, files, trusted(keyOf('a')), Known{Seq: last})
		if err != nil || proof.Fault != nil {
			t.Fatalf("round %d: %+v, %v", round, proof.Fault, err)
		}
	}
}
