package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue"
)

// codeBatch is a batch as operators see it, with whether its codes can be used.
func (r *Room) codeBatch(d *queue.Document, codes *door.Codes, b *door.Batch, now int64) CodeBatch {
	info := CodeBatch{
		Batch: b.ID, Group: b.Group, Count: b.Count, Uses: b.Uses, Made: b.Made, Key: b.Kid,
		From: timeOf(b.From), Until: timeOf(b.Until), Revoked: append([]uint32{}, b.Singles...), State: BatchInForce,
	}
	switch err := b.State(now); {
	case errors.Is(err, door.ErrRevoked):
		info.State = BatchRevoked
	case errors.Is(err, door.ErrExpired):
		info.State = BatchOver
	case !codes.Known(b.ID):
		info.State, info.Why = BatchUseless, "the keyring does not have its key any more, so nobody can tell its codes from others: make other codes"
	case r.hasGroup(d, b.Group) != nil:
		info.State, info.Why = BatchUseless, "the schedule does not have its group any more"
	case errors.Is(err, door.ErrNotYet):
		info.State = BatchEarly
	}
	if (info.State == BatchInForce || info.State == BatchEarly) && codes.Ended(b.ID, now) {
		info.Why = "its key has ended: the next rotation of the keyring takes it away, and then nobody can use these codes"
	}
	return info
}

func (a *CodesAsked) problems() (bad []FieldError) {
	unless := func(ok bool, field, format string, args ...any) {
		if !ok {
			bad = append(bad, FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
		}
	}
	unless(a.Group != "", "group", "is missing")
	unless(a.Count >= 1 && a.Count <= door.MaxCount, "count", "of %d: want 1 to %d", a.Count, door.MaxCount)
	unless(a.Uses <= door.MaxUses, "uses", "of %d: want 1 to %d", a.Uses, door.MaxUses)
	unless(a.Until.IsZero() || a.Until.After(a.From), "until", "is not after from")
	unless(a.From.IsZero() || a.From.Unix() > 0, "from", "is before 1970")
	unless(a.Until.IsZero() || a.Until.Unix() > 0, "until", "is before 1970")
	return append(bad, reasonProblems(a.Reason)...)
}

func (a *CodesRestored) problems() (bad []FieldError) {
	if n := len(a.Batches); n < 1 || n > door.MaxBatches {
		bad = append(bad, FieldError{Field: "batches", Detail: fmt.Sprintf("%d of them: want 1 to %d", n, door.MaxBatches)})
	}
	return append(bad, reasonProblems(a.Reason)...)
}

// mostRevoked bounds the codes of one request.
const mostRevoked = door.MaxSingles

func (a *CodesRevoked) problems() (bad []FieldError) {
	if (a.Batch != 0) == (len(a.Codes) > 0) {
		bad = append(bad, FieldError{Field: "batch", Detail: "want it, with or without serials, or codes"})
	}
	if len(a.Serials) > 0 && a.Batch == 0 {
		bad = append(bad, FieldError{Field: "serials", Detail: "want the batch that they are of"})
	}
	if n := max(len(a.Serials), len(a.Codes)); n > mostRevoked {
		bad = append(bad, FieldError{Field: "serials", Detail: fmt.Sprintf("%d, or so many codes: want at most %d; revoke their batch", n, mostRevoked)})
	}
	return append(bad, reasonProblems(a.Reason)...)
}

// fields are what is recorded of a batch that was asked for.
func (a *CodesAsked) fields(batch uint16) []zap.Field {
	fields := []zap.Field{zap.Uint16("batch", batch), zap.String("group", bounded(a.Group)), zap.Uint32("count", a.Count), zap.Uint8("uses", a.Uses)}
	if !a.From.IsZero() {
		fields = append(fields, zap.Time("from", a.From))
	}
	if !a.Until.IsZero() {
		fields = append(fields, zap.Time("until", a.Until))
	}
	return fields
}

// RefuseCodes records an act on codes that came in a form that cannot be read, and returns the error to answer with, as Refuse does.
func (s *Service) RefuseCodes(ctx context.Context, id, act string, why error) error {
	if _, err := s.seen(ctx, id); err != nil {
		why = err
	}
	s.writeCodes(ctx, act, id, nil, "", why)
	return why
}

// writeCodes is the one place where acts on codes and invitations are recorded: which ones, and never a code, nor whose an invitation is.
func (s *Service) writeCodes(ctx context.Context, act, room string, what []zap.Field, reason string, err error) {
	if asked(err) {
		return
	}
	if !s.keep(PrincipalOf(ctx), &note{act: "codes: " + act, room: room, reason: reason, asked: objectOf(what), err: err}) {
		return
	}
	fields := slices.Concat(PrincipalOf(ctx).fields(), []zap.Field{zap.String("act", act), zap.String("room", bounded(room)), zap.String("reason", bounded(reason))}, what)
	if err != nil {
		s.log.Warn("codes: not done", append(fields, zap.String("error", bounded(err.Error())))...)
		return
	}
	s.log.Info("codes: done", fields...)
}

// millisOf and timeOf change the zero time into 0 and back.
func millisOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
