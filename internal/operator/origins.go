package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/pkg/queue"
)

// Where a value in force is from.
const (
	FromFile     = "file"     // it is what the configuration says
	FromOperator = "operator" // it was changed since the configuration was applied
)

// Origin is one control of a room: what the configuration says, what is in force, and why.
type Origin struct {
	Name string          `json:"name"`
	File json.RawMessage `json:"file"`
	Now  json.RawMessage `json:"now"`
	// From is FromFile or FromOperator.
	From string `json:"from"`
	// Change is the change that has set the value, as this gateway's record has it; nil: it has none, because another gateway made the change,
	// or it is older than the record.
	Change *ChangedBy `json:"change,omitempty"`
}

// ChangedBy is who changed a value, when and why.
type ChangedBy struct {
	Time   time.Time `json:"time"`
	By     string    `json:"by"`
	Reason string    `json:"reason,omitempty"`
}

// OriginsInfo are the controls of a room.
type OriginsInfo struct {
	ID      string `json:"id"`
	Version int64  `json:"version"` // of the controls in force
	// Origins are in the order of Members; never nil.
	Origins []Origin `json:"origins"`
}

// Origins puts the configuration of a room and what is in force side by side, for the principal in ctx. A changed configuration replaces what
// operators have changed of the same value, and nothing else. Errors are ErrUnknownRoom, ErrNotAllowed and queue.ErrUnavailable.
func (s *Service) Origins(ctx context.Context, id string) (OriginsInfo, error) {
	r, err := s.permitted(ctx, RoleOperator, id)
	if err != nil {
		return OriginsInfo{}, err
	}
	v := r.Line.View()
	if !v.Known || r.File == nil {
		return OriginsInfo{}, queue.ErrUnavailable
	}
	now, file := v.Snapshot.Document, r.File()
	info := OriginsInfo{ID: r.ID, Version: now.Version, Origins: []Origin{}}
	changed := false
	for i := range members {
		m := &members[i]
		o := Origin{Name: m.name, File: valueOf(m.is(&file)), Now: valueOf(m.is(&now)), From: FromFile}
		if !bytes.Equal(o.File, o.Now) {
			o.From, changed = FromOperator, true
		}
		info.Origins = append(info.Origins, o)
	}
	if changed && s.kept != nil {
		s.blame(&info)
	}
	return info, nil
}

// blamed is how many of the latest entries of a room are looked at.
const blamed = audit.MaxLimit

// blame finds the changes that have set the values which are not those of the configuration.
func (s *Service) blame(info *OriginsInfo) {
	page, err := s.kept.List(audit.Query{Room: info.ID, Limit: blamed})
	if err != nil {
		return // the values are right all the same
	}
	for i := range info.Origins {
		o := &info.Origins[i]
		if o.From != FromOperator {
			continue
		}
		for j := range page.Entries { // the latest first
			e := &page.Entries[j]
			var after map[string]json.RawMessage
			if e.Error != "" || json.Unmarshal(e.After, &after) != nil || !setIn(e, o.Name) {
				continue
			}
			if to := after[o.Name]; bytes.Equal(to, o.Now) && e.Principal != nil {
				o.Change = &ChangedBy{Time: e.Time, By: e.Principal.Name, Reason: e.Reason}
			}
			break
		}
	}
}

// setIn reports whether an entry has set a value: it was named, or has become another one.
func setIn(e *audit.Entry, name string) bool {
	var asked, before, after map[string]json.RawMessage
	if json.Unmarshal(e.Asked, &asked) == nil && asked[name] != nil {
		return true
	}
	return json.Unmarshal(e.Before, &before) == nil && json.Unmarshal(e.After, &after) == nil && before[name] != nil &&
		!bytes.Equal(before[name], after[name])
}

// valueOf is the value of a field of the log, as JSON.
func valueOf(f zap.Field) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(objectOf([]zap.Field{f}), &object) != nil || object[f.Key] == nil {
		return json.RawMessage("null")
	}
	return object[f.Key]
}
