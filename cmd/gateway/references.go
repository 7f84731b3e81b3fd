package main

import (
	"crypto/sha256"
	"time"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/pkg/queue"
)

// bookingKey is by what the site's own names of bookings are kept: alike on all gateways, which share the keyring. When its key is
// replaced, a booking that is told before and after counts twice.
func (a *app) bookingKey(l *line) [sha256.Size]byte {
	return a.keys.source.Ring().Derive("bookings", time.UnixMilli(l.Now()))
}

// references make what is kept of the site's own names, for what is told beside the site's answers.
func (a *app) references(l *line) func(queue.OutcomeKind, string) queue.Code {
	return func(kind queue.OutcomeKind, name string) queue.Code {
		return queue.Code(booking.Hash(a.bookingKey(l), l.id, byte(kind), name))
	}
}
