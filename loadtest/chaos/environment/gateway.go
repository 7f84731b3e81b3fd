package environment

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Room is the room of the crowd that comes all the time, OpeningRoom the one that lives by its schedule. On a cluster both are on
// the same master, so that a fault of one is a fault of the other.
const (
	Room        = launch.RoomID
	OpeningRoom = "impfung"
)

// Rooms are both.
func Rooms() []string { return []string{Room, OpeningRoom} }

// OpeningHost is by which host OpeningRoom is reached. Room has every other.
const OpeningHost = "impfung.example"

// Pace of the room and the times of its visitors. Everything happens ten to sixty times faster than in an office.
const (
	Rate      = 480 // calls a minute
	Burst     = 10
	MaxInside = 160 // a stranger who is let in with nobody waiting is inside for as long as a stay lives
	pollMin   = 400 * time.Millisecond
	pollMax   = 2 * time.Second
	claim     = 40 * time.Second
	absent    = 5 * time.Minute
	idle      = 5 * time.Minute
)

// Gateway is one gateway of a topology.
type Gateway struct {
	*launch.Gateway
	Name string

	settings Settings
}

// Settings of a gateway.
type Settings struct {
	Store   launch.Store
	Keys    string // keyring file, empty: its own
	State   string // state directory
	Journal string // journal directory
	Site    string // host:port of what is behind Room
	Portal  string // and behind OpeningRoom
	// Schedule is that of OpeningRoom, until Plan.
	Schedule *plan.Schedule
}

// NewGateway plans a gateway in a directory of its own below dir.
func NewGateway(program, dir, name string, s Settings) (*Gateway, error) {
	dir = filepath.Join(dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	g, err := launch.NewGateway(program, dir, s.config())
	if err != nil {
		return nil, err
	}
	g.Ready = g.URL() + "/.einlass/status" // its store may be away: then it is not ready, and serves all the same
	return &Gateway{Gateway: g, Name: name, settings: s}, nil
}

// Plan writes the schedule of OpeningRoom into the configuration, and lets the gateway read it.
func (g *Gateway) Plan(schedule *plan.Schedule) error {
	g.settings.Schedule = schedule
	if err := g.Rewrite(g.settings.config()); err != nil {
		return fmt.Errorf("%s: %w", g.Name, err)
	}
	g.Process().Hangup()
	return nil
}

func (s *Settings) config() *launch.Config {
	return &launch.Config{
		Store: s.Store, State: launch.State{Dir: s.State, Interval: 200 * time.Millisecond, PlacesInterval: 500 * time.Millisecond},
		Journal: launch.Journal{Dir: s.Journal}, Keys: launch.Keys{File: s.Keys}, StopTimeout: 5 * time.Second,
		Rooms: []launch.Room{{
			ID: Room, Backend: launch.Backend{URL: "http://" + s.Site}, Exclude: []string{OpenPath},
			Pace: launch.Pace{Rate: Rate, MaxInside: MaxInside, Burst: Burst}, Poll: launch.Poll{Min: pollMin, Max: pollMax},
			ClaimWindow: claim, AbsentAfter: absent, Session: launch.Session{Idle: idle},
		}, s.openingRoom()},
	}
}

// openingRoom is a room whose pace bounds nobody: the slots of its openings do. It knows what is booked by the portal's answers.
func (s *Settings) openingRoom() launch.Room {
	const path, redirect = "/termine/angaben", "/buchung"
	return launch.Room{
		ID: OpeningRoom, Hosts: []string{OpeningHost}, Backend: launch.Backend{URL: "http://" + s.Portal}, Exclude: []string{"/buchung"},
		Bookings: []launch.Booking{{Path: path, Method: http.MethodPost, Redirect: redirect, Ref: "redirect"}},
		Finish:   []launch.Finish{{Path: path, Method: http.MethodPost, Redirect: redirect}},
		Schedule: s.Schedule, Pace: launch.Pace{Rate: 6000, Burst: 20}, Poll: launch.Poll{Min: pollMin, Max: OpeningPoll},
		ClaimWindow: OpeningIdle, AbsentAfter: absent, Session: launch.Session{Idle: OpeningIdle},
	}
}

// OpeningPoll is how often the pages of OpeningRoom ask at least, and OpeningIdle how long a call and a stay hold a slot for somebody who
// does nothing: an opening is to be over in seconds.
const (
	OpeningPoll = 1500 * time.Millisecond
	OpeningIdle = 30 * time.Second
)

// Close kills it if it still lives.
func (g *Gateway) Close() {
	if p := g.Process(); p != nil {
		p.Resume()
		g.Kill()
	}
	g.Operators.Close()
}

// Figures asks the admin API about the crowd's room.
func (g *Gateway) Figures(ctx context.Context) (operator.RoomInfo, error) {
	return g.FiguresOf(ctx, Room)
}

// FiguresOf asks the admin API about a room.
func (g *Gateway) FiguresOf(ctx context.Context, room string) (operator.RoomInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	info, err := g.Operators.Room(ctx, room)
	if err != nil {
		err = fmt.Errorf("%s: %w", g.Name, err)
	}
	return info, err
}

// Well says what is wrong with it: nil if its store answers and its snapshots are fresh.
func (g *Gateway) Well(ctx context.Context) error {
	for _, room := range Rooms() {
		info, err := g.FiguresOf(ctx, room)
		switch {
		case err != nil:
			return err
		case !info.Store.OK:
			return fmt.Errorf("%s: its store does not answer for %s", g.Name, room)
		case time.Since(info.AsOf) > 2*time.Second:
			return fmt.Errorf("%s: its snapshot of %s is of %v", g.Name, room, info.AsOf)
		}
	}
	return nil
}
