package main

import (
	"bufio"
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a terminal that a program has, and the screen of who sits at it: what comes out, and where keys are typed.
func terminal(t *testing.T) (in, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if in, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return in, screen
}

func TestABackupShowsHowFarItIsOnATerminalAlone(t *testing.T) {
	t.Setenv("TERM", "xterm")
	var at time.Time
	now := func() time.Time { at = at.Add(time.Second); return at }
	if m := progressOf(&bytes.Buffer{}, "reading", 1, now); m != nil {
		t.Error("a buffer is taken for a terminal")
	}
	in, screen := terminal(t)
	m := progressOf(in, "reading", 4<<20, now)
	m.Add(1 << 20)
	m.End()
	if text, err := bufio.NewReader(screen).ReadString('%'); err != nil || !strings.HasSuffix(text, "reading: 1 MiB of 4 MiB, 25 %") {
		t.Errorf("%q, %v", text, err)
	}
	t.Setenv("TERM", "dumb")
	if m := progressOf(in, "reading", 1, now); m != nil {
		t.Error("a terminal that cannot clear a line gets one")
	}
}
