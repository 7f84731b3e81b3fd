package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/einlass/einlass/pkg/queue"
)

// Change is a partial change of a room's controls; nil members stay as they are. It encodes as the merge patch that
// asks for it.
type Change struct {
	Rate      *int64      `json:"rate,omitempty"`
	MaxInside *int64      `json:"max_inside,omitempty"`
	Burst     *int64      `json:"burst,omitempty"`
	Mode      *queue.Mode `json:"mode,omitempty"`
	Message   *string     `json:"message,omitempty"`
	// IfVersion is the version that the change is made for; 0 means any. It travels as If-Match.
	IfVersion int64 `json:"-"`
}

// members are the accepted names, in the order in which errors list them.
var members = []string{"rate", "max_inside", "burst", "mode", "message"}

// Empty reports whether nothing would change.
func (c Change) Empty() bool {
	c.IfVersion = 0
	return c == Change{}
}

// Apply makes the change to current, or leaves it as it is: ErrVersion if it has another version than the change was
// made for, errors of Control.Validate if the result would be invalid. A burst that was one second's worth of the
// rate follows the rate, unless the change names a burst.
func (c Change) Apply(current *queue.Control) error {
	if c.IfVersion != 0 && c.IfVersion != current.Version {
		return fmt.Errorf("%w: they are of version %d, not %d", ErrVersion, current.Version, c.IfVersion)
	}
	next := *current
	if c.Rate != nil {
		if next.Pace.Burst == queue.DefaultBurst(next.Pace.Rate) {
			next.Pace.Burst = queue.DefaultBurst(*c.Rate)
		}
		next.Pace.Rate = *c.Rate
	}
	set(&next.Pace.MaxInside, c.MaxInside)
	set(&next.Pace.Burst, c.Burst)
	set(&next.Mode, c.Mode)
	set(&next.Message, c.Message)
	if err := next.Validate(); err != nil {
		return err
	}
	*current = next
	return nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// FieldError is what is wrong with one member of a patch.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// InvalidError is everything that is wrong with the members of a patch.
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

// errMalformed means that a body is not one JSON object.
var errMalformed = errors.New("the body is not one JSON object")

// parseChange reads a merge patch. The error is errMalformed or *InvalidError.
func parseChange(body io.Reader) (Change, error) {
	fields, err := objectMembers(body)
	if err != nil {
		return Change{}, err
	}
	var c Change
	var bad []FieldError
	seen := map[string]bool{}
	for _, f := range fields {
		switch {
		case seen[f.name]:
			bad = append(bad, FieldError{f.name, "is given more than once"})
		case !slices.Contains(members, f.name):
			bad = append(bad, FieldError{f.name, "is unknown or cannot be changed; accepted: " + strings.Join(members, ", ")})
		default:
			if detail := c.setMember(f.name, f.value); detail != "" {
				bad = append(bad, FieldError{f.name, detail})
			}
		}
		seen[f.name] = true
	}
	if len(fields) == 0 {
		bad = append(bad, FieldError{"", "nothing to change; accepted: " + strings.Join(members, ", ")})
	}
	bad = append(bad, c.outOfRange()...)
	if len(bad) > 0 {
		return Change{}, &InvalidError{Fields: bad}
	}
	return c, nil
}

type member struct {
	name  string
	value json.RawMessage
}

// objectMembers reads one object and nothing behind it, with repeated members.
func objectMembers(body io.Reader) ([]member, error) {
	dec := json.NewDecoder(body)
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, malformed(err)
	}
	var all []member
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, malformed(err)
		}
		m := member{name: name.(string)} // a key is a string, or Token fails
		if err := dec.Decode(&m.value); err != nil {
			return nil, malformed(err)
		}
		all = append(all, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, malformed(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed(err)
	}
	return all, nil
}

func malformed(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return errMalformed
	}
	return fmt.Errorf("%w: %w", errMalformed, err)
}

// setMember reads one member; detail says what is wrong with it.
func (c *Change) setMember(name string, value json.RawMessage) (detail string) {
	null := bytes.Equal(value, []byte("null"))
	number := func(to **int64) string {
		var n int64
		if null || json.Unmarshal(value, &n) != nil {
			return "want a whole number"
		}
		*to = &n
		return ""
	}
	switch name {
	case "rate":
		return number(&c.Rate)
	case "max_inside":
		return number(&c.MaxInside)
	case "burst":
		return number(&c.Burst)
	}
	var text string
	switch {
	case name == "message" && null: // removed (RFC 7396 §2)
	case null || json.Unmarshal(value, &text) != nil:
		return "want a string"
	}
	if name == "message" {
		c.Message = &text
	} else {
		mode := queue.Mode(text)
		c.Mode = &mode
	}
	return ""
}

// outOfRange checks the members that could be read against the bounds of controls.
func (c Change) outOfRange() []FieldError {
	probe := queue.Control{Mode: queue.ModeRun, Pace: queue.Pace{Burst: 1}}
	set(&probe.Pace.Rate, c.Rate)
	set(&probe.Pace.MaxInside, c.MaxInside)
	set(&probe.Pace.Burst, c.Burst)
	set(&probe.Mode, c.Mode)
	set(&probe.Message, c.Message)
	joined, _ := probe.Validate().(interface{ Unwrap() []error })
	if joined == nil {
		return nil
	}
	var bad []FieldError
	for _, err := range joined.Unwrap() {
		text := strings.TrimSuffix(err.Error(), ": "+queue.ErrInvalid.Error())
		field, detail, _ := strings.Cut(text, " ")
		bad = append(bad, FieldError{Field: field, Detail: detail})
	}
	return bad
}
