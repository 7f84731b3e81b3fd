package operator

import (
	"encoding/json"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
)

// member is one control that a change can name. Reading a change, making it and recording it go by the table of members
// alone: another control is another row.
type member struct {
	name string
	// keys are the values of the document that a change of it may touch.
	keys []queue.ControlKey
	// given reports whether a change names it.
	given func(*Change) bool
	// read takes it from JSON; detail says what is wrong with the value.
	read func(c *Change, value json.RawMessage) (detail string)
	// set makes it so in a document.
	set func(to *queue.Control, c *Change)
	// asked and is are fields of the record: what a change says, and what a document says.
	asked func(*Change) zap.Field
	is    func(*queue.Control) zap.Field
}

// members is a constant table, in the order in which errors list it.
var members = [...]member{
	number("rate", func(c *Change) **int64 { return &c.Rate }, func(d *queue.Control) *int64 { return &d.Pace.Rate },
		queue.KeyRate, queue.KeyBurst), // the burst may follow
	number("max_inside", func(c *Change) **int64 { return &c.MaxInside }, func(d *queue.Control) *int64 { return &d.Pace.MaxInside },
		queue.KeyMaxInside),
	number("burst", func(c *Change) **int64 { return &c.Burst }, func(d *queue.Control) *int64 { return &d.Pace.Burst }, queue.KeyBurst),
	text("mode", false, func(c *Change) **queue.Mode { return &c.Mode }, func(d *queue.Control) *queue.Mode { return &d.Mode }, queue.KeyMode),
	text("message", true, func(c *Change) **string { return &c.Message }, func(d *queue.Control) *string { return &d.Message }, queue.KeyMessage),
}

// number is a member that is a whole number.
func number(name string, of func(*Change) **int64, in func(*queue.Control) *int64, keys ...queue.ControlKey) member {
	return member{
		name: name, keys: keys,
		given: func(c *Change) bool { return *of(c) != nil },
		read: func(c *Change, value json.RawMessage) string {
			var n int64
			if isNull(value) || json.Unmarshal(value, &n) != nil {
				return "want a whole number"
			}
			*of(c) = &n
			return ""
		},
		set:   func(to *queue.Control, c *Change) { *in(to) = **of(c) },
		asked: func(c *Change) zap.Field { return zap.Int64(name, **of(c)) },
		is:    func(d *queue.Control) zap.Field { return zap.Int64(name, *in(d)) },
	}
}

// text is a member that is a word or a text. null takes it away where it is removable (RFC 7396 §2).
func text[T ~string](name string, removable bool, of func(*Change) **T, in func(*queue.Control) *T, keys ...queue.ControlKey) member {
	return member{
		name: name, keys: keys,
		given: func(c *Change) bool { return *of(c) != nil },
		read: func(c *Change, value json.RawMessage) string {
			var s T
			if isNull(value) && !removable || json.Unmarshal(value, &s) != nil {
				return "want a string"
			}
			*of(c) = &s
			return ""
		},
		set:   func(to *queue.Control, c *Change) { *in(to) = **of(c) },
		asked: func(c *Change) zap.Field { return zap.String(name, bounded(string(**of(c)))) },
		is:    func(d *queue.Control) zap.Field { return zap.String(name, bounded(string(*in(d)))) },
	}
}

func isNull(value json.RawMessage) bool { return string(value) == "null" }

// Members are the names of what a change can change, in the order in which errors list them.
func Members() []string {
	names := make([]string, len(members))
	for i := range members {
		names[i] = members[i].name
	}
	return names
}

// Read takes one member from JSON into the change: a control, or the reason. detail says what is wrong with the value;
// known is false if there is no such member.
func (c *Change) Read(name string, value json.RawMessage) (detail string, known bool) {
	if name == "reason" {
		var reason string
		if isNull(value) || json.Unmarshal(value, &reason) != nil {
			return "want a string", true
		}
		c.Reason = reason
		return "", true
	}
	for i := range members {
		if members[i].name == name {
			return members[i].read(c, value), true
		}
	}
	return "", false
}
