package proxy

import "errors"

// Forward returns one of these, wrapped with what happened, and only while nothing
// of an answer has been sent. The gateway maps them to a status and a page.
var (
	// ErrBackendDown: no origin could be reached, or the exchange with it broke
	// before its answer began. Status 502.
	ErrBackendDown = errors.New("proxy: the backend cannot be reached")
	// ErrBackendTimeout: the origin took the request and did not begin to answer
	// in time. Status 504.
	ErrBackendTimeout = errors.New("proxy: the backend did not answer in time")
	// ErrBackendAnswer: the origin answered something that is not one well-formed
	// HTTP/1 answer with one possible end. Status 502.
	ErrBackendAnswer = errors.New("proxy: the backend's answer was refused")
	// ErrQueueFull: as many requests as allowed are in flight and the short queue
	// is full, or the request's time in it ran out. Status 503.
	ErrQueueFull = errors.New("proxy: too many requests are waiting for the backend")
	// ErrUnwanted: the answer is none that Options.Takes. The origin is well: Result says what it answered.
	ErrUnwanted = errors.New("proxy: the answer is not for this visitor")
	// ErrClientGone: the visitor closed the connection; no answer can be sent.
	ErrClientGone = errors.New("proxy: the client went away")
	// ErrClientTimeout: the visitor stopped sending the request body. Status 408.
	ErrClientTimeout = errors.New("proxy: the client stopped sending its request")
	// ErrBadRequest: the request, or the framing of its body, is malformed. Status 400.
	ErrBadRequest = errors.New("proxy: the request is malformed")
	// ErrBodyTooLarge: the request body grew past limits.body_bytes. Status 413.
	ErrBodyTooLarge = errors.New("proxy: the request body is too large")
	// ErrBodyNotAllowed: a body in a request whose method has no use for one. Status 400.
	ErrBodyNotAllowed = errors.New("proxy: a request of this method has no body")
	// ErrTooManyUpgrades: as many WebSockets as allowed are open. Status 503.
	ErrTooManyUpgrades = errors.New("proxy: too many upgraded connections")
	// ErrStopped: Stop was called. Status 503.
	ErrStopped = errors.New("proxy: the backend was stopped")
)
