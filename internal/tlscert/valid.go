package tlscert

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	// ErrExpired means that a certificate's time is over.
	ErrExpired = errors.New("has expired")
	// ErrNotYetValid means that a certificate's time has not begun.
	ErrNotYetValid = errors.New("is not valid yet")
)

// Valid says why a certificate is of no use now: ErrExpired, ErrNotYetValid, or nil (RFC 5280 §4.1.2.5).
func Valid(leaf *x509.Certificate, now time.Time) error {
	const form = "2006-01-02 15:04 MST"
	switch {
	case now.After(leaf.NotAfter):
		return fmt.Errorf("the certificate %w, at %s", ErrExpired, leaf.NotAfter.UTC().Format(form))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("the certificate %w, it begins at %s", ErrNotYetValid, leaf.NotBefore.UTC().Format(form))
	}
	return nil
}

func isValid(leaf *x509.Certificate, now time.Time) bool { return Valid(leaf, now) == nil }

// Covers reports whether a certificate is good for a host, or for all hosts of a pattern as *.example.org.
func Covers(leaf *x509.Certificate, host string) bool {
	if name, wild := strings.CutPrefix(host, "*."); wild {
		host = "any." + name
	}
	return leaf.VerifyHostname(host) == nil
}

// steady keeps the last valid certificate of each name. What its source answers later replaces it only when it is valid too. Safe
// for concurrent use.
type steady struct {
	from  func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	names []string
	now   func() time.Time

	mu   sync.Mutex
	last map[string]*tls.Certificate // by names, no others
}

// get is a tls.Config's GetCertificate. Challenges (RFC 8737) are answered by the source alone.
func (s *steady) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	cert, err := s.from(hello)
	name := strings.ToLower(hello.ServerName)
	if slices.Contains(hello.SupportedProtos, alpnChallenge) || !slices.Contains(s.names, name) {
		return cert, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && cert.Leaf != nil && isValid(cert.Leaf, s.now()) {
		s.last[name] = cert
		return cert, nil
	}
	if last := s.last[name]; last != nil && isValid(last.Leaf, s.now()) {
		return last, nil
	}
	return cert, err
}

// alpnChallenge is the protocol by which an authority asks for a challenge (RFC 8737 §6.2).
const alpnChallenge = "acme-tls/1"
