package history

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// writes names, in the environment of a process that is to be killed, the file that it writes.
const writes = "EINLASS_HISTORY_WRITES"

func TestMain(m *testing.M) {
	if path := os.Getenv(writes); path != "" {
		write(path)
	}
	os.Exit(m.Run())
}

// write notes step after step as fast as it can, and says which ones are over.
func write(path string) {
	r, damaged, err := Open(path, func(err error) { panic(err) })
	if err != nil || damaged != nil {
		panic(fmt.Sprint(err, damaged))
	}
	for step := newest(r) + 1; ; step++ {
		r.Note(step*stepMS, figures(float64(step%1000), float64(step%1000)))
		fmt.Println(step - 1)
	}
}

// newest is the last step that a ring has.
func newest(r *Ring) int64 {
	last := noon / stepMS
	for i := range r.records {
		last = max(last, r.records[i].step)
	}
	return last
}

// killed is how often a process is killed.
const killed = 60

func TestNoRecordIsLostOrTornByKilling(t *testing.T) {
	path := filepath.Join(t.TempDir(), "termine")
	for round := range killed {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), writes+"="+path)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		said := bufio.NewScanner(out)
		var over int64
		for range 20 + 7*round {
			if !said.Scan() {
				t.Fatal("the writer ended by itself")
			}
			over, err = strconv.ParseInt(said.Text(), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for said.Scan() { // what it said before it died
			if n, err := strconv.ParseInt(said.Text(), 10, 64); err == nil {
				over = max(over, n)
			}
		}
		_ = c.Wait() // killed
		r := reopened(t, path)
		for step := max(noon/stepMS+1, over-slots+10); step <= over; step++ {
			f, ok := r.at(step)
			if want := figures(float64(step%1000), float64(step%1000)); !ok || f.pack() != want.pack() {
				t.Fatalf("round %d: step %d is %v, %v", round, step, f, ok)
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
