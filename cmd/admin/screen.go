package main

import (
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// source is what the screen asks of the gateway. Each call ends by itself.
type source interface {
	// look gives the rooms and the alerts; nil alerts: the gateway tells none.
	look() looked
	// past gives what a room did before; false: that is not known.
	past(room string) (operator.HistoryInfo, bool)
	// set pauses a room or lets it run, and says what was done.
	set(room string, m queue.Mode) (string, error)
	// tick waits for the next look, second for the next second of the clock.
	tick() tea.Msg
	second() tea.Msg
}

// Messages of the screen.
type (
	looked struct {
		rooms  []operator.RoomInfo
		alerts []alerts.Alert
		told   bool // the gateway tells alerts
		err    error
	}
	remembered struct {
		room string
		info operator.HistoryInfo
	}
	done struct {
		text string
		err  error
	}
	lookAgain struct{}
	clock     time.Time
)

// panel is the full-screen view of all rooms. It has no clock and no connection of its own: what it shows is what messages brought.
type panel struct {
	source  source
	address string
	explain func(error) string
	zone    *time.Location

	width, height int
	now           time.Time
	last          looked
	since         time.Time // that nobody answers; zero: somebody does
	trends        map[string]*trend

	selected string // id of a room
	help     bool
	asked    queue.Mode // what is to be confirmed; empty: nothing
	note     string     // what was done last
	wrong    bool       // note is an error
	fatal    error      // what no further look can mend
}

func newPanel(d source, address string, explain func(error) string, now time.Time, zone *time.Location) *panel {
	return &panel{source: d, address: address, explain: explain, zone: zone, now: now, width: screenWidth, height: 24, trends: map[string]*trend{}}
}

// Init begins to look, and the clock.
func (s *panel) Init() tea.Cmd { return tea.Batch(s.look, s.source.second) }

func (s *panel) look() tea.Msg { return s.source.look() }

// Update takes what happened.
func (s *panel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.width, s.height = max(20, msg.Width), max(8, msg.Height)
	case clock:
		s.now = time.Time(msg)
		return s, s.source.second
	case lookAgain:
		return s, s.look
	case looked:
		return s, s.see(msg)
	case remembered:
		if t := s.trends[msg.room]; t != nil {
			t.remember(&msg.info)
		}
	case done:
		s.note, s.wrong = msg.text, msg.err != nil
		if msg.err != nil {
			s.note = s.explain(msg.err)
		}
		return s, s.look
	case tea.KeyPressMsg:
		return s, s.press(msg.String())
	}
	return s, nil
}

// see takes a look. One that fails leaves the figures as they are, with the time since which they are old.
func (s *panel) see(l looked) tea.Cmd {
	if l.err != nil {
		if !passes(l.err, s.last.rooms != nil) {
			s.fatal = l.err
			return tea.Quit
		}
		if s.last.err = l.err; s.since.IsZero() {
			s.since = s.now
		}
		return s.source.tick
	}
	s.last, s.since = l, time.Time{}
	commands := []tea.Cmd{s.source.tick}
	for i := range l.rooms {
		r := &l.rooms[i]
		if s.trends[r.ID] == nil {
			s.trends[r.ID] = newTrend()
			commands = append(commands, s.past(r.ID))
		}
		s.trends[r.ID].see(r)
	}
	if s.room() == nil && len(l.rooms) > 0 {
		s.selected, s.asked = l.rooms[0].ID, ""
	}
	return tea.Batch(commands...)
}

// past asks for what a room did before anybody looked.
func (s *panel) past(room string) tea.Cmd {
	return func() tea.Msg {
		if info, known := s.source.past(room); known {
			return remembered{room, info}
		}
		return nil
	}
}

// passes reports whether an error may be over with the next look: a gateway, or what stands before one that was seen, that restarts.
func passes(err error, seen bool) bool {
	return errors.Is(err, adminclient.ErrUnreachable) || errors.Is(err, adminclient.ErrUnavailable) || seen && errors.Is(err, adminclient.ErrNotAPI)
}

// press does what a key is for. While something is to be confirmed, only y does it; each other key leaves it.
func (s *panel) press(key string) tea.Cmd {
	if key == "ctrl+c" {
		return tea.Quit
	}
	if s.asked != "" {
		m := s.asked
		s.asked = ""
		if key == "y" || key == "Y" {
			return s.act(s.selected, m)
		}
		s.note, s.wrong = "nothing was changed", false
		return nil
	}
	if s.help {
		s.help = false
		return nil
	}
	switch key {
	case "q", "esc":
		return tea.Quit
	case "?", "h":
		s.help = true
	case "up", "k":
		s.step(-1)
	case "down", "j":
		s.step(1)
	case "p":
		s.note = ""
		if r := s.room(); r != nil {
			s.asked = queue.ModePause
			if r.Mode == queue.ModePause {
				s.asked = queue.ModeRun
			}
		}
	}
	return nil
}

func (s *panel) act(room string, m queue.Mode) tea.Cmd {
	s.note, s.wrong = "asking the gateway …", false
	return func() tea.Msg {
		text, err := s.source.set(room, m)
		return done{text, err}
	}
}

// step selects a room further up or down.
func (s *panel) step(by int) {
	rooms := s.last.rooms
	if len(rooms) == 0 {
		return
	}
	s.selected = rooms[min(max(0, s.index()+by), len(rooms)-1)].ID
}

// index is where the selected room stands; -1: nowhere.
func (s *panel) index() int {
	return slices.IndexFunc(s.last.rooms, func(r operator.RoomInfo) bool { return r.ID == s.selected })
}

// room is the selected one; nil: there is none.
func (s *panel) room() *operator.RoomInfo {
	if i := s.index(); i >= 0 {
		return &s.last.rooms[i]
	}
	return nil
}
