package operator

import (
	"fmt"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// arrivalFor is a caller of a group; empty: of the only one that may come now, or of nobody's where everybody may. That the caller belongs to
// it is for the staff to see: no code is used.
func (r *Room) arrivalFor(group string) (queue.Arrival, error) {
	v := r.Line.View()
	if !v.Known {
		return queue.Arrival{}, queue.ErrUnavailable
	}
	c, err := plan.Read(v.Snapshot.Document.Schedule())
	if err != nil {
		return queue.Arrival{}, err
	}
	door := c.DoorNow(&v.Snapshot.Opening, time.UnixMilli(r.Places.Line.Now()))
	if group == "" {
		switch {
		case door.Everybody:
			group = plan.Everybody
		case len(door.Groups) == 1:
			group = door.Groups[0].Name
		}
	}
	if lane, ok := c.Lane(group); ok && door.Lets(group) {
		return queue.Arrival{Lane: lane}, nil
	}
	var names []string
	for _, g := range door.Groups {
		names = append(names, g.Name)
	}
	if door.Everybody {
		names = append(names, plan.Everybody)
	}
	detail := fmt.Sprintf("%q may not come now: want %s", bounded(group), strings.Join(names, " or "))
	if group == "" {
		detail = "is missing: want " + strings.Join(names, " or ")
	}
	return queue.Arrival{}, &InvalidError{Fields: []FieldError{{Field: "group", Detail: detail}}}
}
