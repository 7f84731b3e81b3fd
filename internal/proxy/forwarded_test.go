package proxy

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// seenOf is the head that the site gets of a request with one field, from a trusted proxy.
func seenOf(t *testing.T, field string, trusted ...string) string {
	t.Helper()
	seen := make(chan string, 1)
	origin := serveRaw(t, func(c net.Conn) {
		head, err := readRawHead(bufio.NewReader(c))
		if err == nil {
			seen <- string(head)
			_, _ = c.Write([]byte(strings.Replace(okAnswer, "\r\n", "\r\nConnection: close\r\n", 1)))
		}
	})
	_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) {
		f.configure = append(f.configure, trustLoopback, func(c *httpx.Config) { c.TrustedFields = trusted })
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n"+field+": /odd-value\r\n\r\n")
	wantAnswer(t, bufio.NewReader(c), "GET", 200, "ok")
	return <-seen
}

// forwardingFields are the names that the configuration accepts, as it says itself.
func forwardingFields(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "c.yaml")
	text := "trusted_fields: [Cookie]\nrooms: [{id: a, backend: {url: \"http://127.0.0.1:9\"}}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load(config.Source{File: file})
	_, list, found := strings.Cut(fmt.Sprint(err), "accepted: ")
	list, _, _ = strings.Cut(list, "\n")
	names := strings.Split(list, ", ")
	if !found || len(names) < 30 {
		t.Fatalf("no list of fields in %v", err)
	}
	return names
}

// A visitor's own X-Original-URL reached the site through any proxy that does not know the field, and some frameworks serve the
// path in it.
func TestOnlyForwardingFieldsThatAreNamedAreBelievedAndPassedOn(t *testing.T) {
	for _, name := range forwardingFields(t) {
		for _, spelling := range []string{name, strings.ToUpper(name), strings.ReplaceAll(name, "-", "_")} {
			if got := seenOf(t, spelling, "X-Something-Else"); strings.Contains(got, "odd-value") {
				t.Errorf("%s is not named and passed on:\n%s", spelling, got)
			}
		}
		// What says an address or a scheme is read, and said anew.
		got := seenOf(t, name, strings.ToLower(name))
		if want := name != "X-Forwarded-Proto"; strings.Contains(got, "odd-value") != want {
			t.Errorf("%s is named, passed on %v:\n%s", name, !want, got)
		}
		if kindOf := classify([]byte(name)); kindOf == kindPlain {
			t.Errorf("%s is no forwarding field here", name)
		}
	}
}
