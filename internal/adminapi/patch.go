package adminapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/einlass/einlass/internal/operator"
)

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
	accepted := "; accepted: " + strings.Join(operator.Members(), ", ")
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.name] {
			bad = append(bad, operator.FieldError{Field: f.name, Detail: "is given more than once"})
			continue
		}
		seen[f.name] = true
		detail, known := c.Read(f.name, f.value)
		if !known {
			detail = "is unknown or cannot be changed" + accepted
		}
		if detail != "" {
			bad = append(bad, operator.FieldError{Field: f.name, Detail: detail})
		}
	}
	if c.Empty() && len(bad) == 0 {
		bad = append(bad, operator.FieldError{Detail: "nothing to change" + accepted})
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
