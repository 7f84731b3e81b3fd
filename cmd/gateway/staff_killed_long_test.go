//go:build long

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/staff"
	"github.com/einlass/einlass/pkg/token"
)

// Sixty times the commands that write staff.json and the keyring are killed, wherever they are: both files can be read at each moment, each
// change that a command has told of is there, and each of another that was killed is there as a whole or not at all.
func TestSixtyKillsInARowLoseNothingOfStaffAndKeys(t *testing.T) {
	dir := t.TempDir()
	w := &world{t: t, dir: dir}
	file, keys := filepath.Join(dir, staff.FileName), filepath.Join(dir, "keys.json")
	if code, said := keysCommand("new", keys); code != 0 {
		t.Fatal(said)
	}
	w.toNobody()
	random := rand.New(rand.NewPCG(1, 2))
	told := map[string]bool{} // by name: whether it is there
	var ended [3]int
	version := ""
	for round := range 60 {
		name := fmt.Sprintf("u-%d", round)
		var jobs []*killed
		jobs = append(jobs,
			begin(t, somePassword+"\n", "users", "add", file, name, "--role", "admin"),
			begin(t, "", "tokens", "add", file, "t-"+name, "--role", "viewer"),
			begin(t, "", "keys", "rotate", keys, "--urgent", "--in", "0s"))
		for _, i := range random.Perm(len(jobs)) {
			timer := time.NewTimer(time.Duration(random.IntN(250)) * time.Millisecond)
			select {
			case <-timer.C:
			case <-jobs[i].ended:
			}
			jobs[i].kill()
			if jobs[i].done() {
				ended[i]++
			}
		}
		for i, of := range []string{name, "t-" + name} {
			if jobs[i].done() {
				told[of] = true
			}
		}
		r, err := staff.Load(file)
		if err != nil && len(told) > 0 {
			t.Fatalf("round %d: %v", round, err)
		}
		ring, err := token.Load(keys)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if jobs[2].done() && ring.Version() == version {
			t.Errorf("round %d: a rotation that was told of is not there", round)
		}
		version = ring.Version()
		if r == nil {
			continue
		}
		there := map[string]bool{}
		for i := range r.Users {
			there[r.Users[i].Name] = true
		}
		for i := range r.Tokens {
			there[r.Tokens[i].Name] = true
		}
		for of := range told {
			if !there[of] {
				t.Errorf("round %d: %s was told of and is lost", round, of)
			}
		}
	}
	t.Logf("of 60 users, tokens and keys %v were told of", ended)
	if min(ended[0], ended[1], ended[2]) == 0 || max(ended[0], ended[1], ended[2]) == 60 {
		t.Errorf("of 60 commands of a kind, %v ended before they were killed: want some, and not all", ended)
	}
}

// killed is a command that is killed.
type killed struct {
	t     *testing.T
	cmd   *exec.Cmd
	out   bytes.Buffer
	ended chan struct{}
	err   error
}

func begin(t *testing.T, typed string, args ...string) *killed {
	t.Helper()
	k := &killed{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0], args...), ended: make(chan struct{})}
	k.cmd.Env = append(os.Environ(), asUser+"=1")
	k.cmd.Stdin, k.cmd.Stdout, k.cmd.Stderr = strings.NewReader(typed), &k.out, io.Discard
	if err := k.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		k.err = k.cmd.Wait()
		close(k.ended)
	}()
	return k
}

func (k *killed) kill() {
	_ = k.cmd.Process.Kill() // it may have ended
	<-k.ended
}

// done reports whether the command has ended well before it was killed.
func (k *killed) done() bool { return k.err == nil }
