package operator

import (
	"context"
	"time"
)

// Grant is who may operate the gateway, beside the token of the configuration: a user who logs in, or a token of a program. It has no hash of
// what proves it.
type Grant struct {
	Name string `json:"name"`
	Role string `json:"role"`
	// Rooms are ids; absent: all rooms, also those that there will be.
	Rooms []string   `json:"rooms,omitempty"`
	Made  *time.Time `json:"made,omitempty"`
	// Expires is when it ends, or ended; absent: never.
	Expires *time.Time `json:"expires,omitempty"`
	// Expired: it does not count any more.
	Expired bool `json:"expired"`
	// Unknown are those of Rooms that this gateway has not.
	Unknown []string `json:"unknown,omitempty"`
}

// People are who may operate the gateway, in the order of the file; never nil.
type People struct {
	Users  []Grant `json:"users"`
	Tokens []Grant `json:"tokens"`
}

// ShowPeople gives the service who may operate the gateway, by what gives them as they are now. It is called before the service is used.
func (s *Service) ShowPeople(of func() People) { s.people = of }

// People lists who may operate the gateway, for the principal in ctx, or ErrNotAllowed.
func (s *Service) People(ctx context.Context) (People, error) {
	if err := PermitAll(ctx, RoleAdmin); err != nil {
		return People{}, err
	}
	all := People{Users: []Grant{}, Tokens: []Grant{}}
	if s.people == nil {
		return all, nil
	}
	is := s.people()
	all.Users, all.Tokens = append(all.Users, is.Users...), append(all.Tokens, is.Tokens...)
	s.unknownRooms(all.Users)
	s.unknownRooms(all.Tokens)
	return all, nil
}

// unknownRooms says which rooms of grants there are not.
func (s *Service) unknownRooms(all []Grant) {
	for i := range all {
		for _, room := range all[i].Rooms {
			if _, err := s.find(room); err != nil {
				all[i].Unknown = append(all[i].Unknown, room)
			}
		}
	}
}
