package main

import (
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/tlscert/certtest"
)

// operated serves the API of a gateway with which nothing is wrong.
func operated(t *testing.T) http.Handler {
	t.Helper()
	s, err := adminapi.New(well(), adminapi.Config{Token: token, Hosts: []string{"example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestACertificateIsBelievedByItsAuthorityAlone(t *testing.T) {
	secure := httptest.NewUnstartedServer(operated(t))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // clients refuse its certificate
	secure.StartTLS()
	defer secure.Close()
	plain := well().serve(t)
	dir := t.TempDir()
	right := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(right, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := certtest.NewFiles(t, "example.com")
	named := strings.Replace(secure.URL, "127.0.0.1", "localhost", 1)
	for name, c := range map[string]struct {
		url, ca, env string
		code         int
		want         string
	}{
		"right":                {secure.URL, right, "", exitOK, ""},
		"right by environment": {secure.URL, "", right, exitOK, ""},
		"the flag counts more": {secure.URL, right, wrong.Cert, exitOK, ""},
		"wrong":                {secure.URL, wrong.Cert, "", exitUnreachable, "None of the authorities in " + wrong.Cert + " has signed its certificate: name the file of the one that has, by --ca FILE."},
		"none":                 {secure.URL, "", "", exitUnreachable, "This machine does not know who signed its certificate: name a file with that authority, by --ca FILE"},
		"another name":         {named, right, "", exitUnreachable, "Its certificate is for other names: use one of them in the address."},
		"no TLS there":         {strings.Replace(plain.URL, "http:", "https:", 1), "", "", exitUnreachable, "It speaks no TLS: the address begins with http://."},
		"no such file":         {secure.URL, right + ".gone", "", exitRefused, "the file of authorities: open " + right + ".gone: no such file"},
		"no certificate":       {secure.URL, wrong.Key, "", exitRefused, wrong.Key + " holds no certificate (PEM)"},
		"no use":               {plain.URL, right, "", exitRefused, "a file of authorities is for https://host:port"},
	} {
		args := []string{"rooms", "--url", c.url}
		if c.ca != "" {
			args = append(args, "--ca", c.ca)
		}
		code, out, stderr := command(t, map[string]string{"EINLASS_ADMIN_TOKEN": token, "EINLASS_ADMIN_CA": c.env}, args...)
		if code != c.code || !strings.Contains(stderr, c.want) || (code == exitOK) != strings.Contains(out, "termine") {
			t.Errorf("%s: exit code %d, %s\n%s", name, code, stderr, out)
		}
	}
}

// asNobody makes the test binary the command itself.
const asNobody = "EINLASS_TEST_AS_NOBODY"

func TestASocketSaysWhatToDo(t *testing.T) {
	if socket := os.Getenv(asNobody); socket != "" {
		os.Exit((&app{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv, readFile: os.ReadFile}).run(t.Context(), []string{"rooms", "--url", "unix:" + socket}))
	}
	dir, err := os.MkdirTemp("", "einlass") // a path of a test's own may be too long for a socket, and others may not enter it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // as the comment says
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "admin.sock")
	var listen net.ListenConfig
	ln, err := listen.Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: operated(t)} //nolint:gosec // its client is this test
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Close() })
	env := map[string]string{"EINLASS_ADMIN_TOKEN": token}
	if code, out, stderr := command(t, env, "rooms", "--url", "unix:"+socket); code != exitOK || !strings.Contains(out, "termine") {
		t.Errorf("with rights: exit code %d, %s", code, stderr)
	}
	if code, out := byNobody(t, dir, socket, 0o600); code != exitUnreachable || !strings.Contains(out, "This user may not use the socket: be the gateway's user") {
		t.Errorf("without rights: exit code %d, %s", code, out)
	}
	if code, out := byNobody(t, dir, socket, 0o666); code != exitOK || !strings.Contains(out, "termine") {
		t.Errorf("with the rights of others: exit code %d, %s", code, out)
	}
	code, _, stderr := command(t, env, "rooms", "--url", "unix:"+socket+".gone")
	if code != exitUnreachable || !strings.Contains(stderr, "There is no such socket: look whether the gateway runs (systemctl status einlass), and whether admin.listen names this path.") {
		t.Errorf("no socket: exit code %d, %s", code, stderr)
	}
	ln.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = server.Close()
	code, _, stderr = command(t, env, "rooms", "--url", "unix:"+socket)
	if code != exitUnreachable || !strings.Contains(stderr, "Nobody listens at the socket, which an earlier gateway has left: start the gateway") {
		t.Errorf("a socket that was left: exit code %d, %s", code, stderr)
	}
}

// byNobody runs the command as a user who is not the owner of the socket.
func byNobody(t *testing.T, dir, socket string, mode os.FileMode) (code int, out string) {
	t.Helper()
	if err := os.Chmod(socket, mode); err != nil {
		t.Fatal(err)
	}
	var other *syscall.SysProcAttr
	if os.Geteuid() == 0 { // whom no mode keeps out
		other = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	} else if mode == 0o600 {
		if err := os.Chmod(socket, 0); err != nil {
			t.Fatal(err)
		}
	}
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	self := filepath.Join(dir, "admin")
	if err := os.WriteFile(self, program, 0o755); err != nil { //nolint:gosec // another user runs it
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestASocketSaysWhatToDo$")
	cmd.Dir, cmd.SysProcAttr, cmd.Env = dir, other, []string{asNobody + "=" + socket, "EINLASS_ADMIN_TOKEN=" + token}
	text, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(text)
}
