package operator

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/einlass/einlass/pkg/queue"
)

// MaxReason bounds the reason of a change, in bytes.
const MaxReason = 500

// Change is a partial change of a room's controls; nil members stay as they are. It encodes as the merge patch that
// asks for it.
type Change struct {
	Rate      *int64      `json:"rate,omitempty"`
	MaxInside *int64      `json:"max_inside,omitempty"`
	Burst     *int64      `json:"burst,omitempty"`
	Mode      *queue.Mode `json:"mode,omitempty"`
	Message   *string     `json:"message,omitempty"`
	// Reason is why, for the record: at most MaxReason bytes of text in one line. It changes nothing.
	Reason string `json:"reason,omitempty"`
	// IfVersion is the version of the controls that the change was decided on; 0 means any. It travels as If-Match.
	IfVersion int64 `json:"-"`
}

// Empty reports whether nothing would change.
func (c Change) Empty() bool { return len(c.keys()) == 0 }

// keys lists the values of the document that c may change.
func (c *Change) keys() (keys []queue.ControlKey) {
	for i := range members {
		if m := &members[i]; m.given(c) {
			keys = append(keys, m.keys...)
		}
	}
	return keys
}

// Apply makes the change to current, or leaves it as it is: ErrVersion if the change would overwrite something that is
// newer than the version it was decided on (queue.Control.ChangedSince), errors of Control.Validate if the result would
// be invalid. A burst that was one second's worth of the rate follows the rate, unless the change names a burst.
func (c Change) Apply(current *queue.Control) error {
	if c.IfVersion != 0 && current.ChangedSince(c.IfVersion, c.keys()...) {
		return fmt.Errorf("%w: they are of version %d, not %d", ErrVersion, current.Version, c.IfVersion)
	}
	next := *current
	if c.Rate != nil && next.Pace.Burst == queue.DefaultBurst(next.Pace.Rate) {
		next.Pace.Burst = queue.DefaultBurst(*c.Rate)
	}
	c.setIn(&next)
	if err := next.Validate(); err != nil {
		return err
	}
	*current = next
	return nil
}

func (c *Change) setIn(to *queue.Control) {
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
}

// InvalidError is everything that is wrong with the members of a change.
type InvalidError struct{ Fields []FieldError }

// Error lists the members.
func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Field + ": " + f.Detail
	}
	return strings.Join(parts, "; ")
}

// Is makes it a queue.ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == queue.ErrInvalid }

// Problems lists the members that are out of range whatever the controls are.
func (c Change) Problems() (bad []FieldError) {
	probe := queue.Control{Mode: queue.ModeRun, Pace: queue.Pace{Burst: 1}}
	c.setIn(&probe)
	if joined, _ := probe.Validate().(interface{ Unwrap() []error }); joined != nil {
		for _, err := range joined.Unwrap() {
			text := strings.TrimSuffix(err.Error(), ": "+queue.ErrInvalid.Error())
			field, detail, _ := strings.Cut(text, " ")
			bad = append(bad, FieldError{Field: field, Detail: detail})
		}
	}
	switch {
	case len(c.Reason) > MaxReason:
		bad = append(bad, FieldError{"reason", fmt.Sprintf("of %d bytes: want at most %d", len(c.Reason), MaxReason)})
	case !utf8.ValidString(c.Reason) || strings.ContainsFunc(c.Reason, unicode.IsControl):
		bad = append(bad, FieldError{"reason", "want text in one line"})
	}
	return bad
}
