package operator

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// MaxReason bounds the reason of a change, in bytes.
const MaxReason = 500

// Change is a partial change of the document of a room; nil members stay as they are. It encodes as the merge patch that
// asks for it.
type Change struct {
	// Rate is entries a minute, at least 1.
	Rate      *int64      `json:"rate,omitempty"`
	MaxInside *int64      `json:"max_inside,omitempty"`
	Burst     *int64      `json:"burst,omitempty"`
	Strict    *bool       `json:"strict,omitempty"`
	Mode      *queue.Mode `json:"mode,omitempty"`
	Message   *string     `json:"message,omitempty" text:"lines"`
	// Messages are texts for the pages of single languages, by their tags; nil takes one away, others stay.
	Messages map[string]*string `json:"messages,omitempty" text:"lines"`
	// MessageUntil is when message and messages are over (RFC 3339); empty: when somebody takes them away, as with every change that names
	// them and no time.
	MessageUntil *string `json:"message_until,omitempty"`
	// Health is what is done with the judgement of the site's health.
	Health *queue.HealthMode `json:"health,omitempty"`
	// Schedule is what the room does when; one that is empty takes it away. As one value it is replaced as a whole.
	Schedule *plan.Schedule `json:"schedule,omitempty"`
	// Door is queue.DoorOpen or queue.DoorClosed, until the next opening begins; CloseAt is how many places close it, 0: none.
	Door    *string `json:"door,omitempty"`
	CloseAt *int64  `json:"close_at,omitempty"`
	// Reason is why, for the record: at most MaxReason bytes of text in one line. It changes nothing.
	Reason string `json:"reason,omitempty"`
	// Confirm is the code of the *ConfirmError that a dangerous change was refused with.
	Confirm string `json:"confirm,omitempty"`
	// IfVersion is the version of the document that the change was decided on; 0 means any. It travels as If-Match.
	IfVersion int64 `json:"-"`

	unread []FieldError // members of a schedule that are none
}

// Empty reports whether nothing would change.
func (c Change) Empty() bool { return len(c.keys()) == 0 }

// keys lists the values of the document that c may change.
func (c *Change) keys() (keys []queue.Key) {
	for i := range members {
		if m := &members[i]; m.given(c) {
			keys = append(keys, m.keys...)
		}
	}
	return keys
}

// Apply makes the change to current, or leaves it as it is: ErrVersion if the change would overwrite something that is
// newer than the version it was decided on (queue.Document.ChangedSince), queue.ErrInvalid if the result would be invalid.
// A burst that was one second's worth of the rate follows the rate, unless the change names a burst.
func (c Change) Apply(current *queue.Document) error {
	if err := unchanged(current, c.IfVersion, c.keys()...); err != nil {
		return err
	}
	next := current.Clone()
	if c.Rate != nil && next.Pace.Burst == queue.DefaultBurst(next.Pace.Rate) {
		next.Pace.Burst = queue.DefaultBurst(*c.Rate)
	}
	c.setIn(&next)
	if err := errors.Join(next.Pace.Validate(), next.CheckSettings()); err != nil {
		return err
	}
	*current = next
	return nil
}

// unchanged is ErrVersion if a change of keys that was decided on a version would overwrite something newer; 0: any version.
func unchanged(current *queue.Document, version int64, keys ...queue.Key) error {
	if version != 0 && current.ChangedSince(version, keys...) {
		return fmt.Errorf("%w: they are of version %d, not %d", ErrVersion, current.Version, version)
	}
	return nil
}

func (c *Change) setIn(to *queue.Document) {
	for i := range members {
		if m := &members[i]; m.given(c) {
			m.set(to, c)
		}
	}
}

// FieldError is what is wrong with one member of a change.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
	// Kind and Values say the detail for programs that have other words for it; empty: only the detail says it.
	Kind   plan.ProblemKind `json:"kind,omitempty"`
	Values []string         `json:"values,omitempty"`
}

// InvalidError is everything that is wrong with the members of a change.
type InvalidError struct{ Fields []FieldError }

// Error lists the members.
func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Detail // of the whole, if it names no field
		if f.Field != "" {
			parts[i] = f.Field + ": " + f.Detail
		}
	}
	return strings.Join(parts, "; ")
}

// Is makes it a queue.ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == queue.ErrInvalid }

// Problems lists the members that are out of range whatever else the document says. A rate of 0, which files and stored documents may have, is
// refused: it hides in a figure that the room is paused.
func (c Change) Problems() (bad []FieldError) {
	probe := queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Burst: 1}}
	c.setIn(&probe)
	bad = fieldErrors(errors.Join(probe.Pace.Validate(), probe.CheckSettings()))
	if c.Rate != nil && *c.Rate == 0 {
		bad = append(bad, FieldError{Field: "rate", Detail: "is 0, and want at least 1; to call nobody, set the mode to pause"})
	}
	return slices.Concat(bad, c.unread, scheduleProblems(c.Schedule), untilProblems(&c), textProblems(c), reasonProblems(c.Reason))
}

func reasonProblems(reason string) (bad []FieldError) {
	if len(reason) > MaxReason {
		bad = append(bad, FieldError{Field: "reason", Detail: fmt.Sprintf("of %d bytes: want at most %d", len(reason), MaxReason)})
	}
	return bad
}

// fieldErrors are the lines of a joined validation error, by the member that each begins with.
func fieldErrors(err error) (all []FieldError) {
	if err == nil {
		return nil
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		text := strings.TrimPrefix(strings.TrimSuffix(line, ": "+queue.ErrInvalid.Error()), "pace.")
		field, detail, _ := strings.Cut(text, " ")
		all = append(all, FieldError{Field: field, Detail: detail})
	}
	return all
}
