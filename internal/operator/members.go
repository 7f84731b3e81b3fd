package operator

import (
	"encoding/json"

	"go.uber.org/zap"

	"github.com/einlass/einlass/pkg/queue"
)

// member is one value of the document that a change can name. Reading a change, making it and recording it go by the table of members
// alone: another value is another row.
type member struct {
	name string
	// keys are the values of the document that a change of it may touch.
	keys []queue.Key
	// given reports whether a change names it.
	given func(*Change) bool
	// read takes it from JSON; detail says what is wrong with the value.
	read func(c *Change, value json.RawMessage) (detail string)
	// set makes it so in a document.
	set func(to *queue.Document, c *Change)
	// asked and is are fields of the record: what a change says, and what a document says.
	asked func(*Change) zap.Field
	is    func(*queue.Document) zap.Field
	// back has a change name what a document says of the value, so that it undoes another change of it.
	back func(undo, made *Change, before *queue.Document)
	// large: a record repeats it only if a change names it.
	large bool
}

// members is a constant table, in the order in which errors list it.
var members = [...]member{
	number("rate", func(c *Change) **int64 { return &c.Rate }, func(d *queue.Document) *int64 { return &d.Pace.Rate },
		queue.KeyRate, queue.KeyBurst), // the burst may follow
	number("max_inside", func(c *Change) **int64 { return &c.MaxInside }, func(d *queue.Document) *int64 { return &d.Pace.MaxInside },
		queue.KeyMaxInside),
	number("burst", func(c *Change) **int64 { return &c.Burst }, func(d *queue.Document) *int64 { return &d.Pace.Burst }, queue.KeyBurst),
	text("mode", false, func(c *Change) **queue.Mode { return &c.Mode }, func(d *queue.Document) queue.Mode { return d.Pace.Mode },
		func(d *queue.Document, m queue.Mode) { d.Pace.Mode = m }, queue.KeyMode),
	flag("strict", func(c *Change) **bool { return &c.Strict }, func(d *queue.Document) *bool { return &d.Pace.Strict }, queue.KeyStrict),
	text("message", true, func(c *Change) **string { return &c.Message }, (*queue.Document).Message, (*queue.Document).SetMessage,
		queue.KeyMessage),
	messages(),
	messageUntil(),
	text("health", false, func(c *Change) **queue.HealthMode { return &c.Health }, (*queue.Document).HealthMode, (*queue.Document).SetHealthMode,
		queue.KeyHealth),
	schedule(),
	text("door", false, func(c *Change) **string { return &c.Door }, (*queue.Document).DoorState, (*queue.Document).SetDoor, queue.KeyDoor),
	closeAt(),
}

// number is a member that is a whole number.
func number(name string, of func(*Change) **int64, in func(*queue.Document) *int64, keys ...queue.Key) member {
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
		set:   func(to *queue.Document, c *Change) { *in(to) = **of(c) },
		back:  func(undo, _ *Change, before *queue.Document) { n := *in(before); *of(undo) = &n },
		asked: func(c *Change) zap.Field { return zap.Int64(name, **of(c)) },
		is:    func(d *queue.Document) zap.Field { return zap.Int64(name, *in(d)) },
	}
}

// flag is a member that is true or false.
func flag(name string, of func(*Change) **bool, in func(*queue.Document) *bool, keys ...queue.Key) member {
	return member{
		name: name, keys: keys,
		given: func(c *Change) bool { return *of(c) != nil },
		read: func(c *Change, value json.RawMessage) string {
			var yes bool
			if isNull(value) || json.Unmarshal(value, &yes) != nil {
				return "want true or false"
			}
			*of(c) = &yes
			return ""
		},
		set:   func(to *queue.Document, c *Change) { *in(to) = **of(c) },
		back:  func(undo, _ *Change, before *queue.Document) { yes := *in(before); *of(undo) = &yes },
		asked: func(c *Change) zap.Field { return zap.Bool(name, **of(c)) },
		is:    func(d *queue.Document) zap.Field { return zap.Bool(name, *in(d)) },
	}
}

// text is a member that is a word or a text. null takes it away where it is removable (RFC 7396 §2).
func text[T ~string](
	name string, removable bool, of func(*Change) **T, is func(*queue.Document) T, set func(*queue.Document, T), keys ...queue.Key,
) member {
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
		set: func(to *queue.Document, c *Change) { set(to, **of(c)) },
		back: func(undo, _ *Change, before *queue.Document) {
			s := is(before)
			*of(undo) = &s
			undo.keepUntil(before)
		},
		asked: func(c *Change) zap.Field { return zap.String(name, bounded(string(**of(c)))) },
		is:    func(d *queue.Document) zap.Field { return zap.String(name, bounded(string(is(d)))) },
	}
}

// closeAt is a number that the settings hold.
func closeAt() member {
	m := number("close_at", func(c *Change) **int64 { return &c.CloseAt }, nil, queue.KeyCloseAt)
	m.set = func(to *queue.Document, c *Change) { to.SetCloseAt(*c.CloseAt) }
	m.is = func(d *queue.Document) zap.Field { return zap.Int64("close_at", d.CloseAt()) }
	m.back = func(undo, _ *Change, before *queue.Document) { n := before.CloseAt(); undo.CloseAt = &n }
	return m
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

// Read takes one member from JSON into the change: a value, or the reason. detail says what is wrong with the value;
// known is false if there is no such member.
func (c *Change) Read(name string, value json.RawMessage) (detail string, known bool) {
	for beside, to := range map[string]*string{"reason": &c.Reason, "confirm": &c.Confirm} {
		if name != beside {
			continue
		}
		var text string
		if isNull(value) || json.Unmarshal(value, &text) != nil {
			return "want a string", true
		}
		*to = text
		return "", true
	}
	for i := range members {
		if members[i].name == name {
			return members[i].read(c, value), true
		}
	}
	return "", false
}
