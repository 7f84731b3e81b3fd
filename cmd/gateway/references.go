package main

import (
	"time"

	"github.com/einlass/einlass/internal/booking"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/token"
)

// references make what is kept of the site's own names of bookings: alike on all gateways, which share the keyring. When its key is
// replaced, a booking that is told before and after counts twice.
func references(keys *token.Source, line *queue.Room, room string) func(queue.OutcomeKind, string) queue.Code {
	return func(kind queue.OutcomeKind, name string) queue.Code {
		key := keys.Ring().Derive("bookings", time.UnixMilli(line.Now()))
		return queue.Code(booking.Hash(key, room, byte(kind), name))
	}
}
