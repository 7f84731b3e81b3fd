package environment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/loadtest/launch"
)

// Room is the only room.
const Room = launch.RoomID

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
}

// Settings of a gateway.
type Settings struct {
	Store   launch.Store
	Keys    string // keyring file, empty: its own
	State   string // state directory
	Journal string // journal directory
	Site    string // host:port
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
	return &Gateway{Gateway: g, Name: name}, nil
}

func (s *Settings) config() *launch.Config {
	return &launch.Config{
		Store: s.Store, State: launch.State{Dir: s.State, Interval: 200 * time.Millisecond, PlacesInterval: 500 * time.Millisecond},
		Journal: launch.Journal{Dir: s.Journal}, Keys: launch.Keys{File: s.Keys}, StopTimeout: 5 * time.Second,
		Rooms: []launch.Room{{
			ID: Room, Backend: launch.Backend{URL: "http://" + s.Site}, Exclude: []string{OpenPath},
			Pace: launch.Pace{Rate: Rate, MaxInside: MaxInside, Burst: Burst}, Poll: launch.Poll{Min: pollMin, Max: pollMax},
			ClaimWindow: claim, AbsentAfter: absent, Session: launch.Session{Idle: idle},
		}},
	}
}

// Close kills it if it still lives.
func (g *Gateway) Close() {
	if p := g.Process(); p != nil {
		p.Resume()
		g.Kill()
	}
	g.Operators.Close()
}

// Figures asks the admin API.
func (g *Gateway) Figures(ctx context.Context) (operator.RoomInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	info, err := g.Operators.Room(ctx, Room)
	if err != nil {
		err = fmt.Errorf("%s: %w", g.Name, err)
	}
	return info, err
}

// Well says what is wrong with it: nil if its store answers and its snapshot is fresh.
func (g *Gateway) Well(ctx context.Context) error {
	info, err := g.Figures(ctx)
	switch {
	case err != nil:
		return err
	case !info.Store.OK:
		return fmt.Errorf("%s: its store does not answer", g.Name)
	case time.Since(info.AsOf) > 2*time.Second:
		return fmt.Errorf("%s: its snapshot is of %v", g.Name, info.AsOf)
	}
	return nil
}
