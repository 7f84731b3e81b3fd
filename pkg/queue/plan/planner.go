package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Planner makes the plans of rooms whose documents hold what Schedule.Encode wrote. It is a queue.Planner.
type Planner struct{}

// Plan implements queue.Planner. A schedule that cannot be read leaves the plan as it is.
func (Planner) Plan(schedule string, plan []queue.Step, opening *queue.Opening, now int64) []queue.Step {
	c, err := Read(schedule)
	if err != nil {
		return plan
	}
	return Next(c, Past{plan, opening}, time.UnixMilli(now))
}

// Empty reports whether it says nothing.
func (s *Schedule) Empty() bool {
	return s.Zone == "" && s.Between == "" && len(s.Openings) == 0 && len(s.Changes) == 0 && len(s.Groups) == 0 && s.Everybody == (Rest{}) && len(s.Who) == 0
}

// CloseAt implements queue.Planner.
func (Planner) CloseAt(schedule, opening string) int64 {
	c, err := Read(schedule)
	if err != nil {
		return 0
	}
	return c.CloseAt(opening)
}

// Encode is the text for a document; empty for a schedule that says nothing.
func (s *Schedule) Encode() string {
	if s.Empty() {
		return ""
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("plan: a schedule cannot be encoded: %v", err)) // texts and numbers always can
	}
	return string(text)
}

// Decode reads what Encode wrote, or an operator has sent. A member that is not known is an error.
func Decode(text string) (s Schedule, err error) {
	if text == "" {
		return s, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Schedule{}, fmt.Errorf("schedule: %w: %w", err, queue.ErrInvalid)
	}
	return s, nil
}

// Read is the calendar of a text that Encode wrote; nil if it says nothing. queue.ErrInvalid: it has problems.
func Read(text string) (*Calendar, error) {
	s, err := Decode(text)
	if err != nil || s.Empty() {
		return nil, err
	}
	c, problems := Parse(&s)
	var errs []error
	for _, p := range problems {
		errs = append(errs, fmt.Errorf("%s %s: %w", p.Path, p.Text, queue.ErrInvalid))
	}
	return c, errors.Join(errs...)
}
