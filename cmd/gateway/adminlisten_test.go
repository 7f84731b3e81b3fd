package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/tlscert/certtest"
)

// roomsBy asks for the rooms of a gateway as admin does.
func roomsBy(t *testing.T, cfg adminclient.Config) error {
	t.Helper()
	c, err := adminclient.New(cfg)
	if err != nil {
		return err
	}
	defer c.Close()
	all, err := c.Rooms(t.Context())
	if err == nil && (len(all) != 1 || all[0].ID != "termine") {
		t.Errorf("rooms are %+v", all)
	}
	return err
}

func TestTheAdminAPIListensWithACertificateOfItsOwn(t *testing.T) {
	files := certtest.NewFiles(t, "localhost")
	p := &draft{
		admin: `listen: "127.0.0.1:0", tls: {cert_file: "` + files.Cert + `", key_file: "` + files.Key + `"}`,
		rooms: []planned{{id: "termine", backend: newSite(t).backend()}},
	}
	r := run(t, p)
	address := strings.Replace(r.adminLn.Addr().String(), "127.0.0.1", "localhost", 1)
	if err := roomsBy(t, adminclient.Config{URL: "https://" + address, CAFile: files.Cert, Token: r.token}); err != nil {
		t.Error(err)
	}
	if err := roomsBy(t, adminclient.Config{URL: "https://" + address, Token: r.token}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an authority that nobody trusts: %v", err)
	}
	if err := roomsBy(t, adminclient.Config{URL: "http://" + address, Token: r.token}); err == nil {
		t.Error("it speaks in clear, too")
	}
	if err := roomsBy(t, adminclient.Config{URL: "http://" + address, CAFile: files.Cert, Token: r.token}); err == nil || !strings.Contains(err.Error(), "is for https") {
		t.Errorf("authorities without TLS: %v", err)
	}
	if err := roomsBy(t, adminclient.Config{URL: "https://" + address, CAFile: files.Key, Token: r.token}); err == nil || !strings.Contains(err.Error(), "no certificate") {
		t.Errorf("a key as authority: %v", err)
	}
}

// At a socket a token is needed all the same, and records say that it was the socket.
func TestTheAdminAPIListensAtASocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "einlass") // a path of a test's own may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "admin.sock")
	r := run(t, &draft{admin: `listen: "unix:` + socket + `"`, rooms: []planned{{id: "termine", backend: newSite(t).backend()}}})
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("%v, %v", info, err)
	}
	if err := roomsBy(t, adminclient.Config{URL: "unix:" + socket, Token: r.token}); err != nil {
		t.Error(err)
	}
	if err := roomsBy(t, adminclient.Config{URL: "unix:" + socket, Token: "another token than this"}); err == nil {
		t.Error("any token will do")
	}
	c, err := adminclient.New(adminclient.Config{URL: "unix:" + socket, Token: r.token})
	if err != nil || c.Address() != "unix:"+socket || c.Plain() {
		t.Errorf("%v", err)
	}
	if _, err := adminclient.New(adminclient.Config{URL: "unix:admin.sock", Token: r.token}); err == nil {
		t.Error("a relative path is taken")
	}
}
