// Package operator is what operators do to the rooms of a gateway: they look at them and change their controls.
//
// A [Service] knows who acts (the [Principal] in the context), what is asked for (a [Change] of one room, with the
// reason that the operator gives) and what came of it. It records each change that was asked for, made or refused, in
// one place (audit.go). An interface for people or programs, as internal/adminapi is, authenticates the principal and
// calls the service; it changes nothing by itself.
//
// The records hold no data of visitors. They hold the reason and the message as the operator wrote them: the message
// is public, and the reason must name nobody.
//
// Everything is safe for concurrent use. internal/adminapi and its clients import this package, and cmd/gateway, which
// gives it the rooms. Of this module it imports pkg/queue.
package operator
