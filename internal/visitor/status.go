package visitor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Status is the answer to a poll; docs of internal/web's AppendStatus say what each key means. The sentences are left out.
type Status struct {
	State   string `json:"state"`
	Number  uint64 `json:"number"`
	Ahead   int64  `json:"ahead"` // -1: unknown
	Exact   bool   `json:"exact"`
	Next    int64  `json:"next"` // milliseconds until the next poll, 0 for none
	Stale   bool   `json:"stale"`
	Until   int64  `json:"until"` // seconds for which the call may still be claimed
	Message string `json:"message"`
	Last    bool   `json:"last"`   // the next call that is missed ends the number
	Came    int64  `json:"came"`   // how many have come to the lobby
	Starts  int64  `json:"starts"` // seconds until the lobby's opening starts
}

// Turn reports whether loading the page changes something: it is this visitor's turn, or there is no place any more. After a
// missed call a page asks for a press on a button, which loads it too. At the door the page asks instead, see Browser.Poll.
func (s *Status) Turn() bool {
	switch s.State {
	case "called", "inside", "missed", "none":
		return true
	}
	return false
}

// InLine reports whether the place waits: in the line, whether or not somebody is called at present, or in a lobby.
func (s *Status) InLine() bool {
	switch s.State {
	case "waiting", "front", "paused", "recovering", "lobby", "lots", "drawing", "late", "between", "refill", "over", "standby", "booked", "down":
		return true
	}
	return false
}

// atDoor reports whether a page in this state asks again and again to be let in: it is the visitor's turn and the room is
// full, or its stay ran out and can be resumed.
func atDoor(state string) bool { return state == "full" || state == "resume" }

// The bounds of the time between two polls, and that time when the answer names none.
const (
	soonest = 100 * time.Millisecond
	latest  = 2 * time.Minute
	usual   = 10 * time.Second
)

// Interval is how long until the next poll: 100 ms to 2 minutes, 10 s if the answer names no time.
func (s *Status) Interval() time.Duration {
	if s.Next <= 0 {
		return usual
	}
	return min(max(time.Duration(s.Next)*time.Millisecond, soonest), latest)
}

// PollError is an answer to a poll that is no status.
type PollError struct {
	Status     int
	RetryAfter time.Duration // 0: not said
}

func (e *PollError) Error() string {
	return fmt.Sprintf("%d %s to a poll", e.Status, http.StatusText(e.Status))
}

// readStatus reads the answer to a poll. What is no status is a *PollError.
func readStatus(a *Answer) (Status, error) {
	var s Status
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &s) != nil || s.State == "" {
		return Status{}, &PollError{a.Status, a.RetryAfter}
	}
	return s, nil
}
