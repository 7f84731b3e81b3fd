package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"testing"

	"github.com/einlass/einlass/internal/staff"
)

func TestOfChangesOfTheStaffFileAtOnceNoneIsLost(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), staff.FileName)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 5 {
				if code, _, said := program(t, "tokens", "add", file, fmt.Sprintf("t-%d-%d", i, j), "--role", "viewer"); code != 0 {
					t.Errorf("exit code %d: %s", code, said)
				}
			}
		})
	}
	all.Wait()
	r, err := staff.Load(file)
	if err != nil || len(r.Tokens) != 40 {
		t.Fatalf("40 tokens were made, %d are there: %v", len(r.Tokens), err)
	}
}

// asked is a person at the terminal: it says that a password is asked for, and waits with it.
type asked struct {
	io.Reader

	begins chan<- struct{}
	once   sync.Once
}

func (a *asked) Read(p []byte) (int, error) {
	a.once.Do(func() { close(a.begins) })
	return a.Reader.Read(p)
}

// Somebody takes a user away while another one thinks about a password: the user does not come back with it.
func TestAUserWhoIsRemovedWhileAPasswordIsAskedForStaysRemoved(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), staff.FileName)
	for _, name := range []string{"anna", "berta"} {
		if code, _, said := typing(t, somePassword, "users", "add", file, name, "--role", "admin"); code != 0 {
			t.Fatal(said)
		}
	}
	for _, args := range [][]string{{"users", "password", file, "anna"}, {"users", "add", file, "clara", "--role", "admin"}} {
		keys, types := io.Pipe()
		thinks := make(chan struct{})
		done := make(chan int, 1)
		go func() {
			var said bytes.Buffer
			root := newRoot(sharedLibrary)
			root.SetArgs(args)
			root.SetIn(&asked{Reader: keys, begins: thinks})
			root.SetOut(io.Discard)
			root.SetErr(&said)
			done <- codeOf(root.ExecuteContext(t.Context()), &said)
		}()
		<-thinks
		if code, _, said := program(t, "users", "remove", file, "berta"); code != 0 {
			t.Fatalf("while %q: %s", args, said)
		}
		if _, err := io.WriteString(types, somePassword+"\n"); err != nil {
			t.Fatal(err)
		}
		if code := <-done; code != 0 {
			t.Errorf("%q: exit code %d", args, code)
		}
		r, err := staff.Load(file)
		if err != nil || r.User("berta") != nil || r.User("anna") == nil {
			t.Errorf("after %q: %v, %+v", args, err, r.Users)
		}
		if code, _, said := typing(t, somePassword, "users", "add", file, "berta", "--role", "admin"); code != 0 {
			t.Fatal(said)
		}
	}
}
