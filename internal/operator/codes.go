package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// CodesAsked asks for a batch of codes.
type CodesAsked struct {
	// Group is whose door they open, one of the schedule.
	Group string `json:"group"`
	// Count is how many there are, 1 to door.MaxCount.
	Count uint32 `json:"count"`
	// Uses is how many visitors may use each, 1 to door.MaxUses; 0: 1.
	Uses uint8 `json:"uses,omitempty"`
	// From and Until are when they count; the zero time: at once, without an end.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	Because
}

// CodesAgain asks for the codes of a batch that there is, from a serial on.
type CodesAgain struct {
	Batch uint16 `json:"batch"`
	First uint32 `json:"first,omitempty"`
	Because
}

// CodesRevoked withdraws a batch, or single codes: by batch and serials, or as they are printed.
type CodesRevoked struct {
	Batch   uint16   `json:"batch,omitempty"`
	Serials []uint32 `json:"serials,omitempty"`
	Codes   []string `json:"codes,omitempty"`
	Because
	Confirmed
}

// CodesRemoved takes a batch away that counts no more.
type CodesRemoved struct {
	Batch uint16 `json:"batch"`
	Because
}

// CodesRestored puts batches back that were lost, as CodesInfo has listed them.
type CodesRestored struct {
	Batches []CodeBatch `json:"batches"`
	Because
}

// CodeBatch is one batch as operators see it.
type CodeBatch struct {
	Batch uint16 `json:"batch"`
	Group string `json:"group"`
	Count uint32 `json:"count"`
	Uses  uint8  `json:"uses"`
	Made  int64  `json:"made"` // ms; it is part of the codes
	Key   string `json:"key"`
	// From and Until are when they count; the zero time: at once, without an end.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Revoked are the serials of single codes that were withdrawn; never nil.
	Revoked []uint32 `json:"revoked"`
	// State is one of the Batch constants, Why what is to be said of it; empty: nothing.
	State string `json:"state"`
	Why   string `json:"why,omitempty"`
}

// States of a batch.
const (
	BatchInForce = "in force"
	BatchEarly   = "not yet"
	BatchOver    = "over"
	BatchRevoked = "revoked"
	BatchUseless = "useless" // nobody can use them, for a reason that Why says
)

// CodesInfo are the batches of a room.
type CodesInfo struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	// Zone is that of the room's schedule, for people who read the times.
	Zone string `json:"zone"`
	// Batches are in order of their numbers; never nil.
	Batches []CodeBatch `json:"batches"`
}

// CodesPrinted is a batch whose codes are to be printed.
type CodesPrinted struct {
	ID    string
	Batch CodeBatch
	First uint32
	*door.Printer
}

// Codes returns the batches of a room as the store has them, so that a list that is saved after a batch was made has it. Without the store they are
// those of the last snapshot. Errors are ErrUnknownRoom, ErrNotAllowed and queue.ErrUnavailable.
func (s *Service) Codes(ctx context.Context, id string) (CodesInfo, error) {
	r, err := s.permitted(ctx, RoleOperator, id)
	if err != nil {
		return CodesInfo{}, err
	}
	v := r.Line.View()
	if !v.Known || r.Door == nil {
		return CodesInfo{}, fmt.Errorf("there is no snapshot yet: %w", queue.ErrUnavailable)
	}
	d := r.document(ctx, v)
	return r.listed(&d, v.Snapshot.Now)
}

// document is the room's document in the store; without the store that of the last snapshot, which may be older than what was just changed.
func (r *Room) document(ctx context.Context, v *queue.View) queue.Document {
	if d, err := r.Line.Document(ctx); err == nil {
		return d
	}
	return v.Snapshot.Document
}

// listed are all batches of a document.
func (r *Room) listed(d *queue.Document, now int64) (CodesInfo, error) {
	info := codesInfo(r, d)
	all, codes, err := r.batches(d)
	for i := range all {
		info.Batches = append(info.Batches, r.codeBatch(d, codes, &all[i], now))
	}
	return info, err
}

// MakeCodes adds a batch to the document of a room for the principal in ctx, and gives what prints its codes: whoever reads the document
// accepts them by then. Errors are *InvalidError, ErrUnknownRoom, ErrNotAllowed and the store's. It is recorded, whatever comes of it.
func (s *Service) MakeCodes(ctx context.Context, id string, asked CodesAsked) (made CodesPrinted, err error) {
	defer func() { s.writeCodes(ctx, "make", id, asked.fields(made.Batch.Batch), asked.Reason, err) }()
	if asked.Uses == 0 {
		asked.Uses = 1
	}
	batch := door.Batch{Group: asked.Group, Count: asked.Count, Uses: asked.Uses, From: millisOf(asked.From), Until: millisOf(asked.Until)}
	err = s.onCodes(ctx, id, append(textProblems(&asked), asked.problems()...), func(r *Room, now int64) error {
		var batchID uint16
		after, err := r.Line.Update(ctx, func(d *queue.Document) error {
			if err := r.hasGroup(d, asked.Group); err != nil {
				return err
			}
			err := r.setBatches(d, func(all door.Batches) (_ door.Batches, err error) {
				all, batchID, err = r.Door.Add(all, batch, now)
				return all, err
			})
			if n, most := len(d.Settings), queue.MaxSettings-spare; err == nil && n > most {
				err = fmt.Errorf("%w: with it the settings of the room take %d bytes: want at most %d; remove batches that are over", door.ErrBatches, n, most)
			}
			return err
		})
		if err == nil {
			made, err = r.printed(&after, batchID, 0, now)
		}
		return err
	})
	return made, err
}

// PrintCodes gives what prints the codes of a batch again, as MakeCodes does.
func (s *Service) PrintCodes(ctx context.Context, id string, again CodesAgain) (printed CodesPrinted, err error) {
	defer func() {
		s.writeCodes(ctx, "print", id, []zap.Field{zap.Uint16("batch", again.Batch), zap.Uint32("first", again.First)}, again.Reason, err)
	}()
	err = s.onCodes(ctx, id, append(textProblems(&again), again.problems()...), func(r *Room, now int64) (err error) {
		d := r.document(ctx, r.Line.View())
		printed, err = r.printed(&d, again.Batch, again.First, now)
		return err
	})
	return printed, err
}

// RevokeCodes withdraws codes: none of them lets anybody in from then on. Places that were taken with them stay. It gives the batches that it
// changed. Errors are those of MakeCodes.
func (s *Service) RevokeCodes(ctx context.Context, id string, asked CodesRevoked) (info CodesInfo, err error) {
	var batches []uint16
	defer func() {
		s.writeCodes(ctx, "revoke", id, []zap.Field{
			zap.Uint16s("batches", batches), zap.Uint32s("serials", asked.Serials), zap.Int("codes", len(asked.Codes)),
		}, asked.Reason, err)
	}()
	says := s.confirmation(ctx, id, asked.Confirm)
	err = s.onCodes(ctx, id, append(textProblems(&asked), asked.problems()...), func(r *Room, now int64) error {
		after, err := r.Line.Update(ctx, func(d *queue.Document) error {
			return r.setBatches(d, func(all door.Batches) (_ door.Batches, err error) {
				before := all
				if all, batches, err = r.revoke(all, &asked, now); err == nil {
					err = says.revocation(before, &asked, batches, now)
				}
				return all, err
			})
		})
		if err != nil {
			return err
		}
		info = codesInfo(r, &after)
		all, codes, err := r.batches(&after)
		for _, id := range batches {
			if b := all.Find(id); b != nil {
				info.Batches = append(info.Batches, r.codeBatch(&after, codes, b, now))
			}
		}
		return err
	})
	return info, err
}

// RemoveCodes takes a batch away that counts no more, so that there is room for others. Errors are those of MakeCodes.
func (s *Service) RemoveCodes(ctx context.Context, id string, asked CodesRemoved) (info CodesInfo, err error) {
	defer func() {
		s.writeCodes(ctx, "remove", id, []zap.Field{zap.Uint16("batch", asked.Batch)}, asked.Reason, err)
	}()
	err = s.onCodes(ctx, id, append(textProblems(&asked), asked.problems()...), func(r *Room, now int64) error {
		after, err := r.Line.Update(ctx, func(d *queue.Document) error {
			return r.setBatches(d, func(all door.Batches) (door.Batches, error) { return all.Remove(asked.Batch, now) })
		})
		if err != nil {
			return err
		}
		info = codesInfo(r, &after)
		return nil
	})
	return info, err
}

func codesInfo(r *Room, d *queue.Document) CodesInfo {
	return CodesInfo{ID: r.ID, Version: d.Version, Zone: plan.Zone(d.Schedule()).String(), Batches: []CodeBatch{}}
}

// RestoreCodes puts batches back, so that their codes count again. Those that are there stay as they are. Errors are those of MakeCodes.
func (s *Service) RestoreCodes(ctx context.Context, id string, asked CodesRestored) (info CodesInfo, err error) {
	batches := make([]uint16, len(asked.Batches))
	for i := range asked.Batches {
		batches[i] = asked.Batches[i].Batch
	}
	defer func() {
		s.writeCodes(ctx, "restore", id, []zap.Field{zap.Uint16s("batches", batches)}, asked.Reason, err)
	}()
	err = s.onCodes(ctx, id, append(textProblems(&asked), asked.problems()...), func(r *Room, now int64) error {
		after, err := r.Line.Update(ctx, func(d *queue.Document) error {
			return r.setBatches(d, func(all door.Batches) (_ door.Batches, err error) {
				for i := range asked.Batches {
					if all, err = all.Restore(asked.Batches[i].restored()); err != nil {
						return all, err
					}
				}
				return all, nil
			})
		})
		if err != nil {
			return err
		}
		info, err = r.listed(&after, now)
		return err
	})
	return info, err
}

// restored is the batch that a listing was made of.
func (c *CodeBatch) restored() door.Batch {
	return door.Batch{
		ID: c.Batch, Kid: c.Key, Made: c.Made, Group: c.Group, Uses: c.Uses, Count: c.Count, From: millisOf(c.From), Until: millisOf(c.Until),
		Revoked: c.State == BatchRevoked, Singles: c.Revoked,
	}
}

// onCodes does something with the codes of a room at the line's time, for a principal who may.
func (s *Service) onCodes(ctx context.Context, id string, bad []FieldError, do func(r *Room, now int64) error) error {
	if _, err := s.permitted(ctx, RoleOperator, id); err != nil {
		return err
	}
	if len(bad) > 0 {
		return &InvalidError{Fields: bad}
	}
	err := s.with(id, func(r *Room) error {
		v := r.Line.View()
		if !v.Known || r.Door == nil {
			return fmt.Errorf("there is no snapshot yet: %w", queue.ErrUnavailable)
		}
		return do(r, v.Snapshot.Now)
	})
	for _, kind := range []struct {
		err   error
		field string
	}{{door.ErrBatches, "batch"}, {door.ErrInvitation, "invitation"}} {
		if errors.Is(err, kind.err) {
			_, detail, _ := strings.Cut(err.Error(), kind.err.Error()+": ")
			return &InvalidError{Fields: []FieldError{{Field: kind.field, Detail: detail}}}
		}
	}
	return err
}

// batches are those of a document, and what reads their codes.
func (r *Room) batches(d *queue.Document) (door.Batches, *door.Codes, error) {
	all, err := door.ParseBatches(d.Codes())
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	codes, err := r.Door.Codes(all)
	return all, codes, err
}

// spare is how much of the settings another batch leaves to what gateways note by themselves and to what is revoked, in bytes.
const spare = 2 << 10

// setBatches changes the batches of a document.
func (r *Room) setBatches(d *queue.Document, change func(door.Batches) (door.Batches, error)) error {
	all, err := door.ParseBatches(d.Codes())
	if err != nil {
		return err
	}
	if all, err = change(all); err != nil {
		return err
	}
	d.SetCodes(all.Encode())
	return nil
}

// hasGroup refuses a group that the schedule of a document does not have: its codes would open no door.
func (r *Room) hasGroup(d *queue.Document, group string) error {
	c, err := plan.Read(d.Schedule())
	if err != nil {
		return fmt.Errorf("schedule: %w", err)
	}
	if lane, ok := c.Lane(group); ok && lane > 0 {
		return nil
	}
	detail := fmt.Sprintf("%q: the schedule has no such group", group)
	if all := c.Groups(); len(all) > 0 {
		detail += "; it has"
		for i, g := range all {
			if i > 0 {
				detail += ","
			}
			detail += " " + g.Name
		}
	}
	return &InvalidError{Fields: []FieldError{{Field: "group", Detail: detail}}}
}

// printed is a batch of a document whose codes are to be printed.
func (r *Room) printed(d *queue.Document, id uint16, first uint32, now int64) (CodesPrinted, error) {
	all, codes, err := r.batches(d)
	if err != nil {
		return CodesPrinted{}, err
	}
	b := all.Find(id)
	if b == nil {
		return CodesPrinted{}, fmt.Errorf("there is no batch %d: %w", id, queue.ErrUnknown)
	}
	if first >= b.Count {
		return CodesPrinted{}, &InvalidError{Fields: []FieldError{{Field: "first", Detail: fmt.Sprintf("of %d: batch %d has the serials 0 to %d", first, id, b.Count-1)}}}
	}
	printer, err := codes.Printer(id)
	if err != nil {
		return CodesPrinted{}, &InvalidError{Fields: []FieldError{{Field: "batch", Detail: err.Error()}}}
	}
	return CodesPrinted{ID: r.ID, Batch: r.codeBatch(d, codes, b, now), First: first, Printer: printer}, nil
}

// revoke notes what is withdrawn, and in which batches.
func (r *Room) revoke(all door.Batches, asked *CodesRevoked, now int64) (_ door.Batches, changed []uint16, err error) {
	if asked.Batch != 0 {
		all, err = all.Revoke(asked.Batch, asked.Serials...)
		return all, []uint16{asked.Batch}, err
	}
	codes, err := r.Door.Codes(all)
	if err != nil {
		return all, nil, err
	}
	for i, text := range asked.Codes {
		e, err := codes.Check(text, now)
		if errors.Is(err, door.ErrTypo) || errors.Is(err, door.ErrWrong) {
			return all, nil, &InvalidError{Fields: []FieldError{{Field: fmt.Sprintf("codes[%d]", i), Detail: err.Error()}}}
		}
		if all, err = all.Revoke(e.Batch, e.Serial); err != nil {
			return all, nil, err
		}
		changed = append(changed, e.Batch)
	}
	return all, changed, nil
}
