package launch

import (
	"path/filepath"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Settings of a gateway with one room, RoomID. Backend is required; the rest has the gateway's defaults.
type Settings struct {
	// Backend is the site's address, http://host:port.
	Backend string
	Pace    queue.Pace
	// Paused: nobody is called until an operator says so.
	Paused bool
	// Timing: what is zero is left to the defaults. Absent is at least 5 minutes, Window at least PollMax.
	Timing           queue.Timing
	PollMin, PollMax time.Duration
}

// OneRoom is the configuration of a gateway with one room that keeps its state and its journal below dir. It never takes the
// site for down, and logs warnings only.
func OneRoom(dir string, s Settings) *Config {
	r := Room{
		ID: RoomID, Backend: Backend{URL: s.Backend, Health: &Health{}},
		Pace: Pace{Rate: s.Pace.Rate, MaxInside: s.Pace.MaxInside, Burst: s.Pace.Burst}, Poll: Poll{Min: s.PollMin, Max: s.PollMax},
		ClaimWindow: s.Timing.Window, AbsentAfter: s.Timing.Absent, TicketLife: s.Timing.Life, Session: Session{Idle: s.Timing.Idle},
	}
	if s.Paused {
		r.Mode = "pause"
	}
	if s.Pace.Strict {
		r.Pace.Inside = "strict"
	}
	return &Config{
		State: State{Dir: filepath.Join(dir, "state")}, Journal: Journal{Dir: filepath.Join(dir, "journal")},
		Log: LogStyle{Level: "warn", Format: "json"}, Limits: Limits{ConnectionsPerIP: 60_000}, Rooms: []Room{r},
	}
}
