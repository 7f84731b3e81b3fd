package tlscert

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/tlscert/certtest"
)

// served is the name in the certificate that a configuration serves.
func served(tb testing.TB, cfg *tls.Config) string {
	tb.Helper()
	c, err := cfg.GetCertificate(&tls.ClientHelloInfo{ServerName: "h"})
	if err != nil {
		tb.Fatal(err)
	}
	return c.Leaf.Subject.CommonName
}

func TestANewCertificateIsTakenWithoutARestart(t *testing.T) {
	files := certtest.NewFiles(t, "old")
	c, err := LoadFiles(files.Cert, files.Key, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg := c.TLS()
	if got := served(t, cfg); got != "old" {
		t.Fatalf("serves %q", got)
	}
	if renewed, err := c.Reload(); renewed || err != nil {
		t.Errorf("nothing changed: %v, %v", renewed, err)
	}
	files.Write(certtest.KeyPair(t, "new"))
	if renewed, err := c.Reload(); !renewed || err != nil {
		t.Errorf("changed: %v, %v", renewed, err)
	}
	if got := served(t, cfg); got != "new" {
		t.Errorf("serves %q", got)
	}
}

func TestACertificateThatDoesNotFitItsKeyIsNotTaken(t *testing.T) {
	files := certtest.NewFiles(t, "old")
	c, err := LoadFiles(files.Cert, files.Key, nil)
	if err != nil {
		t.Fatal(err)
	}
	cert, _ := certtest.KeyPair(t, "new")
	_, key := certtest.KeyPair(t, "other")
	files.Write(cert, key)
	if renewed, err := c.Reload(); renewed || err == nil {
		t.Errorf("taken: %v, %v", renewed, err)
	}
	if got := served(t, c.TLS()); got != "old" {
		t.Errorf("serves %q", got)
	}
	_ = os.Remove(files.Key)
	if _, err := c.Reload(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing key: %v", err)
	}
	if _, err := LoadFiles(files.Cert, files.Key, nil); err == nil {
		t.Error("loaded without a key")
	}
}

func TestTheWatchTakesWhatIsNewAndComplainsOnceAboutWhatIsBroken(t *testing.T) {
	files := certtest.NewFiles(t, "old")
	newCert, newKey := certtest.KeyPair(t, "new")
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.InfoLevel)
		c, err := LoadFiles(files.Cert, files.Key, zap.New(core))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- c.Watch(ctx, 10*time.Second, nil) }()
		pass := func() {
			time.Sleep(30 * time.Second)
			synctest.Wait()
		}
		pass()
		files.Write(newCert, []byte("no key"))
		pass()
		files.Write(newCert, newKey)
		pass()
		_ = os.Remove(files.Cert)
		pass()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		var got []string
		for _, e := range logs.All() {
			got = append(got, e.Message)
		}
		const old = "certificate not taken, the old one stays"
		if want := []string{old, "certificate renewed", old}; strings.Join(got, ";") != strings.Join(want, ";") {
			t.Errorf("log: %q", got)
		}
		if name := served(t, c.TLS()); name != "new" {
			t.Errorf("serves %q", name)
		}
	})
}
