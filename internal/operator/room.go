package operator

import (
	"context"
	"time"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/internal/history"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// Line is what the service needs of a room's line; *queue.Room is one.
type Line interface {
	View() *queue.View
	// Document reads the document in the store as queue.Room.Document does.
	Document(ctx context.Context) (queue.Document, error)
	// Update changes the document as queue.Room.Update does.
	Update(ctx context.Context, change func(*queue.Document) error) (queue.Document, error)
	// Report tells outcomes as queue.Room.Report does.
	Report(ctx context.Context, outcomes ...queue.Outcome) error
	// EndStays ends all stays as queue.Room.EndStays does.
	EndStays(ctx context.Context) (ended int64, err error)
	DebugLine
}

// Room is one room that operators see and change.
type Room struct {
	ID, Title string
	Line      Line
	// Languages are the tags of those that the room's pages are in; nil: they are not known.
	Languages []string
	// Draws returns the published records of the room's draws, the latest first; nil: there are none.
	Draws func() [][]byte
	// Undrawn returns the openings with a record of which nothing was drawn; nil: there are none.
	Undrawn func() []string
	// Page is the page that somebody would see who came now, with its header fields; nil: it is not shown.
	Page func(tag string) (body []byte, headers []string, ok bool)
	// Backends returns the addresses behind the room as this gateway sees them.
	Backends func() []Backend
	// Ref is what is kept of the site's own name of a booking, or of what gave it back.
	Ref func(kind queue.OutcomeKind, name string) queue.Code
	// File is the document as the configuration has it; nil: it is not known.
	File func() queue.Document
	// Journals names the journals of the room that there are; nil: none are written.
	Journals func() ([]string, error)
	// Places are those of people without a browser; nil: there are none.
	Places *Places
	// Door makes the room's codes and invitations.
	Door *door.Issuer
	// History is what the room did in a span before now, in so many points; nil: nobody has watched.
	History func(span time.Duration, points int) history.Answer
}

// RoomInfo is one room as operators see it.
type RoomInfo struct {
	ID    string `json:"id"`
	Title string `json:"title"`

	// The controls, which a Change can change, and their version.
	Rate      int64      `json:"rate"`       // entries per minute
	MaxInside int64      `json:"max_inside"` // 0: no bound
	Burst     int64      `json:"burst"`      // entries at once
	Strict    bool       `json:"strict"`     // each stay counts in full
	Mode      queue.Mode `json:"mode"`
	Message   string     `json:"message"`
	// Messages are shown instead of it in single languages, by their tags.
	Messages map[string]string `json:"messages"`
	// MessageUntil is when they are over, in RFC 3339; empty: when somebody takes them away. MessageExpired: they are, and no page shows them.
	MessageUntil   string `json:"message_until"`
	MessageExpired bool   `json:"message_expired,omitempty"`
	// Health is what is done with the judgement of the site's health: act, advise or off.
	Health queue.HealthMode `json:"health"`
	// Schedule is what the room does when, as in the configuration; empty: it is open all the time.
	Schedule plan.Schedule `json:"schedule"`
	// Door is open or closed, CloseAt how many places close it in any opening; 0: none.
	Door    string `json:"door"`
	CloseAt int64  `json:"close_at"`
	Version int64  `json:"version"`

	// Timing is that of the line, by the keys of the configuration and in seconds. It cannot be changed here.
	Timing Timing `json:"timing"`

	// The line at AsOf, which is the store's time; the zero time if there has been no snapshot yet.
	AsOf       time.Time `json:"as_of"`
	Epoch      uint64    `json:"epoch"`
	Waiting    int64     `json:"waiting"`
	Front      int64     `json:"front"`
	Calls      int64     `json:"calls"`
	Asking     int64     `json:"asking"`  // their turn, and the room is full
	Inside     int64     `json:"inside"`  // live stays
	Counted    float64   `json:"counted"` // what of it counts as inside
	HeadNumber uint64    `json:"head_number"`
	LastNumber uint64    `json:"last_number"`
	Gateways   int64     `json:"gateways"`

	// Opening is what takes effect of the room's plan.
	Opening Opening `json:"opening"`

	// Why is the pace that is asked for beside the one in force, Wait how long waiting takes. Left is what is not booked of the opening's
	// quota, null: it has none.
	Why  Why    `json:"why"`
	Wait Wait   `json:"wait"`
	Left *int64 `json:"left"`

	// Site is how the site does, by the judgement of all gateways.
	Site Site `json:"site"`

	Totals Totals `json:"totals"`
	// Usage is how much of what was possible was used of late.
	Usage Usage `json:"usage"`
	// Promises are the ranges of the wait that pages were told.
	Promises Promises `json:"promises"`
	// Chances are the words that pages were told about the chance that something is left; absent where no opening had a quota.
	Chances *Chances `json:"chances,omitempty"`
	Store   Store    `json:"store"`
	// Backends are the addresses behind the room as this gateway sees them; never nil.
	Backends []Backend `json:"backends"`
	// Undo is, in the answer to a change, the change that reverts it: to be made on the condition of Version. Absent: nothing has changed.
	Undo *Change `json:"undo,omitempty"`
}

// SiteInfo is how the addresses behind one room do, as this gateway sees them.
type SiteInfo struct {
	Room     string
	Backends []Backend
}

// Timing holds durations in seconds.
type Timing struct {
	AbsentAfter   float64 `json:"absent_after"`
	ConfirmWithin float64 `json:"confirm_within"`
	ClaimWindow   float64 `json:"claim_window"`
	Lead          float64 `json:"lead"` // how far calls run ahead of seats and pace
	Active        float64 `json:"active"`
	Page          float64 `json:"page"`
	Idle          float64 `json:"idle"`
	Max           float64 `json:"max"`
	Resume        float64 `json:"resume"`
	TicketLife    float64 `json:"ticket_life"`
	Hold          float64 `json:"hold"`  // nobody is called for so long after a loss,
	Grace         float64 `json:"grace"` // and when nothing was remembered
}

// Opening is the phase of a room and what is booked.
type Opening struct {
	Phase string `json:"phase"`
	Name  string `json:"name,omitempty"`
	// Quota is how many may be booked; without one Booked is how many were told.
	Quota  *int64 `json:"quota,omitempty"`
	Booked int64  `json:"booked"`
}

func openingOf(o *queue.Opening) Opening {
	out := Opening{Phase: o.Phase.String(), Name: o.Name, Booked: o.Booked}
	if quota := o.Quota; quota >= 0 {
		out.Quota = &quota
	}
	return out
}

// Totals count since the store began to.
type Totals struct {
	Joined   int64 `json:"joined"`
	Called   int64 `json:"called"`
	Admitted int64 `json:"admitted"`
	Finished int64 `json:"finished"`
	Left     int64 `json:"left"`
}

// Site is what is known of the site's health, and what is done about it.
type Site struct {
	// Factor multiplies the pace that is in force; Advised is what it would be, or is, by the judgement.
	Factor  float64 `json:"factor"`
	Advised float64 `json:"advised"`
	// Reason is why Advised is not 1: latency, errors, down or start; Words say it for people, empty: there is nothing to say.
	Reason string `json:"reason,omitempty"`
	Words  string `json:"words,omitempty"`
	// Median and Usual are the seconds that answers took of late, and take usually; Failed is the part of requests that failed.
	Median float64 `json:"median"`
	Usual  float64 `json:"usual"`
	Failed float64 `json:"failed"`
}

// siteOf is what a snapshot says of the site.
func siteOf(s *queue.Snapshot) Site {
	mode := s.Document.HealthMode()
	h := Site{Factor: float64(s.Judgement.Factor) / 1000, Advised: 1}
	state := admission.ReadState(s.HealthText())
	if state.Pace == 0 || mode == queue.HealthOff {
		return h
	}
	h.Advised, h.Reason = float64(state.Factor())/1000, string(state.Reason)
	h.Words = state.Words(mode == queue.HealthAdvise)
	h.Median, h.Usual, h.Failed = float64(state.Median)/1000, float64(state.Usual)/1000, float64(state.Failed)/1000
	return h
}

// Promises counts the ranges of the wait that have ended, by whether the turn came within the range, earlier or later. Of the latest
// Recent, RecentKept were kept.
type Promises struct {
	Kept       int64 `json:"kept"`
	Early      int64 `json:"early"`
	Late       int64 `json:"late"`
	Recent     int64 `json:"recent"`
	RecentKept int64 `json:"recent_kept"`
}

// Store tells whether the line's store answers this gateway.
type Store struct {
	OK bool `json:"ok"`
	// StaleSince is when it last answered, if it does not any more.
	StaleSince *time.Time `json:"stale_since,omitempty"`
}

// Backend is one address behind a room.
type Backend struct {
	Address string `json:"address"`
	// Up: State is "ok".
	Up bool `json:"up"`
	// State is "ok", "failing" (most requests of the last minute got a status of 500 and above or no answer), "unreachable" (the last
	// attempt to connect failed) or "down" (the health check fails).
	State    string `json:"state,omitempty"`
	InFlight int    `json:"in_flight"`
	// Requests of the last minute, and those of them that failed. Median and Slow (the 95th percentile) are the seconds until an
	// answer began, to within a factor of two.
	Requests int     `json:"requests"`
	Failed   int     `json:"failed"`
	Median   float64 `json:"median"`
	Slow     float64 `json:"slow"`
	// Detail says what is wrong with it, in words for operators.
	Detail string `json:"detail,omitempty"`
}

// SetSnapshot fills in everything that a snapshot tells.
func (r *RoomInfo) SetSnapshot(s *queue.Snapshot) {
	r.AsOf = time.UnixMilli(s.Now).UTC()
	r.SetDocument(&s.Document)
	r.Epoch, r.HeadNumber, r.LastNumber = s.Epoch, s.HeadNumbers[0], s.Last
	r.Waiting, r.Front, r.Calls, r.Asking, r.Inside, r.Gateways = s.Waiting, s.Front, s.Calls, s.Asking, s.Live, s.Gateways
	r.Counted = float64(s.Counted) / 1000
	r.Opening, r.Left = openingOf(&s.Opening), leftOf(&s.Opening)
	r.Site = siteOf(s)
	r.Promises = Promises(s.Promises())
	r.Chances = chancesOf(s)
	r.Totals = Totals{Joined: s.Joined, Called: s.Called, Admitted: s.Admitted, Finished: s.Finished, Left: s.Left}
}

// SetDocument fills in the controls and the timing.
func (r *RoomInfo) SetDocument(d *queue.Document) {
	r.Rate, r.MaxInside, r.Burst, r.Strict = d.Pace.Rate, d.Pace.MaxInside, d.Pace.Burst, d.Pace.Strict
	r.Mode, r.Message, r.Version, r.Health = d.Pace.Mode, d.Message(), d.Version, d.HealthMode()
	if r.Messages = d.Messages(); r.Messages == nil {
		r.Messages = map[string]string{}
	}
	until := d.MessageUntil()
	r.MessageUntil, r.MessageExpired = untilText(until), until != 0 && r.AsOf.UnixMilli() >= until
	r.Door, r.CloseAt = d.DoorState(), d.CloseAt()
	r.Schedule, _ = plan.Decode(d.Schedule()) // one that this release cannot read is in PlanInfo.Warnings
	t := &d.Timing
	r.Timing = Timing{
		AbsentAfter: t.Absent.Seconds(), ConfirmWithin: t.Confirm.Seconds(), ClaimWindow: t.Window.Seconds(), Lead: t.Lead.Seconds(),
		Active: t.Active.Seconds(), Page: t.Page.Seconds(), Idle: t.Idle.Seconds(), Max: t.Max.Seconds(), Resume: t.Resume.Seconds(),
		TicketLife: t.Life.Seconds(), Hold: t.Hold.Seconds(), Grace: t.Grace.Seconds(),
	}
}

// info describes the room by the latest snapshot.
func (r *Room) info() RoomInfo {
	v := r.Line.View()
	info := RoomInfo{ID: r.ID, Title: r.Title, Store: Store{OK: v.Known && v.Stale == 0}, Why: whyOf(v), Backends: r.Backends()}
	if v.Known {
		info.SetSnapshot(&v.Snapshot)
		info.Usage, info.Wait = usageOf(v), waitOf(v)
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
