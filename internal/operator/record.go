package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/einlass/einlass/internal/audit"
)

// Recorder keeps the record of what was asked for; *audit.Log is one. Append never fails: an act does not depend on its record.
type Recorder interface {
	Append(audit.Entry)
	List(audit.Query) (audit.Page, error)
}

// Acts of the record that are one each. Others have a prefix: "codes: ", "place: ", "debug: ".
const (
	ActChange   = "change"
	ActOutcome  = "outcome"
	ActDrawLine = "draw: line"
)

// ErrNoRecord means that the gateway keeps no record.
var ErrNoRecord = errors.New("this gateway keeps no record, because it has no state.dir; what was done stands in its log")

// KeepIn makes the service keep its record in r, beside the log. It is called before the service is used.
func (s *Service) KeepIn(r Recorder) { s.kept = r }

// NameErrors makes the record name the kinds of errors as code does. It is called before the service is used.
func (s *Service) NameErrors(code func(error) string) { s.code = code }

// Audit returns entries of the record, the latest first, for the principal in ctx: of the rooms that it sees, and what is of no room if it sees
// all. Errors are ErrNotAllowed, ErrUnknownRoom, ErrNoRecord and those of the files.
func (s *Service) Audit(ctx context.Context, q audit.Query) (audit.Page, error) {
	if err := Permit(ctx, RoleAdmin); err != nil {
		return audit.Page{}, err
	}
	if q.Room != "" {
		if _, err := s.seen(ctx, q.Room); err != nil {
			return audit.Page{}, err
		}
	}
	q.Sees = audit.Rooms(PrincipalOf(ctx).Rooms)
	if s.kept == nil {
		return audit.Page{}, ErrNoRecord
	}
	return s.kept.List(q)
}

// Noted is something to record that is no act on a room: a log-in, or a request that was refused.
type Noted struct {
	Act string
	// Room is the room that it was about; empty: none.
	Room   string
	Reason string
	// Asked is what was asked for, as JSON shows it; nil: nothing to say. It names no visitor.
	Asked any
	// Before and After are what was in force.
	Before, After any
	Err           error
}

// Note records something for the principal in ctx. The caller logs it, unless told is false: then it is one of too many refusals, which are
// counted only.
func (s *Service) Note(ctx context.Context, n Noted) (told bool) {
	return s.keep(PrincipalOf(ctx), &note{
		act: n.Act, room: n.Room, reason: n.Reason, asked: jsonOf(n.Asked), before: jsonOf(n.Before), after: jsonOf(n.After), err: n.Err,
	})
}

// note is what the record is to say.
type note struct {
	act, room, reason    string
	asked, before, after json.RawMessage
	err                  error
}

// keep writes into the record, if there is one. The caller logs the same unless told is false: too many refusals are counted only, in the record
// and in the log.
func (s *Service) keep(p Principal, n *note) (told bool) {
	e := n.entry(&p)
	if n.err == nil {
		s.append(e)
		return true
	}
	if s.code != nil {
		e.Code = s.code(n.err)
	}
	v := s.refusals.next(&p, time.Now())
	if v.left > 0 {
		s.log.Warn("refusals were counted only", append(p.fields(), zap.Int64("count", v.left))...)
		s.untold(e, map[string]int64{"were": v.left})
	}
	if v.told {
		s.append(e)
	}
	if v.first {
		s.log.Warn("refusals are counted only", append(p.fields(), zap.Duration("for", refusalsEvery))...)
		s.untold(e, map[string]string{"for": refusalsEvery.String()})
	}
	return v.told
}

// entry is the note as the record has it.
func (n *note) entry(p *Principal) *audit.Entry {
	e := audit.Entry{
		Principal: &audit.Principal{Name: bounded(p.Name), Role: p.Role.String(), Method: p.Method, From: p.From},
		Act:       bounded(n.act), Room: bounded(n.room), Reason: bounded(n.reason), Asked: n.asked, Before: n.before, After: n.after,
	}
	if n.err != nil {
		e.Error = bounded(n.err.Error())
	}
	return &e
}

func (s *Service) append(e *audit.Entry) {
	if s.kept != nil {
		s.kept.Append(*e)
	}
}

// untold writes that refusals of whom an entry is about are counted only.
func (s *Service) untold(of *audit.Entry, what any) {
	s.append(&audit.Entry{Principal: of.Principal, Act: ActUntold, After: jsonOf(what)})
}

// objectOf is what fields of the log say, as an object.
func objectOf(fields []zap.Field) json.RawMessage {
	if len(fields) == 0 {
		return nil
	}
	enc := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(enc)
	}
	return jsonOf(enc.Fields)
}

// maxObject bounds, in bytes, what the record repeats of one request.
const maxObject = 16 << 10

// jsonOf is a value as JSON; nil of nothing. What is too long or cannot be encoded is told of.
func jsonOf(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	text, err := json.Marshal(v)
	switch {
	case err != nil:
		text, _ = json.Marshal(map[string]string{"unreadable": fmt.Sprintf("%T: %v", v, err)})
	case len(text) > maxObject:
		text, _ = json.Marshal(map[string]any{"bytes": len(text), "begins": bounded(string(text))})
	case string(text) == "null":
		return nil
	}
	return text
}
