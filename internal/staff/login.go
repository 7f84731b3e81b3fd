package staff

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"
)

// ErrWrong means that name, password and one-time code do not belong together. What it wraps says more, for the log and not for an answer.
var ErrWrong = errors.New("the name, the password or the code is wrong")

// What was wrong.
var (
	errName     = errors.New("nobody has this name")
	errExpired  = errors.New("the user has expired")
	errPassword = errors.New("the password is wrong")
	errCode     = errors.New("the one-time code is wrong")
	errUsed     = errors.New("the one-time code was used before")
)

// LogIn checks what somebody gives to log in, and begins a session. Errors are ErrWrong, ErrBusy and that of ctx. All that is asked for is checked,
// whatever is wrong of it, so that the answer's time tells as little as its words.
func (b *Book) LogIn(ctx context.Context, name, password, code string) (Session, error) {
	u, there := b.user(name)
	kept, secret := b.nobody, make([]byte, newSecret)
	if u != nil {
		var err error
		if kept, err = parsePHC(u.Password); err != nil {
			return Session{}, err // the file was refused for it
		}
		if secret, err = decodeTOTP(u.TOTP); err != nil {
			return Session{}, err
		}
	}
	fits, err := b.checks.fits(ctx, kept, password)
	if err != nil {
		return Session{}, err
	}
	step, right := stepOf(secret, code, b.cfg.Clock())
	switch {
	case u == nil:
		return Session{}, fmt.Errorf("%w: %w", ErrWrong, errName)
	case !fits:
		return Session{}, fmt.Errorf("%w: %w", ErrWrong, errPassword)
	case !right:
		return Session{}, fmt.Errorf("%w: %w", ErrWrong, errCode)
	case !there:
		return Session{}, fmt.Errorf("%w: %w", ErrWrong, errExpired)
	}
	fresh, err := b.used.take(name, step)
	if err != nil {
		b.cfg.Log.Error("that a one-time code was used is remembered only until the next start", zap.Error(err))
	}
	if !fresh {
		return Session{}, fmt.Errorf("%w: %w", ErrWrong, errUsed)
	}
	return b.begin(u), nil
}

// Knows reports whether somebody in force has the name.
func (b *Book) Knows(name string) bool { _, ok := b.user(name); return ok }
