package tlscert

import (
	"context"
	"crypto/tls"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/einlass/einlass/internal/tlscert/certtest"
)

func TestAnExpiredCertificateNeverReplacesAValidOne(t *testing.T) {
	files := certtest.NewFiles(t, "first") // outside of the bubble, whose time is another
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		files.Write(certtest.KeyPairFrom(t, "old", now.Add(-time.Hour), now.Add(24*time.Hour)))
		core, logs := observer.New(zap.WarnLevel)
		c, err := LoadFiles(files.Cert, files.Key, zap.New(core))
		if err != nil {
			t.Fatal(err)
		}
		told := make(chan error, 10)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- c.Watch(ctx, 10*time.Second, func(err error) { told <- err }) }()
		heard := func() error { // without waiting: time would pass for ever
			select {
			case err := <-told:
				return err
			default:
				return errors.New("told nothing")
			}
		}
		pass := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
		}
		want := func(when, name string, warnings int) {
			t.Helper()
			if got := served(t, c.TLS()); got != name {
				t.Errorf("%s: serves %q, want %q", when, got, name)
			}
			if got := logs.Len(); got != warnings {
				t.Errorf("%s: %d warnings, want %d: %v", when, got, warnings, logs.All())
			}
		}
		files.Write(certtest.KeyPairFrom(t, "expired", now.Add(-2*time.Hour), now.Add(-time.Hour)))
		pass(time.Hour)
		want("behind an expired one", "old", 1)
		if err := heard(); !errors.Is(err, ErrExpired) {
			t.Errorf("told %v", err)
		}
		files.Write(certtest.KeyPairFrom(t, "early", now.Add(3*time.Hour), now.Add(9*time.Hour)))
		pass(time.Hour)
		want("before its time", "old", 2)
		if err := heard(); !errors.Is(err, ErrNotYetValid) {
			t.Errorf("told %v", err)
		}
		pass(2 * time.Hour)
		want("when its time has come", "early", 2)
		if err := heard(); err != nil {
			t.Errorf("told %v", err)
		}
		pass(20 * time.Hour)
		files.Write(certtest.KeyPairFrom(t, "expired too", now.Add(-2*time.Hour), now.Add(-time.Hour)))
		pass(time.Minute)
		want("where neither is valid, the file's", "expired too", 2)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// certificate is a key pair in memory.
func certificate(t *testing.T, name string, from, until time.Time) *tls.Certificate {
	t.Helper()
	pair, err := tls.X509KeyPair(certtest.KeyPairFrom(t, name, from, until))
	if err != nil {
		t.Fatal(err)
	}
	return &pair
}

func TestTheLastValidCertificateOfANameStays(t *testing.T) {
	now := time.Now()
	valid := certificate(t, "a.example", now.Add(-time.Hour), now.Add(time.Hour))
	expired := certificate(t, "a.example", now.Add(-2*time.Hour), now.Add(-time.Hour))
	later := certificate(t, "a.example", now.Add(-time.Hour), now.Add(9*time.Hour))
	none := errors.New("no certificate")
	var source *tls.Certificate
	s := &steady{
		from: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if source == nil {
				return nil, none
			}
			return source, nil
		},
		names: []string{"a.example"}, now: func() time.Time { return now }, last: map[string]*tls.Certificate{},
	}
	for _, step := range []struct {
		what         string
		source, want *tls.Certificate
		name         string
		protocols    []string
		passed       time.Duration
	}{
		{what: "nothing was ever valid", source: expired, want: expired, name: "a.example"},
		{what: "the first valid one", source: valid, want: valid, name: "A.example"},
		{what: "an expired one", source: expired, want: valid, name: "a.example"},
		{what: "none", source: nil, want: valid, name: "a.example"},
		{what: "another name", source: expired, want: expired, name: "b.example"},
		{what: "a challenge", source: expired, want: expired, name: "a.example", protocols: []string{alpnChallenge}},
		{what: "a renewed one", source: later, want: later, name: "a.example"},
		{what: "when the last one has expired too", source: expired, want: expired, name: "a.example", passed: 10 * time.Hour},
	} {
		now, source = now.Add(step.passed), step.source
		got, err := s.get(&tls.ClientHelloInfo{ServerName: step.name, SupportedProtos: step.protocols})
		if err != nil || got != step.want {
			t.Errorf("%s: got another certificate (%v)", step.what, err)
		}
	}
	if len(s.last) != 1 {
		t.Errorf("%d names are kept, want that of the configuration alone", len(s.last))
	}
}

func TestACertificateCoversHostsAndPatterns(t *testing.T) {
	now := time.Now()
	one := certificate(t, "a.example", now, now.Add(time.Hour)).Leaf
	all := certificate(t, "*.a.example", now, now.Add(time.Hour)).Leaf
	for _, tt := range []struct {
		host     string
		one, all bool
	}{
		{"a.example", true, false},
		{"b.a.example", false, true},
		{"*.a.example", false, true},
		{"*.example", false, false},
		{"127.0.0.1", false, false},
	} {
		if Covers(one, tt.host) != tt.one || Covers(all, tt.host) != tt.all {
			t.Errorf("%s: %v, %v", tt.host, Covers(one, tt.host), Covers(all, tt.host))
		}
	}
}
