package staff

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// What a new password is made with: the first choice of the OWASP password storage cheat sheet.
const (
	argonTime    = 2
	argonMemory  = 19 << 10 // KiB
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
)

// What a file may ask for at most: a check must end soon, and two run at once.
const (
	mostTime    = 10
	mostMemory  = 128 << 10 // KiB
	mostThreads = 8
)

// Bounds of a password. A code is asked for beside it, so twelve characters are enough.
const (
	MinPassword = 12  // characters
	MaxPassword = 256 // bytes
)

// CheckPassword says why something cannot be a password, or nil.
func CheckPassword(password string) error {
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return errors.New("the password has control characters")
	case utf8.RuneCountInString(password) < MinPassword:
		return fmt.Errorf("the password has %d characters: want at least %d, for example four words that nobody else puts together", utf8.RuneCountInString(password), MinPassword)
	case len(password) > MaxPassword:
		return fmt.Errorf("the password has %d bytes: want at most %d", len(password), MaxPassword)
	}
	return nil
}

// phc is what is kept of a password (the PHC string format).
type phc struct {
	time, memory uint32
	threads      uint8
	salt, key    []byte
}

// HashPassword makes what is kept of a password.
func HashPassword(password string) string {
	return hashBy(newPHC(), password)
}

func hashBy(p phc, password string) string {
	p.key = argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, argonKey)
	return p.String()
}

func newPHC() phc {
	p := phc{time: argonTime, memory: argonMemory, threads: argonThreads, salt: make([]byte, argonSalt), key: make([]byte, argonKey)}
	_, _ = rand.Read(p.salt) // never fails
	return p
}

// noPassword is one that no password fits, so that an unknown name takes as long as a known one.
func noPassword() phc {
	p := newPHC()
	_, _ = rand.Read(p.key)
	return p
}

// String is the PHC form.
func (p phc) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.time, p.threads, b.EncodeToString(p.salt), b.EncodeToString(p.key))
}

// parsePHC reads the PHC form, of argon2id within our bounds alone.
func parsePHC(text string) (p phc, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, errors.New("want the PHC form of argon2id")
	}
	var v int
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &v, &p.memory, &p.time, &p.threads); err != nil || v != argon2.Version {
		return p, fmt.Errorf("want $v=%d$m=…,t=…,p=…$", argon2.Version)
	}
	if p.time < 1 || p.time > mostTime || p.memory < 8 || p.memory > mostMemory || p.threads < 1 || p.threads > mostThreads {
		return p, fmt.Errorf("m=%d,t=%d,p=%d: want m of 8 to %d, t of 1 to %d, p of 1 to %d", p.memory, p.time, p.threads, mostMemory, mostTime, mostThreads)
	}
	b := base64.RawStdEncoding.Strict()
	if p.salt, err = b.DecodeString(parts[4]); err != nil || len(p.salt) < 8 || len(p.salt) > 64 {
		return p, errors.New("want a salt of 8 to 64 bytes in base64")
	}
	if p.key, err = b.DecodeString(parts[5]); err != nil || len(p.key) < 16 || len(p.key) > 64 {
		return p, errors.New("want a hash of 16 to 64 bytes in base64")
	}
	if p.String() != text {
		return p, errors.New("is written in another way than the PHC form")
	}
	return p, nil
}

func (p phc) fits(password string) bool {
	key := argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(key, p.key) == 1
}

// ErrBusy means that too many passwords are being checked.
var ErrBusy = errors.New("too many log-ins at once; try again")

const (
	// So many passwords are checked at once: each takes 19 MiB and a core.
	checksAtOnce = 2
	// checksWaiting is how many more wait for it.
	checksWaiting = 16
)

// checks bounds how many passwords are checked.
type checks struct{ waiting, running chan struct{} }

func newChecks() checks {
	return checks{waiting: make(chan struct{}, checksAtOnce+checksWaiting), running: make(chan struct{}, checksAtOnce)}
}

// fits checks a password when its turn has come. The error is ErrBusy, or that of ctx.
func (c checks) fits(ctx context.Context, p phc, password string) (bool, error) {
	select {
	case c.waiting <- struct{}{}:
		defer func() { <-c.waiting }()
	default:
		return false, ErrBusy
	}
	select {
	case c.running <- struct{}{}:
		defer func() { <-c.running }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return p.fits(password), nil
}
