package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// members are the names of what can be changed, in the order in which errors list them. A reason may stand beside them.
var members = []string{"rate", "max_inside", "burst", "mode", "message"}

const reason = "reason"

// errMalformed means that a body is not one JSON object.
var errMalformed = errors.New("the body is not one JSON object")

// parseChange reads a merge patch. The error is errMalformed or *operator.InvalidError; then the change holds what could
// be read, for the record.
func parseChange(body io.Reader) (operator.Change, error) {
	fields, err := objectMembers(body)
	if err != nil {
		return operator.Change{}, err
	}
	var c operator.Change
	var bad []operator.FieldError
	seen := map[string]bool{}
	for _, f := range fields {
		switch {
		case seen[f.name]:
			bad = append(bad, operator.FieldError{Field: f.name, Detail: "is given more than once"})
		case f.name != reason && !slices.Contains(members, f.name):
			bad = append(bad, operator.FieldError{Field: f.name, Detail: "is unknown or cannot be changed; accepted: " + strings.Join(members, ", ")})
		default:
			if detail := setMember(&c, f.name, f.value); detail != "" {
				bad = append(bad, operator.FieldError{Field: f.name, Detail: detail})
			}
		}
		seen[f.name] = true
	}
	if c.Empty() && len(bad) == 0 {
		bad = append(bad, operator.FieldError{Detail: "nothing to change; accepted: " + strings.Join(members, ", ")})
	}
	bad = append(bad, c.Problems()...)
	if len(bad) > 0 {
		return c, &operator.InvalidError{Fields: bad}
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

// setMember reads one member into c; detail says what is wrong with it.
func setMember(c *operator.Change, name string, value json.RawMessage) (detail string) {
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
	switch name {
	case "message":
		c.Message = &text
	case "mode":
		mode := queue.Mode(text)
		c.Mode = &mode
	default:
		c.Reason = text
	}
	return ""
}
