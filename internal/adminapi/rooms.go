package adminapi

import (
	"context"
	"errors"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Rooms is what the API shows and changes. Implementations are safe for concurrent use.
type Rooms interface {
	// List gives all rooms in the order of the configuration.
	List() []RoomInfo
	// Get gives one room; false if there is none of that id.
	Get(id string) (RoomInfo, bool)
	// Update changes the controls of a room with change.Apply, as often as others are quicker, and gives the room
	// as it is then. Errors are those of Apply, ErrUnknownRoom or the store's.
	Update(ctx context.Context, id string, change Change) (RoomInfo, error)
}

var (
	// ErrUnknownRoom means that no room has the id.
	ErrUnknownRoom = errors.New("there is no such room")
	// ErrVersion means that the controls are not of the version that the change was made for.
	ErrVersion = errors.New("the controls have changed since")
)

// RoomInfo is one room as operators see it.
type RoomInfo struct {
	ID    string `json:"id"`
	Title string `json:"title"`

	// The controls, which a PATCH can change, and their version.
	Rate      int64      `json:"rate"`       // calls per minute
	MaxInside int64      `json:"max_inside"` // 0: no bound
	Burst     int64      `json:"burst"`      // calls at once
	Mode      queue.Mode `json:"mode"`
	Message   string     `json:"message"`
	Version   int64      `json:"version"`

	// The line at AsOf, which is the store's time; the zero time if there has been no frame yet.
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
	// Backends are the addresses behind the room as this gateway sees them.
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

// Store tells whether the line's memory answers this gateway.
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

// SetFrame fills in everything that a frame tells.
func (r *RoomInfo) SetFrame(f *queue.Snapshot) {
	r.SetControl(f.Control)
	r.AsOf = time.UnixMilli(f.Now).UTC()
	r.Epoch, r.HeadNumber, r.LastNumber = f.Epoch, f.HeadNum, f.Last
	r.Waiting, r.Front, r.Calls, r.Inside, r.Gateways = f.Waiting, f.Front, f.Calls, f.Inside, f.Gateways
	r.Totals = Totals{Joined: f.Joined, Called: f.Called, Admitted: f.Admitted, Finished: f.Finished, Left: f.Left}
}

// SetControl fills in the controls.
func (r *RoomInfo) SetControl(c queue.Control) {
	r.Rate, r.MaxInside, r.Burst = c.Pace.Rate, c.Pace.MaxInside, c.Pace.Burst
	r.Mode, r.Message, r.Version = c.Mode, c.Message, c.Version
}
