package queue_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// inMinutes is a clock so many minutes after the beginning of a test.
func inMinutes(n int) string {
	return time.UnixMilli(engineStart).UTC().Add(time.Duration(n) * time.Minute).Format("15:04")
}

// today is an opening on the date of the test.
func today(lobby, start, end int) plan.Opening {
	return plan.Opening{Dates: []string{time.UnixMilli(engineStart).UTC().Format(time.DateOnly)}, Lobby: inMinutes(lobby), Start: inMinutes(start), End: inMinutes(end), Quota: 5}
}

func scheduled(openings ...plan.Opening) (cfg queue.RoomConfig) {
	s := plan.Schedule{Zone: "UTC", Openings: openings}
	cfg.Planner = plan.Planner{}
	cfg.Document.SetSchedule(s.Encode())
	return cfg
}

// phases notes each change of the phase while time goes by.
func (e *engine) phases(minutes int) (all []string) {
	e.t.Helper()
	last := ""
	for range 60 * minutes {
		e.pass(time.Second)
		if phase := e.room.View().Snapshot.Opening.Phase.String(); phase != last {
			last = phase
			all = append(all, fmt.Sprintf("%d %s", (e.now.Load()-engineStart)/60_000, phase))
		}
	}
	return all
}

func TestARoomOpensAndClosesByItsSchedule(t *testing.T) {
	e := newEngine(t, scheduled(today(5, 10, 20)))
	if j, err := e.room.Arrive(queue.Arrival{}); err != nil || j.State != queue.StateRefused {
		t.Errorf("an arrival before the first opening: %+v, %v", j, err)
	}
	want := []string{"0 closed", "5 lobby", "10 open", "20 closed"}
	if got := e.phases(30); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if q := e.room.View().Snapshot.Opening.Quota; q != 5 {
		t.Errorf("quota %d", q)
	}
}

// TestAScheduleOfAnEditedFileIsInForceWithTheNextTick moves the start a few seconds before it: the old one must not come.
func TestAScheduleOfAnEditedFileIsInForceWithTheNextTick(t *testing.T) {
	cfg := queue.RoomConfig{Planner: plan.Planner{}, Document: controls(queue.ModeRun, 60, "")}
	file := func(o plan.Opening) queue.RoomConfig {
		s := plan.Schedule{Zone: "UTC", Openings: []plan.Opening{o}}
		cfg.Document.SetSchedule(s.Encode())
		return cfg
	}
	e := newEngine(t, file(today(5, 10, 40)))
	e.phases(9)
	e.pass(53 * time.Second)
	read := func(o plan.Opening) {
		t.Helper()
		if err := e.room.Reconfigure(file(o)); err != nil {
			t.Fatal(err)
		}
	}
	read(today(5, 12, 40))
	if got, want := e.phases(5), []string{"9 lobby", "12 open"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	o := today(5, 12, 40)
	o.Quota = 9
	read(o)
	e.pass(time.Second)
	if q := e.room.View().Snapshot.Opening.Quota; q != 9 {
		t.Errorf("a second after the file was read the quota is %d, want 9", q)
	}
}

func TestAScheduleThatIsChangedIsInForceWithTheNextTick(t *testing.T) {
	e := newEngine(t, scheduled(today(5, 10, 40)))
	e.phases(15)
	e.set(func(d *queue.Document) {
		o := today(5, 10, 30)
		o.Quota = 9
		s := plan.Schedule{Zone: "UTC", Openings: []plan.Opening{o}}
		d.SetSchedule(s.Encode())
	})
	e.pass(time.Second)
	if o := e.room.View().Snapshot.Opening; o.Quota != 9 || o.Phase != queue.PhaseOpen {
		t.Errorf("after the change: %+v", o)
	}
	if got, want := e.phases(30), []string{"15 open", "30 closed"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	e.set(func(d *queue.Document) { d.SetSchedule("") })
	e.pass(time.Second)
	if o := e.room.View().Snapshot.Opening; o.Phase != queue.PhaseOpen || o.Quota != -1 {
		t.Errorf("without a schedule: %+v", o)
	}
}
