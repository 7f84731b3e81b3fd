package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// stateOf are the files of a state directory that a gateway would use, with what they hold. The locks are left out, and so is what a restore
// puts aside or leaves when it is killed.
func stateOf(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		name := d.Name()
		if err != nil || d.IsDir() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "lock") || strings.Contains(name, asideMark) {
			return err
		}
		text, err := os.ReadFile(p)
		all.WriteString(name + " " + string(text) + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// killedRestore restores in a process of its own, which is killed when so many things have happened to files in the state directory. It
// answers whether the restore came to its end before.
func (k *keptGateway) killedRestore(archive string, after int) (ended bool) {
	k.t.Helper()
	in, err := unix.InotifyInit1(unix.IN_CLOEXEC)
	if err != nil {
		k.t.Fatal(err)
	}
	events := os.NewFile(uintptr(in), "inotify")
	defer events.Close()
	if _, err := unix.InotifyAddWatch(in, k.path("state"), unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_DELETE); err != nil {
		k.t.Fatal(err)
	}
	(&world{t: k.t, dir: k.dir}).toNobody()
	cmd := exec.CommandContext(k.t.Context(), os.Args[0], "restore", archive, "-c", k.config, "--replace")
	cmd.Env = append(os.Environ(), asUser+"=1")
	cmd.Dir = k.dir
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		// wakes the reader: whoever counts has counted all that the process did
		exited <- errors.Join(err, os.WriteFile(k.path("state/.ended"), nil, 0o600))
	}()
	for seen, buf := 0, make([]byte, 4096); seen < after; {
		n, err := events.Read(buf)
		if err != nil {
			k.t.Fatal(err)
		}
		for at := 0; at < n; seen++ {
			length := int(buf[at+12]) | int(buf[at+13])<<8
			if strings.HasPrefix(string(buf[at+unix.SizeofInotifyEvent:n]), ".ended\x00") {
				return <-exited == nil
			}
			at += unix.SizeofInotifyEvent + length
		}
	}
	_ = cmd.Process.Kill()
	return <-exited == nil
}

// Whenever a restore is killed there is the state before or that of the backup, or no gateway starts and none is backed up until the restore
// has been run to its end.
func TestARestoreThatIsKilledLeavesNoHalfState(t *testing.T) {
	k := keptOn(t, "termine")
	files := []string{"keys.json", "staff.json", "admin-token", "termine.desk.json"}
	for _, name := range files {
		k.write("state/"+name, "before "+name)
	}
	k.goesOn("termine", 2)
	before := filepath.Join(k.dir, "before")
	copied := func(from, to string) {
		t.Helper()
		if err := errors.Join(os.RemoveAll(to), os.CopyFS(to, os.DirFS(from)), os.Chmod(to, 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	copied(k.path("state"), before)
	k.goesOn("termine", 3)
	for _, name := range files {
		k.write("state/"+name, "after "+name)
	}
	archive := k.path("one.backup")
	k.backup(archive)
	old, restored := stateOf(t, before), stateOf(t, k.path("state"))
	half := 0
	for after, ended := 1, false; !ended; after++ {
		copied(before, k.path("state"))
		ended = k.killedRestore(archive, after)
		switch now := stateOf(t, k.path("state")); {
		case whole(k.path("state")) != nil:
			half++
			if code, said := (&world{t: t, dir: k.dir}).byNobody("config", "check", k.config); code == 0 || !strings.Contains(said, "gateway restore to its end") {
				t.Errorf("the check of half a state: %d, %s", code, said)
			}
			if _, _, err := k.run(nil, "backup", k.path("half.backup")); err == nil || !strings.Contains(err.Error(), "no backup was made: a restore puts files") {
				t.Errorf("of half a state: %v", err)
			}
		case now != old && now != restored:
			t.Errorf("killed after %d changes there is half a state", after)
		}
		if _, _, err := k.run(nil, "restore", archive, "--replace"); err != nil {
			t.Fatalf("after a kill: %v", err)
		}
		if now := stateOf(t, k.path("state")); now != restored || whole(k.path("state")) != nil {
			t.Errorf("killed after %d changes it does not come to its end: %v", after, whole(k.path("state")))
		}
	}
	t.Logf("half of the files were in place %d times", half)
	if half < len(files) {
		t.Errorf("it was killed %d times in the middle", half)
	}
}
