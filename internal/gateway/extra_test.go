package gateway_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// A gateway of a later release issues a claim that this one does not know. This one renews the ticket, sells it for a
// pass and renews the pass: the claim stays in all of them.
func TestAClaimOfALaterReleaseSurvivesWhatThisOneIssues(t *testing.T) {
	s := newFixture(t, closed)
	secret := []byte("nobody knows this secret, so keep it!")
	ring, err := token.LoadEnv("k1:" + base64.RawURLEncoding.EncodeToString(secret))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.ring.Replace(ring); err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	b.load("GET", "/")
	parts := strings.Split(b.cookie("einlass-termine"), ".")
	const claim = `,"order":4194305}`
	text := parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(claimsIn(t, parts[1]), "}", claim, 1)))
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	b.setCookie("einlass-termine", text+"."+base64.RawURLEncoding.EncodeToString(mac.Sum(nil)))

	carries := func(what, typ, before string) string {
		t.Helper()
		raw := b.cookie("einlass-termine")
		if raw == before {
			t.Fatalf("%s: nothing was issued", what)
		}
		parts := strings.Split(raw, ".")
		if head := claimsIn(t, parts[0]); !strings.Contains(head, typ) {
			t.Fatalf("%s: header is %s", what, head)
		}
		if claims := claimsIn(t, parts[1]); !strings.HasSuffix(claims, claim) {
			t.Errorf("%s: claims are %s", what, claims)
		}
		return raw
	}

	before := b.cookie("einlass-termine")
	b.poll("room=termine")
	before = carries("confirmed", "ticket", before)
	for range 4 * 13 {
		s.pass(15 * time.Minute)
		b.poll("room=termine")
	}
	before = carries("renewed", "ticket", before)
	if _, err := s.lines[0].Update(t.Context(), func(d *queue.Document) error {
		d.Pace.Rate, d.Pace.Burst = slow.Rate, slow.Burst
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	s.pass(30 * time.Second)
	if in := b.load("GET", "/"); in.StatusCode != http.StatusSeeOther {
		t.Fatalf("not let in: %d", in.StatusCode)
	}
	before = carries("let in", "pass", before)
	s.pass(6 * time.Minute)
	if page := b.load("GET", "/"); page.body != "site GET /" {
		t.Fatalf("got %q", page.body)
	}
	carries("extended", "pass", before)
}

func claimsIn(t *testing.T, part string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (b *browser) setCookie(name, value string) {
	u := &url.URL{Scheme: "http", Host: b.s.addr, Path: "/"}
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}
