package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/einlass/einlass/internal/adminclient"
)

const (
	exitOK = iota
	exitRefused
	exitUsage
	exitUnreachable
	exitUnauthorized
	exitConflict
)

// usageError is a wrong command line.
type usageError struct{ err error }

func usage(err error) error { return &usageError{err} }

func (e *usageError) Error() string { return e.err.Error() }

// codeOf is the one table from errors to exit codes.
func codeOf(err error) int {
	var wrong *usageError
	switch {
	case errors.As(err, &wrong), errors.Is(err, errNotConfirmed), errors.Is(err, adminclient.ErrConfirm):
		return exitUsage
	case errors.Is(err, adminclient.ErrUnreachable), errors.Is(err, adminclient.ErrUnavailable), errors.Is(err, errNotKnown):
		return exitUnreachable
	case errors.Is(err, adminclient.ErrUnauthorized), errors.Is(err, adminclient.ErrNotAllowed), errors.Is(err, errNoToken):
		return exitUnauthorized
	case errors.Is(err, adminclient.ErrConflict):
		return exitConflict
	}
	return exitRefused
}

// roomError adds to an error which room was asked for.
type roomError struct {
	room string
	err  error
}

func (e *roomError) Error() string { return e.err.Error() }
func (e *roomError) Unwrap() error { return e.err }

// explain says an error in words that tell what to do.
func (a *app) explain(err error) string {
	var answer *adminclient.Error
	var asked *roomError
	errors.As(err, &answer)
	errors.As(err, &asked)
	switch {
	case errors.Is(err, adminclient.ErrUnauthorized):
		return "the gateway at " + a.url + " does not accept this token"
	case errors.Is(err, adminclient.ErrNotAPI):
		_, why, _ := strings.Cut(err.Error(), adminclient.ErrNotAPI.Error()+": ")
		return fmt.Sprintf("%v at %s: %s", adminclient.ErrNotAPI, a.url, clean(why))
	case errors.Is(err, adminclient.ErrUnreachable):
		_, why, _ := strings.Cut(err.Error(), adminclient.ErrUnreachable.Error()+": ")
		return fmt.Sprintf("cannot reach the gateway at %s: %s%s", a.url, why, prefixed("\n", a.reachBy(err)))
	case errors.Is(err, adminclient.ErrUnavailable):
		return fmt.Sprintf("the gateway cannot do it now: %v", answer)
	case errors.Is(err, adminclient.ErrUnknownRoom) && asked != nil:
		return unknownRoom(asked.room, answer.Rooms)
	case errors.Is(err, adminclient.ErrConflict):
		return fmt.Sprintf("nothing was changed: %v", answer)
	case errors.Is(err, adminclient.ErrRefused), errors.Is(err, adminclient.ErrNotAllowed):
		return fmt.Sprintf("the gateway refused: %v", answer)
	}
	return err.Error()
}

func unknownRoom(asked string, rooms []string) string {
	text := fmt.Sprintf("room »%s« does not exist", clean(asked))
	if len(rooms) == 0 {
		return text
	}
	if like := nearest(asked, rooms); like != "" {
		text += "; did you mean " + like + "?"
	}
	more := ""
	if len(rooms) > maxListed {
		more = fmt.Sprintf(" and %d more", len(rooms)-maxListed)
		rooms = rooms[:maxListed]
	}
	return text + "\nRooms: " + clean(strings.Join(rooms, ", ")) + more
}

// maxListed is how many ids fit in a message that people read.
const maxListed = 20
