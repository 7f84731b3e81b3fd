package operator

import (
	"context"
	"errors"
	"fmt"
)

// ErrNoPage means that there is no page to show of a room.
var ErrNoPage = errors.New("this gateway does not show the room's pages")

// Page is a page of citizens as it is now, with the header fields that it is sent with, name and value in turn.
type Page struct {
	Body    []byte
	Headers []string
}

// Page returns what somebody would see who came to a room now, in a language, for the principal in ctx. Errors are ErrUnknownRoom, ErrNotAllowed
// and ErrNoPage.
func (s *Service) Page(ctx context.Context, id, tag string) (Page, error) {
	r, err := s.permitted(ctx, RoleViewer, id)
	if err != nil {
		return Page{}, err
	}
	if r.Page != nil {
		if body, headers, ok := r.Page(tag); ok {
			return Page{Body: body, Headers: headers}, nil
		}
	}
	return Page{}, fmt.Errorf("%q: %w", id, ErrNoPage)
}
