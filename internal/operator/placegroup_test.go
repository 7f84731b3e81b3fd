package operator_test

import (
	"errors"
	"testing"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// A caller stands in the lane of the group, and only while that group may come.
func TestACallerStandsInTheLaneOfTheGroup(t *testing.T) {
	const groups = `"zone":"Europe/Berlin","groups":[{"name":"over80"},{"name":"residents"},{"name":"teachers"}]`
	for name, c := range map[string]struct {
		schedule, group string
		lane            uint8
		refused         string
	}{
		"everybody, nothing said":     {"", "", 0, ""},
		"everybody, a group said":     {`{` + groups + `}`, "residents", 2, ""},
		"one group, nothing said":     {`{` + groups + `,"who":["residents"]}`, "", 2, ""},
		"two groups, one said":        {`{` + groups + `,"who":["over80","residents"]}`, "over80", 1, ""},
		"two groups, nothing said":    {`{` + groups + `,"who":["over80","residents"]}`, "", 0, `group is missing: want over80 or residents`},
		"a group that may not come":   {`{` + groups + `,"who":["residents"]}`, "over80", 0, `group "over80" may not come now: want residents`},
		"no group of the schedule":    {`{` + groups + `,"who":["residents","everybody"]}`, "x", 0, `group "x" may not come now: want over80 or residents or teachers or everybody`},
		"everybody where only groups": {`{` + groups + `,"who":["residents"]}`, "everybody", 0, `group "everybody" may not come now: want residents`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHotline(t)
			if _, err := h.line.Update(t.Context(), func(d *queue.Document) error { d.SetSchedule(c.schedule); return nil }); err != nil {
				t.Fatal(err)
			}
			h.pass()
			info, err := h.s.TakePlace(h.ctx, "termine", operator.NewPlace{Group: c.group})
			if c.refused != "" {
				var invalid *operator.InvalidError
				if !errors.As(err, &invalid) || len(invalid.Fields) != 1 || invalid.Fields[0].Field+" "+invalid.Fields[0].Detail != c.refused || h.taken != 0 {
					t.Errorf("%+v, %v: want %s", info, err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := h.places.Desk.List(); len(got) != 1 || got[0].Ticket.Lane != c.lane || h.taken != 1 {
				t.Errorf("%+v: want lane %d", got, c.lane)
			}
		})
	}
}
