package systemd

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// child makes the test binary a service that systemd started with sockets: it says what it got, and answers one connection at each.
const child = "SYSTEMD_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(child) == "" {
		os.Exit(m.Run())
	}
	if os.Getenv("LISTEN_PID") == "own" {
		_ = os.Setenv("LISTEN_PID", strconv.Itoa(os.Getpid()))
	}
	sockets, err := Sockets(os.Getenv, os.Getpid())
	if err != nil {
		fmt.Println(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	for _, s := range sockets {
		fmt.Println(s.Name, s.Addr())
		c, err := s.Accept()
		if err == nil {
			_, err = io.WriteString(c, s.Name)
		}
		if err = errors.Join(err, c.Close(), s.Close()); err != nil {
			fmt.Println(err)
		}
	}
	os.Exit(0)
}

// manager listens as systemd does.
func manager(t *testing.T) (address string, next func() string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	address = filepath.Join(dir, "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return address, func() string {
		t.Helper()
		var p [4096]byte
		n, err := c.Read(p[:])
		if err != nil {
			t.Fatal(err)
		}
		return string(p[:n])
	}
}

func notifier(t *testing.T, env map[string]string) *Notifier {
	t.Helper()
	n, err := NewNotifier(func(key string) string { return env[key] }, 77)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheManagerHearsOfEachState(t *testing.T) {
	address, next := manager(t)
	n := notifier(t, map[string]string{"NOTIFY_SOCKET": address})
	for _, tt := range []struct {
		say  func() error
		want string
	}{
		{func() error { return n.Ready("serves\ntwo rooms") }, "READY=1\nSTATUS=serves two rooms"},
		{func() error { return n.Stopping("") }, "STOPPING=1"},
		{n.Alive, "WATCHDOG=1"},
		{func() error { return n.Successor(4711, "") }, "MAINPID=4711\nREADY=1\nWATCHDOG=1"},
	} {
		if err := tt.say(); err != nil {
			t.Error(err)
		}
		if got := next(); got != tt.want {
			t.Errorf("it hears %q, want %q", got, tt.want)
		}
	}
	if err := n.Reloading("reads"); err != nil {
		t.Error(err)
	}
	lines := strings.Split(next(), "\n")
	usec, found := strings.CutPrefix(lines[1], "MONOTONIC_USEC=")
	if at, err := strconv.ParseInt(usec, 10, 64); lines[0] != "RELOADING=1" || !found || err != nil || at <= 0 || lines[2] != "STATUS=reads" {
		t.Errorf("of a reload it hears %q", lines)
	}
}

func TestWithoutAManagerNobodyIsTold(t *testing.T) {
	if err := notifier(t, nil).Ready("serves"); err != nil {
		t.Error(err)
	}
	if err := notifier(t, map[string]string{"NOTIFY_SOCKET": "/nowhere/at/all"}).Ready(""); err == nil {
		t.Error("a manager that is away is not noticed")
	}
}

func TestTheWatchdogOfAnotherProcessIsNotOurs(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want time.Duration
	}{
		{map[string]string{"WATCHDOG_USEC": "3000000"}, 0},
		{map[string]string{"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "3000000"}, 3 * time.Second},
		{map[string]string{"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "77"}, 3 * time.Second},
		{map[string]string{"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "78"}, 0},
	} {
		if got := notifier(t, tt.env).Watchdog(); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.env, got, tt.want)
		}
	}
	for _, env := range []map[string]string{{"NOTIFY_SOCKET": "vsock:1:2"}, {"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "soon"}} {
		if _, err := NewNotifier(func(key string) string { return env[key] }, 77); err == nil {
			t.Errorf("%v is accepted", env)
		}
	}
}

// started runs the child with descriptors from 3 on.
func started(t *testing.T, env map[string]string, files ...*os.File) (out io.Reader, wait func() string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), child+"=1")
	for _, key := range slices.Sorted(maps.Keys(env)) {
		cmd.Env = append(cmd.Env, key+"="+env[key])
	}
	cmd.ExtraFiles = files
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return pipe, func() string {
		text, err := io.ReadAll(pipe)
		if err = errors.Join(err, cmd.Wait()); err != nil {
			t.Error(err)
		}
		return string(text)
	}
}

func TestSocketsOfTheManagerAreListenedAt(t *testing.T) {
	var files []*os.File
	var at []string
	for range 2 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		f, err := ln.(*net.TCPListener).File()
		if err = errors.Join(err, ln.Close()); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		files, at = append(files, f), append(at, ln.Addr().String())
	}
	_, wait := started(t, map[string]string{"LISTEN_PID": "own", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web"}, files...)
	for i, want := range []string{"web", "unnamed"} {
		c, err := net.Dial("tcp", at[i])
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(c); err != nil || string(text) != want {
			t.Errorf("socket %d says %q, %v", i, text, err)
		}
	}
	if got, want := wait(), "web "+at[0]+"\nunnamed "+at[1]+"\n"; got != want {
		t.Errorf("it got %q, want %q", got, want)
	}
}

func TestWhatIsNoListeningSocketIsNamed(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = r.Close(), w.Close() }()
	udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	datagrams, err := udp.File()
	if err = errors.Join(err, udp.Close()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = datagrams.Close() }()
	_, wait := started(t, map[string]string{"LISTEN_PID": "own", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "pipe:udp"}, r, datagrams)
	got := wait()
	for _, want := range []string{"socket 1 (pipe) of the service manager: it is no socket", "socket 2 (udp) of the service manager: it is not a stream socket that listens"} {
		if !strings.Contains(got, want) {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
	_, wait = started(t, map[string]string{"LISTEN_PID": "own", "LISTEN_FDS": "many"})
	if got := wait(); !strings.Contains(got, `LISTEN_FDS: "many"`) {
		t.Errorf("of a number that is none it says %q", got)
	}
	_, wait = started(t, map[string]string{"LISTEN_PID": "1", "LISTEN_FDS": "1"}, r)
	if got := wait(); got != "" {
		t.Errorf("with sockets for another process it says %q", got)
	}
}
