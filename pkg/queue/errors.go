package queue

import "errors"

var (
	// ErrLost: the store does not hold this room, or holds an older state than the caller has seen. Call Restore and try again.
	ErrLost = errors.New("the store has lost the room")
	// ErrUnavailable: the store could not be reached or did not answer in time. The verb may or may not have taken effect;
	// every verb can be repeated.
	ErrUnavailable = errors.New("the store is unavailable")
	// ErrConflict: another writer has changed the document since it was read.
	ErrConflict = errors.New("the document was changed by somebody else")
	// ErrInvalid: the store does not accept the caller's values. It has changed nothing.
	ErrInvalid = errors.New("invalid value")
	// ErrFormat: the room needs a newer release than the caller's. The caller serves as if the store were away.
	ErrFormat = errors.New("the room needs a newer release")
	// ErrClosed: the room or store was closed.
	ErrClosed = errors.New("closed")
	// ErrUnknown: the store knows no such visitor, order or opening.
	ErrUnknown = errors.New("unknown place or opening")
)
