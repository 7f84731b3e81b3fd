package operator

import (
	"context"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Line is what the service needs of a room's line; *queue.Room is one.
type Line interface {
	View() *queue.View
	// Update changes the controls as queue.Room.Update does.
	Update(ctx context.Context, change func(*queue.Control) error) (queue.Control, error)
}

// Room is one room that operators see and change.
type Room struct {
	ID, Title string
	Line      Line
	// Backends returns the addresses behind the room as this gateway sees them.
	Backends func() []Backend
}

// RoomInfo is one room as operators see it.
type RoomInfo struct {
	ID    string `json:"id"`
	Title string `json:"title"`

	// The controls, which a Change can change, and their version.
	Rate      int64      `json:"rate"`       // calls per minute
	MaxInside int64      `json:"max_inside"` // 0: no bound
	Burst     int64      `json:"burst"`      // calls at once
	Mode      queue.Mode `json:"mode"`
	Message   string     `json:"message"`
	Version   int64      `json:"version"`

	// The line at AsOf, which is the store's time; the zero time if there has been no snapshot yet.
	AsOf       time.Time `json:"as_of"`
	Epoch      uint64    `json:"epoch"`
	Waiting    int64     `json:"waiting"`
	Front      int64     `json:"front"`
	Calls      int64     `json:"calls"`
	Inside     int64     `json:"inside"`
	HeadNumber uint64    `json:"head_number"`
	LastNumber uint64    `json:"last_number"`
	Gateways   int64     `json:"gateways"`

	Totals Totals `json:"totals"`
	Store  Store  `json:"store"`
	// Backends are the addresses behind the room as this gateway sees them; never nil.
	Backends []Backend `json:"backends"`
}

// Totals count since the store began to.
type Totals struct {
	Joined   int64 `json:"joined"`
	Called   int64 `json:"called"`
	Admitted int64 `json:"admitted"`
	Finished int64 `json:"finished"`
	Left     int64 `json:"left"`
}

// Store tells whether the line's store answers this gateway.
type Store struct {
	OK bool `json:"ok"`
	// StaleSince is when it last answered, if it does not any more.
	StaleSince *time.Time `json:"stale_since,omitempty"`
}

// Backend is one address behind a room.
type Backend struct {
	Address  string `json:"address"`
	Up       bool   `json:"up"`
	InFlight int    `json:"in_flight"`
	// Detail says what is wrong with it, in words for operators.
	Detail string `json:"detail,omitempty"`
}

// SetSnapshot fills in everything that a snapshot tells.
func (r *RoomInfo) SetSnapshot(s *queue.Snapshot) {
	r.SetControl(s.Control)
	r.AsOf = time.UnixMilli(s.Now).UTC()
	r.Epoch, r.HeadNumber, r.LastNumber = s.Epoch, s.HeadNum, s.Last
	r.Waiting, r.Front, r.Calls, r.Inside, r.Gateways = s.Waiting, s.Front, s.Calls, s.Inside, s.Gateways
	r.Totals = Totals{Joined: s.Joined, Called: s.Called, Admitted: s.Admitted, Finished: s.Finished, Left: s.Left}
}

// SetControl fills in the controls.
func (r *RoomInfo) SetControl(c queue.Control) {
	r.Rate, r.MaxInside, r.Burst = c.Pace.Rate, c.Pace.MaxInside, c.Pace.Burst
	r.Mode, r.Message, r.Version = c.Mode, c.Message, c.Version
}

// info describes the room by the latest snapshot.
func (r *Room) info() RoomInfo {
	v := r.Line.View()
	info := RoomInfo{ID: r.ID, Title: r.Title, Store: Store{OK: v.Known && v.Stale == 0}, Backends: r.Backends()}
	if v.Known {
		info.SetSnapshot(&v.Snapshot)
	}
	if v.Stale != 0 {
		since := time.UnixMilli(v.Stale).UTC()
		info.Store.StaleSince = &since
	}
	if info.Backends == nil {
		info.Backends = []Backend{}
	}
	return info
}
