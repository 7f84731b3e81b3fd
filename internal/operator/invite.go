package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/door"
)

// InviteAsked asks for one invitation.
type InviteAsked struct {
	// Group is whose door it opens, one of the schedule.
	Group string `json:"group"`
	// Person tells the persons of a site apart, at most door.MaxPerson bytes. It goes into the invitation and no further.
	Person PersonKey `json:"person,omitempty"`
	// From and Until are when it counts; From the zero time: at once. Valid, in seconds, is in place of Until: for how long from now on.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	Valid int64     `json:"valid,omitempty"`
	Because
}

// PersonKey is what a site calls a person by.
type PersonKey string

// UnmarshalJSON takes a text, and says of anything else nothing but that: what is wrong is logged, and a key is nobody's business.
func (k *PersonKey) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, (*string)(k)) != nil {
		return errors.New("person: want a text")
	}
	return nil
}

// Invited is an invitation that was made.
type Invited struct {
	ID         string    `json:"id"`
	Group      string    `json:"group"`
	Until      time.Time `json:"until"`
	Invitation string    `json:"invitation"`
}

// longestInvitation is how far ahead an invitation may end: it cannot be withdrawn.
const longestInvitation = 400 * 24 * time.Hour

// Invite makes an invitation for the principal in ctx. Nothing keeps it. Errors are those of MakeCodes. It is recorded without whose it is,
// whatever comes of it.
func (s *Service) Invite(ctx context.Context, id string, asked InviteAsked) (invited Invited, err error) {
	defer func() {
		s.writeCodes(ctx, "invite", id, []zap.Field{
			zap.String("group", bounded(asked.Group)), zap.Bool("person", asked.Person != ""), zap.Time("from", asked.From), zap.Time("until", asked.Until),
		}, asked.Reason, err)
	}()
	err = s.onCodes(ctx, id, append(textProblems(&asked), asked.problems()...), func(r *Room, now int64) error {
		if asked.Valid > 0 {
			asked.Until = time.UnixMilli(now).Truncate(time.Second).Add(time.Duration(asked.Valid) * time.Second).UTC()
		}
		if last := time.UnixMilli(now).Add(longestInvitation); asked.Until.After(last) {
			return &InvalidError{Fields: []FieldError{{Field: "until", Detail: fmt.Sprintf("is more than %d days ahead, and an invitation cannot be withdrawn", int(longestInvitation.Hours())/24)}}}
		}
		v := r.Line.View()
		if err := r.hasGroup(&v.Snapshot.Document, asked.Group); err != nil {
			return err
		}
		text, err := r.Door.Invite(door.Invitation{Group: asked.Group, Person: string(asked.Person), From: millisOf(asked.From), Until: millisOf(asked.Until)}, now)
		invited = Invited{ID: r.ID, Group: asked.Group, Until: asked.Until, Invitation: text}
		return err
	})
	return invited, err
}

func (a *InviteAsked) problems() (bad []FieldError) {
	if a.Group == "" {
		bad = append(bad, FieldError{Field: "group", Detail: "is missing"})
	}
	if n := len(a.Person); n > door.MaxPerson {
		bad = append(bad, FieldError{Field: "person", Detail: fmt.Sprintf("has %d bytes: want at most %d", n, door.MaxPerson)})
	}
	switch {
	case a.Until.IsZero() == (a.Valid == 0):
		bad = append(bad, FieldError{Field: "until", Detail: "want it, or valid"})
	case a.Valid < 0 || a.Valid > int64(longestInvitation/time.Second):
		bad = append(bad, FieldError{Field: "valid", Detail: fmt.Sprintf("of %d: want 1 to %d seconds", a.Valid, int64(longestInvitation/time.Second))})
	}
	return append(bad, reasonProblems(a.Reason)...)
}
