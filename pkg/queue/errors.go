package queue

import "errors"

var (
	// ErrLost means that the store does not hold this room, or holds an older state than the caller has
	// seen. Call Restore and try again.
	ErrLost = errors.New("the store has lost the room")
	// ErrUnavailable means that the store could not be reached or did not answer in time. The verb may or may
	// not have taken effect; every verb can be repeated.
	ErrUnavailable = errors.New("the store is unavailable")
	// ErrConflict means that another writer has changed the control document since it was read.
	ErrConflict = errors.New("the controls were changed by somebody else")
	// ErrInvalid means that the store does not accept the caller's values. It has changed nothing.
	ErrInvalid = errors.New("invalid value")
	// ErrClosed means that the room or store was closed.
	ErrClosed = errors.New("closed")
)
