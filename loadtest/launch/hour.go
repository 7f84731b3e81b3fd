package launch

import (
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue/plan"
)

// ZoneAtNoon is a zone in which it is about noon, so that no date changes while an opening is played now.
func ZoneAtNoon(now time.Time) string {
	switch ahead := 12 - now.UTC().Hour(); {
	case ahead > 0:
		return fmt.Sprintf("Etc/GMT-%d", ahead) // signs are the other way round there
	case ahead < 0:
		return fmt.Sprintf("Etc/GMT+%d", -ahead)
	}
	return "Etc/GMT"
}

// OpensAt is a schedule of one opening that starts at a whole second within the next hours, and whose lobby is open already.
func OpensAt(start time.Time) (*plan.Schedule, error) {
	now := time.Now()
	s := &plan.Schedule{Zone: ZoneAtNoon(now)}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, fmt.Errorf("a schedule for now: %w", err)
	}
	s.Openings = []plan.Opening{{
		Dates: []string{now.In(zone).Format(time.DateOnly)},
		Lobby: now.Add(-10 * time.Second).In(zone).Format("15:04:05"), Start: start.In(zone).Format("15:04:05"),
	}}
	return s, nil
}
