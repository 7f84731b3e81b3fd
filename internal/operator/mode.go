package operator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/einlass/einlass/pkg/queue"
)

// ModeWord is what a room is to do from now on, as one word: it stands for a change of mode and door together.
type ModeWord string

// The words.
const (
	// WordRun calls places at the pace, and gives numbers.
	WordRun ModeWord = "run"
	// WordPause calls nobody. Numbers are given as before.
	WordPause ModeWord = "pause"
	// WordClose gives no more numbers. The line goes on as before; one that stood open to all goes on at the pace.
	WordClose ModeWord = "close"
	// WordDrain gives no more numbers and calls places at the pace, until nobody is left.
	WordDrain ModeWord = "drain"
	// WordOpen lets everybody in at once. The line is kept.
	WordOpen ModeWord = "open"
)

// ModeWords are all of them.
func ModeWords() []ModeWord { return []ModeWord{WordRun, WordPause, WordClose, WordDrain, WordOpen} }

// InForce reports whether a room does what a word stands for.
func (w ModeWord) InForce(r *RoomInfo) bool {
	closed := r.Door == queue.DoorClosed
	switch w {
	case WordRun:
		return r.Mode == queue.ModeRun && !closed
	case WordPause:
		return r.Mode == queue.ModePause
	case WordClose:
		return r.Mode != queue.ModeOpen && closed
	case WordDrain:
		return r.Mode == queue.ModeRun && closed
	case WordOpen:
		return r.Mode == queue.ModeOpen
	default:
		return false
	}
}

// ModeAct asks for a mode.
type ModeAct struct {
	Mode ModeWord `json:"mode"`
	Because
	Confirmed
	Condition
}

// ModeInfo is a room whose mode was set, with how many people are still to be served: who wait, are called, or are inside.
type ModeInfo struct {
	RoomInfo
	ToServe int64 `json:"to_serve"`
}

// change is the change of the document that a word stands for. what is the mode in force.
func (a *ModeAct) change(mode queue.Mode) Change {
	c := Change{Reason: a.Reason, Confirm: a.Confirm, IfVersion: a.version}
	to := func(m queue.Mode, door string) {
		if m != "" {
			c.Mode = &m
		}
		if door != "" {
			c.Door = &door
		}
	}
	switch a.Mode {
	case WordRun:
		to(queue.ModeRun, queue.DoorOpen)
	case WordPause:
		to(queue.ModePause, "")
	case WordClose:
		to("", queue.DoorClosed)
		if mode == queue.ModeOpen {
			to(queue.ModeRun, "")
		}
	case WordDrain:
		to(queue.ModeRun, queue.DoorClosed)
	case WordOpen:
		to(queue.ModeOpen, "")
	}
	return c
}

func (a *ModeAct) problems() []FieldError {
	if slices.Contains(ModeWords(), a.Mode) {
		return nil
	}
	var words []string
	for _, w := range ModeWords() {
		words = append(words, string(w))
	}
	return []FieldError{{Field: "mode", Detail: fmt.Sprintf("%q: want one of %s", bounded(string(a.Mode)), strings.Join(words, ", "))}}
}

// SetMode does what a word stands for, as one Change, for the principal in ctx. Errors are those of Change. It is recorded as the change.
func (s *Service) SetMode(ctx context.Context, id string, act ModeAct) (ModeInfo, error) {
	r, err := s.permitted(ctx, RoleOperator, id)
	if err != nil {
		return ModeInfo{}, s.Refuse(ctx, id, act.change(""), err)
	}
	if bad := append(act.problems(), textProblems(&act)...); len(bad) > 0 {
		return ModeInfo{}, s.Refuse(ctx, id, act.change(""), &InvalidError{Fields: bad})
	}
	v := r.Line.View()
	info, err := s.Change(ctx, id, act.change(v.Snapshot.Document.Pace.Mode))
	if err != nil {
		return ModeInfo{}, err
	}
	return ModeInfo{RoomInfo: info, ToServe: inPlaces(v) + v.Snapshot.Live}, nil
}
