package main

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// manager is what systemd is for a service: it opens sockets and hears what the service says.
type manager struct {
	w       *world
	notify  *net.UnixConn
	sockets []*os.File
	said    bytes.Buffer // by the gateway
}

func newManager(w *world) *manager {
	w.t.Helper()
	dir, err := os.MkdirTemp("", "sd")
	w.ok(err)
	w.t.Cleanup(func() { _ = os.RemoveAll(dir) })
	at := filepath.Join(dir, "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at, Net: "unixgram"})
	w.ok(errors.Join(err, os.Chmod(dir, 0o755), os.Chmod(at, 0o666)))
	w.t.Cleanup(func() { _ = c.Close() })
	return &manager{w: w, notify: c}
}

// listen opens a socket at a free port and answers its address.
func (m *manager) listen() string {
	m.w.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	m.w.ok(err)
	f, err := ln.(*net.TCPListener).File()
	m.w.ok(errors.Join(err, ln.Close()))
	m.w.t.Cleanup(func() { _ = f.Close() })
	m.sockets = append(m.sockets, f)
	return ln.Addr().String()
}

// start runs the gateway as systemd does. The shell becomes the gateway, so that LISTEN_PID is right.
func (m *manager) start(file string, env ...string) *exec.Cmd {
	m.w.t.Helper()
	m.w.toNobody()
	cmd := exec.CommandContext(m.w.t.Context(), "/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" serve -c "$1"`, os.Args[0], file)
	cmd.Env = append(os.Environ(), asUser+"=1", "NOTIFY_SOCKET="+m.notify.LocalAddr().String(), "LISTEN_FDS="+string(rune('0'+len(m.sockets))))
	cmd.Env = append(cmd.Env, env...)
	cmd.ExtraFiles, cmd.Stderr = m.sockets, &m.said
	m.w.ok(cmd.Start())
	return cmd
}

// hears is the next thing that the service says but for signs of life.
func (m *manager) hears() string {
	m.w.t.Helper()
	for {
		if text := m.next(); text != "WATCHDOG=1" {
			return text
		}
	}
}

func (m *manager) next() string {
	m.w.t.Helper()
	var p [4096]byte
	_ = m.notify.SetReadDeadline(time.Now().Add(time.Minute)) // a service that has ended says nothing
	n, err := m.notify.Read(p[:])
	if err != nil {
		m.w.t.Fatalf("%v: %s", err, m.said.String())
	}
	return string(p[:n])
}

func TestASupervisedGatewayTakesItsSocketsAndSaysHowItDoes(t *testing.T) {
	w := newWorld(t)
	m := newManager(w)
	at, admin := m.listen(), m.listen()
	w.edit("http: 127.0.0.1:0", "http: "+at)
	w.edit("  https: 127.0.0.1:0\n", "")
	w.edit("tls:\n  cert_file: DIR/cert.pem\n  key_file: DIR/key.pem\n", "")
	w.edit("admin:\n  listen: 127.0.0.1:0", "admin:\n  listen: "+admin)
	cmd := m.start(w.file(), "WATCHDOG_USEC=200000")
	if got := m.hears(); !strings.HasPrefix(got, "READY=1\nSTATUS=") {
		t.Fatalf("at the start the manager hears %q: %s", got, m.said.String())
	}
	for _, url := range []string{"http://" + at + "/", "http://" + admin + "/livez"} {
		res, err := http.Get(url)
		w.ok(err)
		w.ok(res.Body.Close())
	}
	for m.next() != "WATCHDOG=1" { // it ends when there is none: the test's time is over
	}
	w.ok(cmd.Process.Signal(syscall.SIGHUP))
	if got := m.hears(); !strings.HasPrefix(got, "RELOADING=1\nMONOTONIC_USEC=") {
		t.Errorf("at a reload it hears %q", got)
	}
	if got := m.hears(); !strings.HasPrefix(got, "READY=1") {
		t.Errorf("after it, %q", got)
	}
	w.ok(cmd.Process.Signal(syscall.SIGTERM))
	if got := m.hears(); !strings.HasPrefix(got, "STOPPING=1") {
		t.Errorf("at the stop it hears %q", got)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ends with %v: %s", err, m.said.String())
	}
	c, err := net.Dial("tcp", at) // the socket is the manager's: whoever comes now waits for the next start
	w.ok(err)
	w.ok(c.Close())
}

func TestASocketThatTheConfigurationDoesNotNameIsRefused(t *testing.T) {
	w := newWorld(t)
	m := newManager(w)
	at := m.listen()
	cmd := m.start(w.file())
	err := cmd.Wait()
	want := "the service manager gave a socket (unnamed) at " + at + ", and the configuration listens at 127.0.0.1:0 (listen.http), 127.0.0.1:0 (listen.https), 127.0.0.1:0 (admin.listen): make ListenStream="
	if code := cmd.ProcessState.ExitCode(); code != exitStart || !strings.Contains(m.said.String(), want) {
		t.Errorf("it ends with %d, %v: %s", code, err, m.said.String())
	}
}

func TestASocketIsToldByItsAddress(t *testing.T) {
	for _, tt := range []struct {
		at      net.Addr
		network string
		value   string
		want    bool
	}{
		{&net.TCPAddr{IP: net.IPv6zero, Port: 80}, "tcp", ":80", true},
		{&net.TCPAddr{IP: net.IPv6zero, Port: 80}, "tcp", "0.0.0.0:80", true},
		{&net.TCPAddr{IP: net.IPv6zero, Port: 80}, "tcp", "127.0.0.1:80", false},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}, "tcp", "127.0.0.1:80", true},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}, "tcp", ":80", false},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 81}, "tcp", "127.0.0.1:80", false},
		{&net.UnixAddr{Net: "unix", Name: "/run/a"}, "unix", "/run/a", true},
		{&net.UnixAddr{Net: "unix", Name: "/run/a"}, "unix", "/run/b", false},
		{&net.UnixAddr{Net: "unix", Name: "/run/a"}, "tcp", ":80", false},
		{&net.TCPAddr{Port: 80}, "unix", "/run/a", false},
	} {
		if got := listensAt(tt.at, tt.network, tt.value); got != tt.want {
			t.Errorf("%v for %s %s: %v", tt.at, tt.network, tt.value, got)
		}
	}
}
