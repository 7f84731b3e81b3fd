package launch_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func TestAScheduleForNowHasItsLobbyOpenAndStartsAtItsSecond(t *testing.T) {
	start := time.Now().Add(time.Hour).Truncate(time.Second)
	s, err := launch.OpensAt(start)
	if err != nil {
		t.Fatal(err)
	}
	c, err := plan.Read(s.Encode())
	if err != nil {
		t.Fatal(err)
	}
	days := c.Between(start.Add(-2*time.Hour), start.Add(2*time.Hour))
	if len(days) != 1 || !days[0].Start.Equal(start) || !days[0].Begins.Before(time.Now()) {
		t.Errorf("opens at %+v, want one opening at %v", days, start)
	}
}

func TestItIsAboutNoonInTheZoneAtAnyHour(t *testing.T) {
	for hour := range 24 {
		now := time.Date(2026, 3, 1, hour, 30, 0, 0, time.UTC)
		zone, err := time.LoadLocation(launch.ZoneAtNoon(now))
		if err != nil {
			t.Fatal(err)
		}
		if got := now.In(zone).Hour(); got != 12 {
			t.Errorf("at %d h UTC it is %d h", hour, got)
		}
	}
}
