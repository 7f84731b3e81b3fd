package httpx

import (
	"bytes"
	"net/http"
)

// Challenger answers the HTTP challenges of a certificate authority (RFC 8555 §8.3).
type Challenger interface {
	// Challenge is the answer to a GET of path; ok is false for a challenge that is not under way.
	Challenge(host, path string) (status int, body []byte, ok bool)
}

const challengePath = "/.well-known/acme-challenge/"

// AnswerChallenges answers the challenges that are under way and sends all other visits on to next. Put it before
// RedirectToHTTPS: the authority asks without TLS.
func AnswerChallenges(c Challenger, next Handler) Handler {
	return func(v *Visit) {
		if v.Method() != http.MethodGet || !bytes.HasPrefix(v.Path(), []byte(challengePath)) {
			next(v)
			return
		}
		status, body, ok := c.Challenge(v.Host(), string(v.Path()))
		if !ok {
			next(v)
			return
		}
		v.Answer(status, "text/plain", body)
	}
}
