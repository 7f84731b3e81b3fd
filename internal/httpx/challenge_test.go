package httpx

import "testing"

// oneChallenge is under way for host h.
type oneChallenge struct{}

func (oneChallenge) Challenge(host, path string) (status int, body []byte, ok bool) {
	return 200, []byte("proof"), host == "h" && path == "/.well-known/acme-challenge/token"
}

func TestOnlyAChallengeThatIsUnderWayIsAnswered(t *testing.T) {
	_, addr := serve(t, given(), AnswerChallenges(oneChallenge{}, ok))
	for request, want := range map[string]string{
		"GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: h\r\n\r\n":                       "proof",
		"GET /.well-known/acme-challenge/token HTTP/1.1\r\nHost: other\r\n\r\n":                   "ok",
		"GET /.well-known/acme-challenge/else HTTP/1.1\r\nHost: h\r\n\r\n":                        "ok",
		"GET /.well-known/acme-challenge HTTP/1.1\r\nHost: h\r\n\r\n":                             "ok",
		"POST /.well-known/acme-challenge/token HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n": "ok",
	} {
		if _, body := dial(t, addr).ask(request, 200); body != want {
			t.Errorf("%q is answered %q, want %q", request, body, want)
		}
	}
}
