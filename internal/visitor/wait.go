package visitor

import (
	"context"
	"errors"
	"time"
)

// Script is what somebody does while the page waits. All its functions are called from the goroutine of Wait.
type Script struct {
	// First is how long until the first poll.
	First time.Duration
	// Rest lets time pass until the next poll is due. An error ends the wait. Required.
	Rest func(ctx context.Context, d time.Duration) error
	// Told, if not nil, is called with each status, and returns how long until the next poll: next, or what this visitor makes of
	// it. An error ends the wait, also when the status would.
	Told func(s *Status, next time.Duration) (time.Duration, error)
	// Failed, if not nil, is called with why a poll had no status, as Poll returns it, and returns how long until the next one.
	// By default that is 10 s, or more if the gateway said so.
	Failed func(err error, next time.Duration) time.Duration
}

// anewOnce is how often at most the page is loaded because there is no place.
const anewOnce = 30 * time.Second

// Wait polls until it is time to load the page again, and returns the status that said so. The error is one of the script's.
// Because there is no place, a page is loaded at most every 30 s, as the page's script does.
func (b *Browser) Wait(ctx context.Context, script Script) (Status, error) {
	for next := script.First; ; {
		if err := script.Rest(ctx, next); err != nil {
			return Status{}, err
		}
		s, err := b.Poll(ctx)
		if err != nil {
			next = script.failed(err)
			continue
		}
		next = s.Interval()
		if script.Told != nil {
			if next, err = script.Told(&s, next); err != nil {
				return s, err
			}
		}
		if s.Turn() && b.loads(&s) {
			return s, nil
		}
	}
}

// failed is how long until the next poll after one that failed.
func (s *Script) failed(err error) time.Duration {
	next := usual
	var refused *PollError
	if errors.As(err, &refused) {
		next = max(next, refused.RetryAfter)
	}
	if s.Failed != nil {
		next = s.Failed(err, next)
	}
	return next
}

// loads reports whether the page may be loaded now, and notes a load because there is no place.
func (b *Browser) loads(s *Status) bool {
	if s.State != "none" {
		return true
	}
	now := b.room.now()
	if !b.anew.IsZero() && now.Sub(b.anew) < anewOnce {
		return false
	}
	b.anew = now
	return true
}
