package operator

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
)

// Because says why something is done, as Change.Reason does.
type Because struct {
	Reason string `json:"reason,omitempty"`
}

// Confirmed is the code of the *ConfirmError that a dangerous act was refused with, as Change.Confirm.
type Confirmed struct {
	Confirm string `json:"confirm,omitempty"`
}

func (b Because) problems() []FieldError { return reasonProblems(b.Reason) }

// Condition is the version of the document that an act was decided on, as Change.IfVersion.
type Condition struct {
	version int64
}

// On sets the version; 0: any.
func (c *Condition) On(version int64) { c.version = version }

// Version is what On has set.
func (c *Condition) Version() int64 { return c.version }

// DebugPlan replaces the plan. It answers the document's new version.
type DebugPlan struct {
	Steps []Step `json:"steps"`
	Condition
	Because
}

// Step is a queue.Step as it is written in JSON. Quota brings Per and Standby into force, Share and Weights themselves.
type Step struct {
	At      time.Time      `json:"at"`
	Opening string         `json:"opening"`
	Rank    uint8          `json:"rank"`
	Phase   *journal.Phase `json:"phase"`
	Draw    bool           `json:"draw,omitempty"`
	Quota   *int64         `json:"quota,omitempty"` // -1: no bound
	Per     int64          `json:"per,omitempty"`   // 0: 1
	Standby int64          `json:"standby,omitempty"`
	Reset   bool           `json:"reset,omitempty"`
	Share   *int64         `json:"share,omitempty"` // permille
	Floor   bool           `json:"floor,omitempty"`
	Weights []int64        `json:"weights,omitempty"`
}

// step is the step, or what is wrong with how it is written.
func (s *Step) step() (step queue.Step, bad string) {
	if s.Phase == nil {
		return step, "wants a phase"
	}
	step = queue.Step{
		At: s.At.UnixMilli(), Opening: s.Opening, Rank: s.Rank, Phase: queue.Phase(*s.Phase), Draw: s.Draw, Reset: s.Reset, Floor: s.Floor,
	}
	if s.Quota != nil {
		step.SetQuota, step.Quota, step.Per, step.Standby = true, *s.Quota, max(1, s.Per), s.Standby
	}
	if s.Share != nil {
		step.SetShare, step.Share = true, *s.Share
	}
	if s.Weights != nil {
		step.SetWeights = true
		if copy(step.Weights[:], s.Weights) != queue.Lanes || len(s.Weights) != queue.Lanes {
			return step, fmt.Sprintf("wants %d weights", queue.Lanes)
		}
	}
	return step, ""
}

// Name implements DebugAct.
func (a *DebugPlan) Name() string { return "plan" }

func (*DebugPlan) answer() any { return new(DebugVersion) }

func (a *DebugPlan) problems() []FieldError {
	bad := a.Because.problems()
	for i := range a.Steps {
		if _, detail := a.Steps[i].step(); detail != "" {
			bad = append(bad, FieldError{Field: fmt.Sprintf("steps[%d]", i), Detail: detail})
		}
	}
	return bad
}

func (a *DebugPlan) do(ctx context.Context, line Line) (any, error) {
	plan := make([]queue.Step, len(a.Steps))
	for i := range a.Steps {
		plan[i], _ = a.Steps[i].step()
	}
	return updated(ctx, line, a.version, func(d *queue.Document) { d.Plan = plan })
}

// DebugVersion is the answer to a change of the document.
type DebugVersion struct {
	Version int64 `json:"version"`
}

func updated(ctx context.Context, line Line, version int64, change func(*queue.Document)) (any, error) {
	d, err := line.Update(ctx, func(d *queue.Document) error {
		if err := unchanged(d, version); err != nil {
			return err
		}
		change(d)
		if err := d.Validate(); err != nil {
			return &InvalidError{Fields: fieldErrors(err)}
		}
		return nil
	})
	return DebugVersion{d.Version}, err
}

// DebugReveal puts the seed of an opening's draw in force. It answers the one that is.
type DebugReveal struct {
	Opening string `json:"opening"`
	// Seed is 64 hexadecimal digits; all zero: the order of arrival.
	Seed string `json:"seed"`
	Because
}

// Name implements DebugAct.
func (a *DebugReveal) Name() string { return "reveal" }

func (*DebugReveal) answer() any { return new(DebugSeed) }

func (a *DebugReveal) problems() []FieldError {
	bad := a.Because.problems()
	if raw, err := hex.DecodeString(a.Seed); err != nil || len(raw) != 32 {
		bad = append(bad, FieldError{Field: "seed", Detail: "want 64 hexadecimal digits"})
	}
	return bad
}

// DebugSeed is the answer to DebugReveal.
type DebugSeed struct {
	Seed string `json:"seed"`
}

func (a *DebugReveal) do(ctx context.Context, line Line) (any, error) {
	var seed [32]byte
	if _, err := hex.Decode(seed[:], []byte(a.Seed)); err != nil {
		return nil, fmt.Errorf("seed: %w: %w", err, queue.ErrInvalid)
	}
	seed, err := line.Reveal(ctx, a.Opening, seed)
	return DebugSeed{hex.EncodeToString(seed[:])}, err
}

// DebugSnapshot shows the latest snapshot.
type DebugSnapshot struct{}

// Name implements DebugAct.
func (DebugSnapshot) Name() string { return "snapshot" }

func (DebugSnapshot) answer() any { return new(DebugPicture) }

func (DebugSnapshot) problems() []FieldError { return nil }

// DebugPicture is the answer to DebugSnapshot: the snapshot as Go encodes it, with a count in place of the visitors that ended.
type DebugPicture struct {
	queue.Snapshot
	Ended int
}

func (DebugSnapshot) do(_ context.Context, line Line) (any, error) {
	v := line.View()
	if !v.Known {
		return nil, fmt.Errorf("there is no snapshot yet: %w", queue.ErrUnavailable)
	}
	return DebugPicture{Snapshot: v.Snapshot, Ended: len(v.Snapshot.Ended)}, nil
}
