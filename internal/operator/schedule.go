package operator

import (
	"encoding/json"
	"fmt"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// schedule is the member that is an object. It is replaced as a whole: half of one day with half of another is no day.
func schedule() member {
	return member{
		name: "schedule", keys: []queue.Key{queue.KeySchedule}, large: true,
		given: func(c *Change) bool { return c.Schedule != nil },
		read: func(c *Change, value json.RawMessage) string {
			s, problems := plan.FromJSON(value)
			for _, p := range problems {
				c.unread = append(c.unread, scheduleProblem(p))
			}
			c.Schedule = &s
			return ""
		},
		set: func(to *queue.Document, c *Change) { to.SetSchedule(c.Schedule.Encode()) },
		back: func(undo, _ *Change, before *queue.Document) {
			if s, err := plan.Decode(before.Schedule()); err == nil {
				undo.Schedule = &s // one of a later release stays as it is: nothing here can say it
			}
		},
		asked: func(c *Change) zap.Field { return zap.String("schedule", bounded(c.Schedule.Encode())) },
		is:    func(d *queue.Document) zap.Field { return zap.String("schedule", d.Schedule()) },
	}
}

// scheduleProblems is what is wrong with a schedule, by the paths of the patch.
func scheduleProblems(s *plan.Schedule) (bad []FieldError) {
	if s == nil || s.Empty() {
		return nil
	}
	_, problems := plan.Parse(s)
	for _, p := range problems {
		bad = append(bad, scheduleProblem(p))
	}
	if n, most := len(s.Encode()), queue.MaxSettings/2; n > most {
		bad = append(bad, FieldError{Field: "schedule", Detail: fmt.Sprintf("takes %d bytes as JSON: want at most %d", n, most)})
	}
	return bad
}

func scheduleProblem(p plan.Problem) FieldError {
	bad := FieldError{Field: "schedule", Detail: p.Text, Kind: p.Kind, Values: p.Values}
	if p.Path != "" {
		bad.Field += "." + p.Path
	}
	return bad
}

// keepsLanes refuses a schedule by which places would stand in the lanes of other groups.
func (c *Change) keepsLanes(v *queue.View, current *queue.Document) error {
	if c.Schedule == nil {
		return nil
	}
	var f *queue.Snapshot
	if v.Known {
		f = &v.Snapshot
	}
	before, err := plan.Decode(current.Schedule())
	if err != nil {
		return nil //nolint:nilerr // it is of a later release, and has no groups that are known here; somebody replaces it
	}
	if text := plan.MovesLanes(&before, c.Schedule, f); text != "" {
		return &InvalidError{Fields: []FieldError{{Field: "schedule.groups", Detail: text}}}
	}
	return nil
}
