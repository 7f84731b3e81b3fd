package queue_test

import (
	"math"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// A stay of one request counts for as long as Silence says, by what the store counts at each moment.
func TestAStayThatNobodyFinishesCountsAsLongAsIsSaid(t *testing.T) {
	for _, c := range []struct {
		page   time.Duration
		active time.Duration
		strict bool
		least  time.Duration
		most   time.Duration
	}{
		{10 * time.Minute, 5 * time.Second, false, 4 * time.Minute, 10 * time.Minute},
		{time.Minute, 5 * time.Second, false, 20 * time.Second, time.Minute},
		{20 * time.Second, 5 * time.Second, false, 5 * time.Second, 20 * time.Second},
		{20 * time.Second, 2 * time.Minute, false, 2 * time.Minute, 2 * time.Minute},
		{10 * time.Minute, 5 * time.Second, true, 10 * time.Minute, 10 * time.Minute},
	} {
		d := queue.Document{Timing: queue.DefaultTiming(), Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60, Burst: 1, Strict: c.strict}}
		d.Timing.Page, d.Timing.Active = c.page, c.active
		e := newEngine(t, queue.RoomConfig{Document: d})
		e.pass(5 * time.Second)
		j, err := e.room.Arrive(queue.Arrival{})
		if err != nil || j.State != queue.StateInside {
			t.Fatal(j.State, err)
		}
		e.room.Touch(j.Place.Visitor, j.Started)
		e.room.Flush(t.Context())
		sum := 0.0
		for end := e.now.Load() + d.Timing.Idle.Milliseconds() + 1000; e.now.Load() < end; {
			e.pass(250 * time.Millisecond)
			sum += 0.25 * float64(e.room.View().Snapshot.Counted) / 1000
		}
		said := d.Timing.Silence(c.strict)
		// A stay teaches its own curve while it lasts: what is counted is a little less than what was assumed.
		if math.Abs(sum-said.Seconds()) > 0.15*said.Seconds()+1 || said < c.least || said > c.most {
			t.Errorf("page %v, active %v, strict %v: it counted for %.1f s, want %v, which lies between %v and %v", c.page, c.active, c.strict, sum, said, c.least, c.most)
		}
	}
}
