// Package adminapi is the operators' HTTP interface, on a listener of its own.
//
//	GET   /v1/rooms        all rooms                              token
//	GET   /v1/rooms/{id}   one room                               token
//	PATCH /v1/rooms/{id}   change rate, max_inside, burst, mode, message   token
//	GET   /debug/pprof/    profiles                               token
//	GET   /metrics         Prometheus
//	GET   /healthz         200 while the process serves
//	GET   /readyz          200 when it should get visitors, else 503
//
// A PATCH is a JSON merge patch (RFC 7396) of a room as GET shows it. It is strict: unknown, repeated or
// ill-typed members are refused, all in one answer, and a refused patch changes nothing. Without If-Match it applies
// to whatever the controls are by then; with `If-Match: "N"` it applies to version N only, else 412. ETag is the
// version of the controls, not of the figures beside them.
//
// The answer to a PATCH shows the controls as stored. A GET shows the latest frame, whose controls and figures are of one
// moment and at most a tick (250 ms) old, so one that follows a PATCH at once may still show the old ones.
//
// Errors are RFC 9457 problems with a "code" for programs; see the table in problem.go.
//
// # Who may ask
//
// The token is compared in constant time. Every request, those without token included, must be addressed to an IP
// address, to localhost or to a configured name, and must not come from a page of another origin: so a web page that an
// operator visits cannot reach the listener, not even by rebinding its own name to it.
//
// cmd/gateway implements [Rooms] and serves; internal/adminclient shares the types. Of this module the package imports
// pkg/queue.
package adminapi
