package launch

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/pkg/queue/plan"
)

func TestTheGatewayReadsWhatIsWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	c := &Config{
		Listen: Listen{HTTP: "127.0.0.1:18080"}, Admin: Admin{Listen: "127.0.0.1:18081", Token: "the-token-of-the-operators"},
		Store: Store{URL: "redis://", Sentinel: Sentinel{Master: "line", Addresses: []string{"127.0.0.1:26379"}}},
		State: State{Dir: "state: #1", Interval: 200 * time.Millisecond}, Keys: Keys{File: "keys.json"}, StopTimeout: 5 * time.Second,
		Limits: Limits{ConnectionsPerIP: 7}, TrustedProxies: []string{"2001:db8::/32"},
		Rooms: []Room{{
			ID: "termine", Exclude: []string{"/open"}, Backend: Backend{URL: "http://127.0.0.1:18082", Health: &Health{}},
			Pace: Pace{Rate: 480, MaxInside: 0, Burst: 10}, Poll: Poll{Min: 400 * time.Millisecond, Max: 2 * time.Second},
			ClaimWindow: 40 * time.Second, Session: Session{Idle: 5 * time.Minute},
			Finish:   []Finish{{Path: "/form", Method: "POST", Redirect: "/done"}},
			Bookings: []Booking{{Path: "/form", Method: "POST", Redirect: "/done", Ref: "redirect"}},
			Schedule: &plan.Schedule{Zone: "Etc/GMT-3", Openings: []plan.Opening{{Dates: []string{"2026-12-01"}, Start: "12:00:07", Quota: 5}}},
		}},
	}
	if err := c.Write(file); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(config.Source{File: file})
	if err != nil {
		t.Fatal(err)
	}
	r, def := got.Rooms[0], config.Default()
	if got.State.Dir != "state: #1" || got.State.Interval != 200*time.Millisecond || got.State.PlacesInterval != def.State.PlacesInterval {
		t.Errorf("state %+v", got.State)
	}
	if got.Limits.ArrivalsPerPrefix.Rate != 0 || got.Limits.ConnectionsPerIP != 7 || got.Limits.Connections != def.Limits.Connections {
		t.Errorf("limits %+v", got.Limits)
	}
	if got.Store.Sentinel.Master != "line" || got.StopTimeout != 5*time.Second {
		t.Errorf("store %+v, stop %v", got.Store, got.StopTimeout)
	}
	if r.ID != "termine" || r.Pace.Rate != 480 || r.Pace.MaxInside != 0 || r.Poll.Max != 2*time.Second || r.Session.Idle != 5*time.Minute {
		t.Errorf("room %+v", r)
	}
	if len(r.Finish) != 1 || r.Finish[0].Redirect != "/done" || len(r.Bookings) != 1 || r.Bookings[0].Ref != "redirect" || len(r.Schedule.Openings) != 1 || r.Schedule.Openings[0].Start != "12:00:07" {
		t.Errorf("finish %+v, schedule %+v", r.Finish, r.Schedule)
	}
	if r.Backend.Health.Failures != 0 {
		t.Errorf("the site counts as down after %d failures", r.Backend.Health.Failures)
	}
}
