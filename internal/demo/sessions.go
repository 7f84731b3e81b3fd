package demo

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	sessionCookie = "termine_sid"
	sessionIdle   = 30 * time.Minute
	sweepEvery    = time.Minute
)

// sessions knows the browsers. They live in memory only: a crash forgets them
// all, as it does on a server that keeps them in its processes.
type sessions struct {
	random io.Reader

	mu    sync.Mutex
	byID  map[string]*session
	swept time.Time
}

// session is one browser's visit. Its id and token never change; the rest
// belongs to the sessions' lock.
type session struct {
	id   string
	csrf string

	seen    time.Time
	numbers map[string]bool // bookings that this browser may see
	fresh   string          // booking whose confirmation was not shown yet
	notice  string          // a sentence for the next page
}

func newSessions(random io.Reader) *sessions {
	return &sessions{random: random, byID: map[string]*session{}}
}

// find returns the session that the request belongs to, or nil. An id that we
// do not know is never taken on: whoever sent it could know it too.
func (s *sessions) find(r *http.Request, now time.Time) *session {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep(now)
	found := s.byID[c.Value]
	if found == nil || now.Sub(found.seen) > sessionIdle {
		return nil
	}
	found.seen = now
	return found
}

// ensure returns the request's session, or a new one whose cookie it sets.
func (s *sessions) ensure(w http.ResponseWriter, r *http.Request, now time.Time) (*session, error) {
	if found := s.find(r, now); found != nil {
		return found, nil
	}
	id, err := s.token()
	if err != nil {
		return nil, err
	}
	csrf, err := s.token()
	if err != nil {
		return nil, err
	}
	fresh := &session{id: id, csrf: csrf, seen: now, numbers: map[string]bool{}}
	s.mu.Lock()
	s.byID[id] = fresh
	s.mu.Unlock()
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	})
	return fresh, nil
}

// genuine reports whether the token is the one that the session's forms carry.
func (v *session) genuine(token string) bool {
	return subtle.ConstantTimeCompare([]byte(v.csrf), []byte(token)) == 1
}

// allow lets the session see a booking; fresh means it was made just now.
func (s *sessions) allow(v *session, number string, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.numbers[number] = true
	if fresh {
		v.fresh = number
	}
}

func (s *sessions) forbid(v *session, number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(v.numbers, number)
}

func (s *sessions) allowed(v *session, number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return v != nil && v.numbers[number]
}

// isFresh reports once, on the first question, that the booking was made just now.
func (s *sessions) isFresh(v *session, number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := v.fresh == number
	if fresh {
		v.fresh = ""
	}
	return fresh
}

// tell leaves a sentence for the next page of the session; told takes it.
func (s *sessions) tell(v *session, notice string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v.notice = notice
}

func (s *sessions) told(v *session) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	notice := v.notice
	v.notice = ""
	return notice
}

// clear forgets everybody.
func (s *sessions) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.byID)
}

func (s *sessions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byID)
}

// sweep removes idle sessions, at most once a minute. The caller holds mu.
func (s *sessions) sweep(now time.Time) {
	if now.Sub(s.swept) < sweepEvery {
		return
	}
	s.swept = now
	for id, v := range s.byID {
		if now.Sub(v.seen) > sessionIdle {
			delete(s.byID, id)
		}
	}
}

func (s *sessions) token() (string, error) {
	var b [18]byte
	if _, err := io.ReadFull(s.random, b[:]); err != nil {
		return "", fmt.Errorf("demo site: session token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}
