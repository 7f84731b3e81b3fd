package operator

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/report/signed"
	"github.com/einlass/einlass/pkg/queue"
)

// ErrVersion means that the controls are not of the version that the change was decided on.
var ErrVersion = errors.New("the controls have changed since")

// Service shows and changes rooms. Make one with New.
type Service struct {
	rooms    func() []Room
	log      *zap.Logger
	changes  changes
	latest   latest
	spent    spentCodes
	people   func() People // nil: nobody beside the token of the configuration
	keyring  Keyring       // nil: nothing is told of it
	config   Configuration // nil: likewise
	kept     Recorder      // nil: the log alone
	refusals refusals
	code     func(error) string // nil: kinds of errors have no names
	level    *zap.AtomicLevel
	signer   func(time.Time) (signed.Signer, bool) // nil: no reports are signed
}

// New makes a service over rooms, which returns those in service at the moment, in the order of the configuration.
// Changes are recorded in log.
func New(rooms func() []Room, log *zap.Logger) (*Service, error) {
	if rooms == nil || log == nil {
		return nil, errors.New("operator service: rooms and log are required")
	}
	level := zap.NewAtomicLevel()
	return &Service{rooms: rooms, log: log, level: &level}, nil
}

// List returns the rooms that the principal in ctx sees, in the order of the configuration, or ErrNotAllowed.
func (s *Service) List(ctx context.Context) ([]RoomInfo, error) {
	if err := Permit(ctx, RoleViewer); err != nil {
		return nil, err
	}
	p, rooms, now := PrincipalOf(ctx), s.rooms(), time.Now()
	all := make([]RoomInfo, 0, len(rooms))
	for i := range rooms {
		if p.Sees(rooms[i].ID) {
			all = append(all, s.latest.infoOf(&rooms[i], now))
		}
	}
	return all, nil
}

// Sites returns how the addresses behind all rooms do, in the order of the configuration. It is for everybody, as health is.
func (s *Service) Sites() []SiteInfo {
	rooms := s.rooms()
	all := make([]SiteInfo, len(rooms))
	for i := range rooms {
		all[i] = SiteInfo{Room: rooms[i].ID, Backends: rooms[i].Backends()}
	}
	return all
}

// Get returns one room for the principal in ctx, or ErrUnknownRoom or ErrNotAllowed.
func (s *Service) Get(ctx context.Context, id string) (RoomInfo, error) {
	r, err := s.permitted(ctx, RoleViewer, id)
	if err != nil {
		return RoomInfo{}, err
	}
	return s.latest.infoOf(r, time.Now()), nil
}

// Change changes the document of a room for the principal in ctx, and returns the room as it is then. Where others change
// it at the same moment, it applies the change to theirs. Errors are those of Change.Apply, *InvalidError, *ConfirmError,
// ErrUnknownRoom, ErrNotAllowed and the store's. The change is recorded, whatever comes of it.
func (s *Service) Change(ctx context.Context, id string, change Change) (RoomInfo, error) {
	rec := record{principal: PrincipalOf(ctx), room: id, change: change}
	info, err := s.change(ctx, &rec)
	rec.err = err
	s.write(&rec)
	return info, err
}

// Refuse records a change that was asked for in a form that cannot be made: as far as it could be read, and why not.
// It returns the error to answer with, which is ErrUnknownRoom if the room is the greater mistake.
func (s *Service) Refuse(ctx context.Context, id string, change Change, why error) error {
	if _, err := s.seen(ctx, id); err != nil {
		why = err
	}
	s.write(&record{principal: PrincipalOf(ctx), room: id, change: change, err: why})
	return why
}

func (s *Service) change(ctx context.Context, rec *record) (RoomInfo, error) {
	if _, err := s.permitted(ctx, RoleOperator, rec.room); err != nil {
		return RoomInfo{}, err
	}
	if bad := rec.change.Problems(); len(bad) > 0 {
		return RoomInfo{}, &InvalidError{Fields: bad}
	}
	says := s.confirmation(ctx, rec.room, rec.change.Confirm)
	var info RoomInfo
	err := s.with(rec.room, func(r *Room) error {
		if bad := rec.change.inLanguagesOf(r); len(bad) > 0 {
			return &InvalidError{Fields: bad}
		}
		v := r.Line.View()
		after, err := r.Line.Update(ctx, func(d *queue.Document) error {
			rec.before = d.Clone()
			if err := rec.change.keepsLanes(v, d); err != nil {
				return err
			}
			next := d.Clone()
			if err := rec.change.Apply(&next); err != nil {
				return err
			}
			if err := says.given(v.Snapshot.Now, effects(v, d, &next)...); err != nil {
				return err
			}
			*d = next
			return nil
		})
		if err != nil {
			return err
		}
		rec.after = after
		s.latest.note(rec.room, &after, time.Now())
		info = r.info()
		info.SetDocument(&after)
		info.Undo = rec.change.undo(&rec.before, &after)
		return nil
	})
	return info, err
}

// with does something with a room. A room that was taken out of service meanwhile may be back with another line: then it is done
// with that one.
func (s *Service) with(id string, do func(*Room) error) error {
	for {
		r, err := s.find(id)
		if err != nil {
			return err
		}
		if err = do(r); !errors.Is(err, queue.ErrClosed) || !s.replaced(r) {
			return err
		}
	}
}

// replaced reports whether the room is not in service any more, or with another line.
func (s *Service) replaced(r *Room) bool {
	now, err := s.find(r.ID)
	return err != nil || now.Line != r.Line
}

func (s *Service) find(id string) (*Room, error) {
	rooms := s.rooms()
	for i := range rooms {
		if rooms[i].ID == id {
			return &rooms[i], nil
		}
	}
	return nil, &UnknownRoomError{ID: id}
}
