package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue/plan"
)

// ActReload is the act of the record.
const ActReload = "configuration: reload"

var (
	// ErrNoConfig means that the gateway has no configuration file that could be read again.
	ErrNoConfig = errors.New("this gateway has no configuration file that could be read again")
	// ErrNotInForce means that a configuration without a mistake could not be brought into force.
	ErrNotInForce = errors.New("the configuration could not be brought into force, the one before stays; the log of the gateway says why")
)

// ConfigInfo is the configuration in force.
type ConfigInfo struct {
	// File is what it was read from; empty: no file.
	File string `json:"file"`
	// Since is when it came into force.
	Since time.Time `json:"since"`
	// Text is all of it, as a file that says the same, with the environment and flags in it and without secrets: [hidden] stands for one.
	Text string `json:"text"`
	// Version changes with the text.
	Version string `json:"version"`
}

// ConfigAsked is a configuration to look at.
type ConfigAsked struct {
	Text string `json:"text"`
}

// ConfigProblem is something to say about a key of a configuration.
type ConfigProblem struct {
	// Path is that of the key, as rooms[0].pace.rate; empty: the file as a whole.
	Path   string `json:"path"`
	Detail string `json:"detail"`
	// Where is where the value was given: "line 12", or a variable or flag; empty: it was not given.
	Where string `json:"where,omitempty"`
}

// ConfigChange is a key that gets another value. Before or After is empty where there is none.
type ConfigChange struct {
	Path   string `json:"path"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// ConfigReview is what a look at a configuration tells; lists are never nil.
type ConfigReview struct {
	// OK: it can be brought into force while the gateway runs.
	OK bool `json:"ok"`
	// Problems are all that is wrong with it, Restart what is right and needs a start of the gateway, Warnings what may not be meant.
	Problems []ConfigProblem `json:"problems"`
	Restart  []ConfigProblem `json:"restart"`
	Warnings []ConfigProblem `json:"warnings"`
	// Changes are the keys that get another value. Added, Changed and Removed are ids of rooms.
	Changes []ConfigChange `json:"changes"`
	Added   []string       `json:"added"`
	Changed []string       `json:"changed"`
	Removed []string       `json:"removed"`
}

// ReloadAsked asks for the configuration file to be read again.
type ReloadAsked struct {
	// Dry: nothing is changed, it is said what would be.
	Dry bool `json:"dry,omitempty"`
	Because
	Confirmed
}

// Configuration is the configuration of a gateway.
type Configuration interface {
	Info() ConfigInfo
	// Check looks at the text of a file: at its values, and not at what they name.
	Check(text string) ConfigReview
	// Reload reads the file again and looks at it and at what it names. If it is right and agreed gives nil for what it would change, and it is
	// not dry, it comes into force. Errors are that of agreed, ErrNoConfig, and what hindered it.
	Reload(ctx context.Context, dry bool, agreed func(ConfigReview) error) (ConfigReview, error)
}

// SetConfiguration gives the service the configuration. It is called before the service is used.
func (s *Service) SetConfiguration(c Configuration) { s.config = c }

// configuration is that of the gateway, for the principal in ctx.
func (s *Service) configuration(ctx context.Context) (Configuration, error) {
	if err := PermitAll(ctx, RoleAdmin); err != nil {
		return nil, err
	}
	if s.config == nil {
		return nil, ErrNoConfig
	}
	return s.config, nil
}

// Config tells which configuration is in force, for the principal in ctx. Errors are ErrNotAllowed and ErrNoConfig.
func (s *Service) Config(ctx context.Context) (ConfigInfo, error) {
	c, err := s.configuration(ctx)
	if err != nil {
		return ConfigInfo{}, err
	}
	return c.Info(), nil
}

// CheckConfig looks at a configuration for the principal in ctx, and changes nothing. Errors are ErrNotAllowed and ErrNoConfig.
func (s *Service) CheckConfig(ctx context.Context, asked ConfigAsked) (ConfigReview, error) {
	c, err := s.configuration(ctx)
	if err != nil {
		return ConfigReview{}, err
	}
	return c.Check(asked.Text), nil
}

// ReloadConfig reads the configuration file again for the principal in ctx and brings it into force, or says what that would change. A room that is
// dropped has to be confirmed. Errors are *InvalidError with all that hinders it, *ConfirmError, ErrNotAllowed, ErrNoConfig and what hindered it.
// It is recorded, whatever comes of it but the question and a look.
func (s *Service) ReloadConfig(ctx context.Context, asked ReloadAsked) (review ConfigReview, err error) {
	defer func() {
		if !asked.Dry || err != nil {
			s.writeReload(ctx, &asked, &review, err)
		}
	}()
	c, err := s.configuration(ctx)
	if err != nil {
		return review, err
	}
	if bad := append(textProblems(&asked), reasonProblems(asked.Reason)...); len(bad) > 0 {
		return review, &InvalidError{Fields: bad}
	}
	says := s.confirmation(ctx, "", asked.Confirm)
	return c.Reload(ctx, asked.Dry, func(r ConfigReview) error {
		if err := r.Refused(); err != nil {
			return err
		}
		return says.given(time.Now().UnixMilli(), s.droppedRooms(r.Removed)...)
	})
}

// Refused is an *InvalidError with all that hinders that the configuration comes into force; nil: nothing does.
func (r *ConfigReview) Refused() error {
	var bad []FieldError
	for _, list := range [][]ConfigProblem{r.Problems, r.Restart} {
		for _, p := range list {
			detail := p.Detail
			if p.Where != "" {
				detail += " (" + p.Where + ")"
			}
			bad = append(bad, FieldError{Field: p.Path, Detail: detail})
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return &InvalidError{Fields: bad}
}

// droppedRooms are what it takes from people that rooms go out of service.
func (s *Service) droppedRooms(ids []string) (all []effect) {
	for _, id := range ids {
		r, err := s.find(id)
		if err != nil {
			continue // it is not in service already
		}
		v := r.Line.View()
		waiting, inside := inPlaces(v), v.Snapshot.Live
		words := fmt.Sprintf("room %s goes out of service: %s in its line lose their places, and %s inside their stays", id, people(waiting), plan.Figure(inside))
		all = append(all, effect{kind: EffectRoomDropped, count: waiting + inside, about: id, words: words})
	}
	return all
}

// RefuseReload records a reload that came in a form that cannot be read, and returns the error to answer with.
func (s *Service) RefuseReload(ctx context.Context, why error) error {
	s.writeReload(ctx, &ReloadAsked{}, &ConfigReview{}, why)
	return why
}

// writeReload records a reload that the service was asked for.
func (s *Service) writeReload(ctx context.Context, a *ReloadAsked, r *ConfigReview, err error) {
	if asked(err) {
		return
	}
	if !s.noteReload(ctx, a, r, err) {
		return
	}
	fields := append(PrincipalOf(ctx).fields(), zap.Bool("dry", a.Dry), zap.String("reason", bounded(a.Reason)))
	if err != nil {
		s.log.Warn("configuration not read again", append(fields, zap.String("error", bounded(err.Error())))...)
		return
	}
	s.log.Info("configuration read again", append(fields, zap.Strings("added", r.Added), zap.Strings("changed", r.Changed), zap.Strings("removed", r.Removed))...)
}

// NoteReload records, for the principal in ctx, a reload that came past the service, as one by a signal does: what it changed, or err, why it
// did not come into force. The caller logs it.
func (s *Service) NoteReload(ctx context.Context, r ConfigReview, err error) {
	s.noteReload(ctx, &ReloadAsked{}, &r, err)
}

// noteReload is the one place where reloads are recorded; told as of Note.
func (s *Service) noteReload(ctx context.Context, a *ReloadAsked, r *ConfigReview, err error) (told bool) {
	n := Noted{Act: ActReload, Reason: a.Reason, Asked: map[string]bool{"dry": a.Dry}, Err: err}
	if err == nil {
		n.After = map[string]any{"changes": r.Changes, "added": r.Added, "changed": r.Changed, "removed": r.Removed}
	}
	return s.Note(ctx, n)
}
