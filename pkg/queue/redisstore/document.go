package redisstore

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// A document is kept three times: as text for gateways, its numbers for scripts, and its plan as records for Advance.

// storedDocument is the text. Its version is with the numbers.
type storedDocument struct {
	Pace struct {
		Mode      queue.Mode `json:"mode"`
		Open      bool       `json:"open,omitempty"` // the mode is queue.ModeOpen: earlier releases read the pause beside it
		Rate      int64      `json:"rate"`
		MaxInside int64      `json:"max_inside"`
		Burst     int64      `json:"burst"`
		Strict    bool       `json:"strict,omitempty"`
	} `json:"pace"`
	Door struct {
		Closed bool  `json:"closed,omitempty"`
		Limit  int64 `json:"limit,omitempty"`
	} `json:"door"`
	Timing   map[string]int64 `json:"timing"` // milliseconds
	Plan     []storedStep     `json:"plan,omitempty"`
	Settings []byte           `json:"settings"` // any bytes
}

type storedStep struct {
	At       int64               `json:"at"`
	Opening  []byte              `json:"opening"`
	Rank     uint8               `json:"rank"`
	Phase    queue.Phase         `json:"phase"`
	Draw     bool                `json:"draw,omitempty"`
	SetQuota bool                `json:"set_quota,omitempty"`
	Quota    int64               `json:"quota,omitempty"`
	Per      int64               `json:"per,omitempty"`
	Standby  int64               `json:"standby,omitempty"`
	Reset    bool                `json:"reset,omitempty"`
	SetShare bool                `json:"set_share,omitempty"`
	Share    int64               `json:"share,omitempty"`
	Floor    bool                `json:"floor,omitempty"`
	SetW     bool                `json:"set_weights,omitempty"`
	Weights  *[queue.Lanes]int64 `json:"weights,omitempty"`
}

// durations are those of a timing by the names that scripts have for them.
func durations(t *queue.Timing) map[string]*time.Duration {
	return map[string]*time.Duration{
		"absent": &t.Absent, "confirm": &t.Confirm, "window": &t.Window, "lead": &t.Lead, "active": &t.Active, "page": &t.Page,
		"idle": &t.Idle, "max": &t.Max, "resume": &t.Resume, "life": &t.Life, "hold": &t.Hold, "grace": &t.Grace,
	}
}

// encodeDocument is the text of a document.
func encodeDocument(d *queue.Document) ([]byte, error) {
	s := storedDocument{Timing: map[string]int64{}, Settings: []byte(d.Settings)}
	p := d.Pace
	s.Pace.Mode, s.Pace.Rate, s.Pace.MaxInside, s.Pace.Burst, s.Pace.Strict = p.Mode, p.Rate, p.MaxInside, p.Burst, p.Strict
	if p.Mode == queue.ModeOpen {
		s.Pace.Mode, s.Pace.Open = queue.ModePause, true
	}
	s.Door.Closed, s.Door.Limit = d.Door.Closed, d.Door.Limit
	for name, length := range durations(&d.Timing) {
		s.Timing[name] = length.Milliseconds()
	}
	for i := range d.Plan {
		st := &d.Plan[i]
		one := storedStep{
			At: st.At, Opening: []byte(st.Opening), Rank: st.Rank, Phase: st.Phase, Draw: st.Draw, SetQuota: st.SetQuota,
			Quota: st.Quota, Per: st.Per, Standby: st.Standby, Reset: st.Reset, SetShare: st.SetShare, Share: st.Share, Floor: st.Floor,
			SetW: st.SetWeights,
		}
		if st.Weights != [queue.Lanes]int64{} {
			one.Weights = &st.Weights
		}
		s.Plan = append(s.Plan, one)
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return text, nil
}

// decodeDocument reads what encodeDocument wrote.
func decodeDocument(text string, version int64) (d queue.Document, err error) {
	var s storedDocument
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return d, fmt.Errorf("document: %w", err)
	}
	d = queue.Document{
		Version: version, Door: queue.Door{Closed: s.Door.Closed, Limit: s.Door.Limit}, Settings: string(s.Settings),
		Pace: queue.Pace{
			Mode: s.Pace.Mode, Rate: s.Pace.Rate, MaxInside: s.Pace.MaxInside, Burst: s.Pace.Burst, Strict: s.Pace.Strict,
		},
	}
	if s.Pace.Open && d.Pace.Mode == queue.ModePause {
		d.Pace.Mode = queue.ModeOpen
	}
	for name, length := range durations(&d.Timing) {
		*length = time.Duration(s.Timing[name]) * time.Millisecond
	}
	for _, one := range s.Plan {
		st := queue.Step{
			At: one.At, Opening: string(one.Opening), Rank: one.Rank, Phase: one.Phase, Draw: one.Draw, SetQuota: one.SetQuota,
			Quota: one.Quota, Per: one.Per, Standby: one.Standby, Reset: one.Reset, SetShare: one.SetShare, Share: one.Share,
			Floor: one.Floor, SetWeights: one.SetW,
		}
		if one.Weights != nil {
			st.Weights = *one.Weights
		}
		d.Plan = append(d.Plan, st)
	}
	return d, nil
}

// packNumbers is what stores read of a document, but the plan.
func packNumbers(d *queue.Document) []byte {
	p := packed{}
	p.set("run", flag(d.Pace.Mode == queue.ModeRun))
	p.set("rate", d.Pace.Rate)
	p.set("max_inside", d.Pace.MaxInside)
	p.set("burst", d.Pace.Burst)
	p.set("strict", flag(d.Pace.Strict))
	p.set("closed", flag(d.Door.Closed))
	p.set("limit", d.Door.Limit)
	for name, length := range durations(&d.Timing) {
		p.set(name, length.Milliseconds())
	}
	return documentFigures.pack(p)
}

// packPlan is the plan in the order in which its steps take effect; see steps.lua. The last value of a step is its position in
// the document, so that two plans differ if their texts do.
func packPlan(plan []queue.Step) (text []byte) {
	places := make([]int, len(plan))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return int(min(1, max(-1, plan[a].At-plan[b].At))) })
	for _, i := range places {
		s := &plan[i]
		text = binary.BigEndian.AppendUint64(text, uint64(s.At))
		text = append(text, byte(len(s.Opening)))
		text = append(text, s.Opening...)
		sets := flag(s.Draw) + 2*flag(s.SetQuota) + 4*flag(s.Reset) + 8*flag(s.SetShare) + 16*flag(s.Floor) + 32*flag(s.SetWeights)
		text = append(text, s.Rank, byte(s.Phase), byte(sets))
		text = binary.BigEndian.AppendUint64(text, math.Float64bits(float64(s.Quota)))
		text = binary.BigEndian.AppendUint64(text, uint64(s.Per))
		text = binary.BigEndian.AppendUint64(text, uint64(s.Standby))
		text = binary.BigEndian.AppendUint16(text, uint16(s.Share))
		for _, w := range s.Weights {
			text = binary.BigEndian.AppendUint16(text, uint16(w))
		}
		text = binary.BigEndian.AppendUint16(text, uint16(i))
	}
	return text
}

// packDocument is a document as scripts take it: format, text, plan, numbers.
func packDocument(d *queue.Document) ([]any, error) {
	text, err := encodeDocument(d)
	if err != nil {
		return nil, err
	}
	return []any{d.Format(), text, packPlan(d.Plan), packNumbers(d)}, nil
}
