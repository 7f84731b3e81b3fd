package staff

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/token"
)

// Sessions.
const (
	// SessionLife is how long one lasts at most, SessionIdle how long without a request.
	SessionLife, SessionIdle = 12 * time.Hour, time.Hour
	// slide is how old the last look at a session may be before it is written again.
	slide = time.Minute
	// ahead is how far clocks of gateways may differ: a session from further in the future is none.
	ahead = 2 * time.Minute
	// maxCookie bounds the text of a session, in bytes.
	maxCookie = 1024

	sessionPurpose = "operator session"
	sessionPrefix  = "s1."
)

// Session is what a log-in began.
type Session struct {
	operator.Principal
	// Cookie is the text that proves it. It is a secret.
	Cookie string
	// Expires is when it ends if nothing more is asked; Last when it ends at the latest.
	Expires, Last time.Time
	// Renewed means that Cookie is another one than was shown.
	Renewed bool
}

// claims are what a session says, in short: it is sent with every request. Times are in seconds.
type claims struct {
	Key    string `json:"k"` // the id of the key that signs
	User   string `json:"u"`
	ID     string `json:"i"`
	Begun  int64  `json:"b"`
	Active int64  `json:"a"`
}

// begin begins a session of a user.
func (b *Book) begin(u *User) Session {
	var id [12]byte
	_, _ = rand.Read(id[:]) // never fails
	now := b.cfg.Clock()
	ring := b.cfg.Keys.Ring()
	c := claims{Key: ring.SigningKid(now), User: u.Name, ID: hex.EncodeToString(id[:]), Begun: now.Unix(), Active: now.Unix()}
	s := c.session(u)
	s.Cookie, s.Renewed = c.sign(ring, u), true
	return s
}

// Session is the session that a cookie proves; false: none. Whoever has asked within the time goes on.
func (b *Book) Session(cookie string) (Session, bool) {
	c, u, ok := b.proved(cookie)
	if !ok {
		return Session{}, false
	}
	now := b.cfg.Clock()
	s := c.session(u)
	s.Cookie = cookie
	if now.Sub(time.Unix(c.Active, 0)) >= slide {
		ring := b.cfg.Keys.Ring()
		c.Active, c.Key = now.Unix(), ring.SigningKid(now)
		s = c.session(u)
		s.Cookie, s.Renewed = c.sign(ring, u), true
	}
	return s, true
}

// End ends the session that a cookie proves, at this gateway: nothing that was copied of it counts here any more.
func (b *Book) End(cookie string) {
	if c, _, ok := b.proved(cookie); ok {
		b.ended.add(c.ID, time.Unix(c.Begun, 0).Add(SessionLife), b.cfg.Clock())
	}
}

// proved reads a cookie and looks whether it counts.
func (b *Book) proved(cookie string) (c claims, u *User, ok bool) {
	text, mac, parsed := split(cookie)
	if !parsed || json.Unmarshal(text, &c) != nil {
		return c, nil, false
	}
	now := b.cfg.Clock()
	u, ok = b.user(c.User)
	ring := b.cfg.Keys.Ring()
	if !ok || !slices.Contains(ring.Kids(now), c.Key) {
		return c, nil, false
	}
	if want, known := c.mac(ring, u, text); !known || !hmac.Equal(want, mac) {
		return c, nil, false
	}
	begun, active := time.Unix(c.Begun, 0), time.Unix(c.Active, 0)
	over := now.Sub(begun) >= SessionLife || now.Sub(active) >= SessionIdle || active.Sub(now) > ahead || begun.Sub(now) > ahead
	return c, u, !over && !b.ended.has(c.ID)
}

// session is what the claims say, for who is in force by the name.
func (c *claims) session(u *User) Session {
	last := time.Unix(c.Begun, 0).UTC().Add(SessionLife)
	expires := time.Unix(c.Active, 0).UTC().Add(SessionIdle)
	for _, end := range []time.Time{last, u.Expires} {
		if !end.IsZero() && end.Before(expires) {
			expires = end
		}
	}
	return Session{Principal: u.principal("session"), Expires: expires, Last: last}
}

// sign is the text of a session.
func (c *claims) sign(ring *token.Keyring, u *User) string {
	text, err := json.Marshal(c)
	if err != nil { // only if somebody adds a type that JSON does not have
		return ""
	}
	mac, _ := c.mac(ring, u, text)
	b := base64.RawURLEncoding
	return sessionPrefix + b.EncodeToString(text) + "." + b.EncodeToString(mac)
}

// mac needs the keyring and what is kept of the user's password and codes. So no part alone makes a session, and another password ends those
// that there are.
func (c *claims) mac(ring *token.Keyring, u *User, text []byte) ([]byte, bool) {
	secret, ok := ring.DeriveBy(c.Key, sessionPurpose)
	mac := hmac.New(sha256.New, secret[:])
	for _, part := range []string{u.Password, u.TOTP, string(text)} {
		sum := sha256.Sum256([]byte(part))
		mac.Write(sum[:])
	}
	return mac.Sum(nil), ok
}

// split takes a cookie apart.
func split(cookie string) (text, mac []byte, ok bool) {
	rest, prefixed := strings.CutPrefix(cookie, sessionPrefix)
	first, second, dotted := strings.Cut(rest, ".")
	if len(cookie) > maxCookie || !prefixed || !dotted {
		return nil, nil, false
	}
	b := base64.RawURLEncoding.Strict()
	text, err := b.DecodeString(first)
	if err != nil {
		return nil, nil, false
	}
	mac, err = b.DecodeString(second)
	return text, mac, err == nil && b.EncodeToString(text) == first && b.EncodeToString(mac) == second // it passes over line breaks
}

// ended are the sessions that were ended before their time.
type ended struct {
	mu sync.Mutex
	at map[string]time.Time
}

func newEnded() ended { return ended{at: map[string]time.Time{}} }

// add notes a session until it would be over anyway. Only who has logged in can end one, so they are few.
func (e *ended) add(id string, until, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, until := range e.at {
		if until.Before(now) {
			delete(e.at, id)
		}
	}
	e.at[id] = until
}

func (e *ended) has(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.at[id]
	return ok
}
