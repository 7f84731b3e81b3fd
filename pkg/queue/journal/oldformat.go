package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// What files of FormatOld say differently. They are read into the events of today.

// oldTiming is the timing in the header of a file of FormatOld. What the port of that time did not have is 0.
func oldTiming(header []byte) (t queue.Timing, err error) {
	var h struct {
		Timing struct{ Absent, ClaimWindow, Idle, TicketLife time.Duration } `json:"timing"`
	}
	if err := json.Unmarshal(header, &h); err != nil {
		return t, fmt.Errorf("the header's timing: %w", err)
	}
	t = queue.Timing{
		Absent: h.Timing.Absent, Window: h.Timing.ClaimWindow, Idle: h.Timing.Idle, Life: h.Timing.TicketLife,
	}
	return t, validOld(&t)
}

func validOld(t *queue.Timing) error {
	if min(t.Absent, t.Window, t.Idle) < time.Millisecond || t.Life < t.Idle {
		return errors.New("the header's timing: absent, window and idle want at least a millisecond, and life at least idle")
	}
	return nil
}

// oldLine is a line of FormatOld.
type oldLine struct {
	At       int64         `json:"at"`
	Kind     Kind          `json:"kind"`
	Visitor  ID            `json:"visitor"`
	Epoch    uint64        `json:"epoch"`
	Number   uint64        `json:"number"`
	State    State         `json:"state"`
	Until    int64         `json:"until"`
	Away     bool          `json:"away"`
	Ahead    int64         `json:"ahead"`
	Verb     Kind          `json:"verb"`
	Marks    *oldMarks     `json:"frame"`
	Control  *oldControl   `json:"control"`
	Memory   *oldWatermark `json:"memory"`
	Call     uint64        `json:"call"`
	Intent   bool          `json:"intent"`
	Visitors []ID          `json:"visitors"`
}

// oldControl is what operators set.
type oldControl struct {
	Version int64      `json:"version"`
	Mode    queue.Mode `json:"mode"`
	Pace    struct {
		Rate      int64 `json:"rate"`
		MaxInside int64 `json:"max_inside"`
		Burst     int64 `json:"burst"`
	} `json:"pace"`
	Message string `json:"message"`
	Seed    string `json:"seed"`
	Notes   string `json:"notes"`
}

// oldMarks are the figures of a snapshot. Inside were all live stays.
type oldMarks struct {
	Epoch    uint64      `json:"epoch"`
	Last     uint64      `json:"last"`
	Head     queue.Order `json:"head"`
	Waiting  int64       `json:"waiting"`
	Front    int64       `json:"front"`
	Calls    int64       `json:"calls"`
	Inside   int64       `json:"inside"`
	Joined   int64       `json:"joined"`
	Called   int64       `json:"called"`
	Admitted int64       `json:"admitted"`
	Control  oldControl  `json:"control"`
}

type oldWatermark struct {
	Gateway    string
	Epoch      uint64
	Last       uint64
	Head       queue.Order
	HeadNumber uint64
	Ceiling    uint64
	Control    oldControl
}

// kindControl was the kind of Settle.
const kindControl Kind = "control"

func (l *oldLine) line() line {
	e := Event{
		At: l.At, Kind: l.Kind, Visitor: l.Visitor, Epoch: l.Epoch, Number: l.Number, State: l.State, Until: l.Until,
		Away: l.Away, Ahead: l.Ahead, Verb: l.Verb,
	}
	if l.Kind == kindControl {
		e.Kind = Settle
	}
	if l.Control != nil {
		e.Document = l.Control.document()
	}
	if l.Marks != nil {
		e.Snapshot = l.Marks.marks()
	}
	if m := l.Memory; m != nil {
		e.Watermark = &queue.Watermark{
			Gateway: m.Gateway, Epoch: m.Epoch, Last: m.Last, Heads: [queue.Lanes]queue.Order{m.Head},
			HeadNumbers: [queue.Lanes]uint64{m.HeadNumber}, Ceiling: m.Ceiling, Document: *m.Control.document(),
		}
	}
	return line{Event: e, Call: l.Call, Intent: l.Intent, Visitors: l.Visitors}
}

func (c *oldControl) pace() queue.Pace {
	return queue.Pace{Mode: c.Mode, Rate: c.Pace.Rate, MaxInside: c.Pace.MaxInside, Burst: c.Pace.Burst}
}

func (c *oldControl) document() *queue.Document {
	settings := queue.Settings{Message: c.Message, ValuesHash: c.Seed, Notes: c.Notes}
	return &queue.Document{Version: c.Version, Pace: c.pace(), Settings: settings.Encode()}
}

func (m *oldMarks) marks() *Marks {
	return &Marks{
		Epoch: m.Epoch, Last: m.Last, Heads: [queue.Lanes]queue.Order{m.Head}, Waiting: m.Waiting, Front: m.Front, Calls: m.Calls,
		Live: m.Inside, Joined: m.Joined, Called: m.Called, Admitted: m.Admitted, Version: m.Control.Version,
		Pace: Pace(m.Control.pace()), Share: 1000, Quota: -1,
	}
}
