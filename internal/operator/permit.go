package operator

import (
	"context"
	"errors"
	"fmt"
)

var (
	// ErrUnknownRoom means that no room has the id, or none that the principal sees. It comes as an *UnknownRoomError.
	ErrUnknownRoom = errors.New("there is no such room")
	// ErrNotAllowed means that the principal has not the role for it.
	ErrNotAllowed = errors.New("not allowed")
)

// UnknownRoomError says which rooms there are instead. It is an ErrUnknownRoom.
type UnknownRoomError struct {
	ID string
	// Rooms are the ids of those that the principal sees, in the order of the configuration.
	Rooms []string
}

func (e *UnknownRoomError) Error() string { return fmt.Sprintf("%q: %v", e.ID, ErrUnknownRoom) }

// Unwrap makes it an ErrUnknownRoom.
func (e *UnknownRoomError) Unwrap() error { return ErrUnknownRoom }

// Permit refuses, with ErrNotAllowed, what needs a role that the principal in ctx does not have.
func Permit(ctx context.Context, needed Role) error {
	if p := PrincipalOf(ctx); !p.Role.May(needed) {
		return fmt.Errorf("%w: it needs the role %s, and this is the role %s", ErrNotAllowed, needed, p.Role)
	}
	return nil
}

// PermitAll is Permit for what concerns all rooms, or the gateway itself: who has single rooms may not do it.
func PermitAll(ctx context.Context, needed Role) error {
	if err := Permit(ctx, needed); err != nil {
		return err
	}
	if PrincipalOf(ctx).Rooms != nil {
		return fmt.Errorf("%w: it concerns all rooms", ErrNotAllowed)
	}
	return nil
}

// permitted is the room that the principal in ctx may do something with that needs a role. Every method of the service for one room asks here
// first. A room that the principal does not see is not told from one that does not exist.
func (s *Service) permitted(ctx context.Context, needed Role, id string) (*Room, error) {
	if err := Permit(ctx, needed); err != nil {
		return nil, err
	}
	return s.seen(ctx, id)
}

// seen is a room that exists for the principal in ctx.
func (s *Service) seen(ctx context.Context, id string) (*Room, error) {
	p := PrincipalOf(ctx)
	rooms, unknown := s.rooms(), &UnknownRoomError{ID: id}
	for i := range rooms {
		switch {
		case !p.Sees(rooms[i].ID):
		case rooms[i].ID == id:
			return &rooms[i], nil
		default:
			unknown.Rooms = append(unknown.Rooms, rooms[i].ID)
		}
	}
	return nil, unknown
}
