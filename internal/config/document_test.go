package config

import (
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestADefaultRoomIsADocumentThatTheLineAccepts(t *testing.T) {
	r := DefaultRoom()
	r.Message, r.Pace.Burst = "Gleich.", 2
	d := r.Document()
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	want := queue.DefaultTiming()
	if d.Timing != want {
		t.Errorf("timing %+v, want %+v", d.Timing, want)
	}
	if d.Message() != "Gleich." || d.Pace != (queue.Pace{Mode: "run", Rate: 60, MaxInside: 100, Burst: 2}) {
		t.Errorf("%+v", d)
	}
	r.Pace.Inside = InsideStrict
	if d := r.Document(); !d.Pace.Strict {
		t.Error("a strict bound does not arrive")
	}
}

// What was good before there were bounds for it stays good.
func TestValuesOfBeforeAreReadAsWhatComesClosestAndWarnedOf(t *testing.T) {
	const most = 24 * time.Hour
	for _, c := range []struct {
		name string
		set  func(*Room)
		want queue.Timing // of its Max, Active and Resume
		said []string
	}{
		{"defaults", func(*Room) {}, queue.Timing{Max: 2 * time.Hour, Active: 2 * time.Second, Resume: 30 * time.Minute}, nil},
		{
			"no bound", func(r *Room) { r.Session.Max = 0 },
			queue.Timing{Max: most, Active: 2 * time.Second, Resume: 30 * time.Minute},
			[]string{"rooms[0].session.max: 0s is read as 24h0m0s: no stay is longer than ticket_life"},
		},
		{
			"stays that are longer than tickets", func(r *Room) { r.Session.Max = 8784 * time.Hour },
			queue.Timing{Max: most, Active: 2 * time.Second, Resume: 30 * time.Minute},
			[]string{"rooms[0].session.max: 8784h0m0s is read as 24h0m0s: no stay is longer than ticket_life"},
		},
		{
			"a short idle time", func(r *Room) { r.Session.Idle, r.Session.Active = 3*time.Second, 5*time.Second },
			queue.Timing{Max: 2 * time.Hour, Active: 3 * time.Second, Resume: 30 * time.Minute},
			[]string{"rooms[0].session.active: 5s is read as 3s: it is more than session.idle"},
		},
		{
			"a long idle time", func(r *Room) { r.Session.Idle, r.Session.Max = most, most },
			queue.Timing{Max: most, Active: 2 * time.Second},
			[]string{"rooms[0].session.resume: 30m0s is read as 0s: session.idle and session.resume together are more than ticket_life"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := DefaultRoom()
			c.set(&r)
			got := r.Timing()
			if err := got.Validate(); err != nil {
				t.Error(err)
			}
			if got.Max != c.want.Max || got.Active != c.want.Active || got.Resume != c.want.Resume {
				t.Errorf("max %v, active %v, resume %v", got.Max, got.Active, got.Resume)
			}
			var said []string
			for _, p := range (&Config{Rooms: []Room{r}}).Warnings() {
				said = append(said, p.Error())
			}
			if !slices.Equal(said, c.said) {
				t.Errorf("warned of %q, want %q", said, c.said)
			}
		})
	}
}

// The least and the most that check accepts of each time are accepted by the line, whatever the others are.
func TestWhatCheckAcceptsTheLineAccepts(t *testing.T) {
	const s, m, h = time.Second, time.Minute, time.Hour
	for _, idle := range []time.Duration{s, 7 * s, 10 * m, 24 * h} {
		for _, life := range []time.Duration{24 * h, longest} {
			for _, poll := range []time.Duration{100 * time.Millisecond, 2 * m} {
				for _, active := range append(queue.CurveEdges(), idle) {
					for _, resume := range []time.Duration{0, 24 * h} {
						r := DefaultRoom()
						r.ID, r.Backend.Addresses, r.Pace.Burst = "a", []string{"http://b"}, 2
						r.Session = Session{Idle: idle, Max: longest, Resume: resume, Active: active, Page: idle}
						r.AbsentAfter, r.ConfirmWithin, r.ClaimWindow = 5*m, 4*m, max(poll, s)
						r.TicketLife, r.Poll = life, Poll{Min: 100 * time.Millisecond, Max: poll}
						ch := &checker{}
						ch.room(&r, "r")
						if len(ch.problems) > 0 {
							t.Fatalf("refused: %v", ch.err())
						}
						if err := r.Timing().Validate(); err != nil {
							t.Fatalf("idle %v, life %v, poll %v, active %v, resume %v: %v", idle, life, poll, active, resume, err)
						}
					}
				}
			}
		}
	}
}

func TestCallsRunAheadByTheTimeInWhichAPageHearsOfThem(t *testing.T) {
	for _, tt := range []struct {
		poll string
		want time.Duration
	}{{"", 4500 * time.Millisecond}, {", poll: {min: 10s, max: 30s}", 8 * time.Second}, {", poll: {min: 1s}", 3500 * time.Millisecond}} {
		c, err := loadText("listen: {http: \":8080\"}\nrooms: [{id: a, backend: {url: http://127.0.0.1:8000}"+tt.poll+"}]\n", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Rooms[0].Timing().Lead; got != tt.want {
			t.Errorf("%q: got %v, want %v", tt.poll, got, tt.want)
		}
	}
	if got := queue.DefaultTiming().Lead; got != 4500*time.Millisecond {
		t.Errorf("without a configuration: got %v", got)
	}
}
