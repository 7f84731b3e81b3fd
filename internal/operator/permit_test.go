package operator_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/einlass/einlass/internal/operator"
)

// A reporter stands apart: it may do nothing that a viewer may, and a viewer says nothing of bookings.
func TestRolesMayWhatTheyAreFor(t *testing.T) {
	all := []operator.Role{operator.RolePublic, operator.RoleReporter, operator.RoleViewer, operator.RoleOperator, operator.RoleAdmin}
	may := map[operator.Role][]operator.Role{
		operator.RolePublic:   {operator.RolePublic},
		operator.RoleReporter: {operator.RolePublic, operator.RoleReporter},
		operator.RoleViewer:   {operator.RolePublic, operator.RoleViewer},
		operator.RoleOperator: {operator.RolePublic, operator.RoleReporter, operator.RoleViewer, operator.RoleOperator},
		operator.RoleAdmin:    all,
	}
	for _, role := range all {
		for _, needed := range all {
			if got := role.May(needed); got != slices.Contains(may[role], needed) {
				t.Errorf("%s may what needs %s: %v", role, needed, got)
			}
		}
		if got, ok := operator.ParseRole(role.String()); ok != (role > operator.RolePublic) || ok && got != role {
			t.Errorf("%s is read as %s, %v", role, got, ok)
		}
	}
	if _, ok := operator.ParseRole("Admin"); ok {
		t.Error("a name that none has is read")
	}
}

// Each method of the service for one room, asked by who may not and by who does not see the room.
func TestNobodyDoesMoreThanTheRoleAndSeesMoreThanTheRooms(t *testing.T) {
	h := newHouse(t)
	acts := []struct {
		name   string
		needed operator.Role
		do     func(context.Context) error
	}{
		{"get", operator.RoleViewer, func(ctx context.Context) error { _, err := h.Get(ctx, "termine"); return err }},
		{"plan", operator.RoleViewer, func(ctx context.Context) error { _, err := h.Plan(ctx, "termine"); return err }},
		{"draws", operator.RoleViewer, func(ctx context.Context) error { _, err := h.Draws(ctx, "termine"); return err }},
		{"change", operator.RoleOperator, func(ctx context.Context) error {
			_, err := h.Change(ctx, "termine", operator.Change{Rate: ptr[int64](1)})
			return err
		}},
		{"preview", operator.RoleOperator, func(ctx context.Context) error {
			_, err := h.PreviewPlan(ctx, "termine", operator.Change{})
			return err
		}},
		{"type", operator.RoleOperator, func(ctx context.Context) error {
			_, err := h.Type(ctx, "termine", operator.Typed{})
			return err
		}},
		{"tell", operator.RoleReporter, func(ctx context.Context) error { _, err := h.Tell(ctx, "termine", operator.Told{}); return err }},
		{"tell the total", operator.RoleOperator, func(ctx context.Context) error {
			_, err := h.Tell(ctx, "termine", operator.Told{Total: ptr[int64](-1)})
			return err
		}},
		{"codes", operator.RoleOperator, func(ctx context.Context) error { _, err := h.Codes(ctx, "termine"); return err }},
		{"make codes", operator.RoleOperator, func(ctx context.Context) error {
			_, err := h.MakeCodes(ctx, "termine", operator.CodesAsked{})
			return err
		}},
		{"invite", operator.RoleOperator, func(ctx context.Context) error {
			_, err := h.Invite(ctx, "termine", operator.InviteAsked{})
			return err
		}},
		{"places", operator.RoleOperator, func(ctx context.Context) error { _, err := h.ListPlaces(ctx, "termine"); return err }},
		{"place", operator.RoleOperator, func(ctx context.Context) error {
			_, err := h.ActOnPlace(ctx, "termine", operator.PlaceFind, operator.PlaceAct{})
			return err
		}},
		{"debug", operator.RoleAdmin, func(ctx context.Context) error {
			_, err := h.Debug(ctx, "termine", &operator.DebugJoin{})
			return err
		}},
	}
	for _, act := range acts {
		for role := operator.RolePublic; role <= operator.RoleAdmin; role++ {
			who := operator.Principal{Name: "x", Role: role}
			if err := act.do(h.as(who)); errors.Is(err, operator.ErrNotAllowed) == role.May(act.needed) {
				t.Errorf("%s by %s: %v", act.name, role, err)
			}
			who.Rooms = []string{"kfz"}
			if err := act.do(h.as(who)); role.May(act.needed) && !errors.Is(err, operator.ErrUnknownRoom) {
				t.Errorf("%s by %s of another room: %v", act.name, role, err)
			}
		}
	}
}

// The rooms that are listed, and named when one is not found, are those that the principal sees.
func TestRoomsOfOthersAreNotEvenNamed(t *testing.T) {
	h := newHouse(t)
	here, elsewhere := viewer, viewer
	here.Rooms, elsewhere.Rooms = []string{"kfz", "termine"}, []string{"kfz"}
	for _, c := range []struct {
		who  operator.Principal
		want []string
	}{{viewer, []string{"termine"}}, {here, []string{"termine"}}, {elsewhere, nil}} {
		all, err := h.List(h.as(c.who))
		if err != nil || len(all) != len(c.want) {
			t.Errorf("%v sees %d rooms, %v", c.who.Rooms, len(all), err)
		}
		var unknown *operator.UnknownRoomError
		if _, err := h.Get(h.as(c.who), "nowhere"); !errors.As(err, &unknown) || !slices.Equal(unknown.Rooms, c.want) {
			t.Errorf("%v is told of %+v", c.who.Rooms, err)
		}
	}
	if err := h.Refuse(h.as(elsewhere), "termine", operator.Change{}, errors.New("no JSON")); !errors.Is(err, operator.ErrUnknownRoom) {
		t.Errorf("a change that cannot be read tells of the room: %v", err)
	}
	if _, err := h.List(t.Context()); !errors.Is(err, operator.ErrNotAllowed) {
		t.Errorf("anybody sees rooms: %v", err)
	}
}

// What concerns the gateway itself is not for who has single rooms.
func TestWhatConcernsAllRoomsNeedsAllRooms(t *testing.T) {
	h := newHouse(t)
	if err := operator.PermitAll(h.as(admin), operator.RoleAdmin); err != nil {
		t.Error(err)
	}
	some := admin
	some.Rooms = []string{"termine"}
	for _, who := range []operator.Principal{some, staff} {
		if err := operator.PermitAll(h.as(who), operator.RoleAdmin); !errors.Is(err, operator.ErrNotAllowed) {
			t.Errorf("%+v: %v", who, err)
		}
	}
}
