package queue

import (
	"encoding/json"
	"fmt"
	"slices"
)

// ControlKey names one value of a [Control], as configuration files and the admin API do.
type ControlKey string

// The keys of a control document.
const (
	KeyMode      ControlKey = "mode"
	KeyRate      ControlKey = "rate"
	KeyMaxInside ControlKey = "max_inside"
	KeyBurst     ControlKey = "burst"
	KeyMessage   ControlKey = "message"
)

// controlValue is one value of a control document: how it is compared and noted, and how it is taken over. The engine knows
// the values by this table alone.
type controlValue struct {
	key ControlKey
	// says is the value as it is noted: numbers and words as they are, texts as a hash.
	says func(*Control) any
	take func(to, from *Control)
}

// controlValues is a constant table, in the order in which keys are listed.
var controlValues = [...]controlValue{
	{KeyMode, func(c *Control) any { return c.Mode }, func(to, from *Control) { to.Mode = from.Mode }},
	{KeyRate, func(c *Control) any { return c.Pace.Rate }, func(to, from *Control) { to.Pace.Rate = from.Pace.Rate }},
	{KeyMaxInside, func(c *Control) any { return c.Pace.MaxInside }, func(to, from *Control) { to.Pace.MaxInside = from.Pace.MaxInside }},
	{KeyBurst, func(c *Control) any { return c.Pace.Burst }, func(to, from *Control) { to.Pace.Burst = from.Pace.Burst }},
	{KeyMessage, func(c *Control) any { return shortHash(c.Message) }, func(to, from *Control) { to.Message = from.Message }},
}

// values are what the values of a control document say, by key, in JSON. Nil: not known.
type values map[ControlKey]json.RawMessage

func (c *Control) values() values {
	all := make(values, len(controlValues))
	for _, v := range controlValues {
		text, err := json.Marshal(v.says(c))
		if err != nil {
			panic(fmt.Sprintf("queue: %s cannot be encoded: %v", v.key, err)) // a number or a text always can
		}
		all[v.key] = text
	}
	return all
}

// changed lists the keys in which v and old differ.
func (v values) changed(old values) (keys []ControlKey) {
	for _, value := range controlValues {
		if string(v[value.key]) != string(old[value.key]) {
			keys = append(keys, value.key)
		}
	}
	return keys
}

// burstFollows reports whether the burst is left to the rate: files that name no burst have that number. The admin API goes
// by the same rule when an operator changes the rate.
func (v values) burstFollows() bool {
	var rate, burst int64
	return json.Unmarshal(v[KeyRate], &rate) == nil && json.Unmarshal(v[KeyBurst], &burst) == nil && burst == DefaultBurst(rate)
}

// edited lists the keys that an edit of a configuration from before to v brings to a document that says current. A burst
// that both leave to the rate is no edit, though it is another number at another rate: it follows the rate where that of the
// document does, and a burst that an operator has set stays.
func (v values) edited(before, current values) []ControlKey {
	keys := v.changed(before)
	if !v.burstFollows() || !before.burstFollows() {
		return keys
	}
	keys = slices.DeleteFunc(keys, func(k ControlKey) bool { return k == KeyBurst })
	if current.burstFollows() && slices.Contains(keys, KeyRate) {
		keys = append(keys, KeyBurst)
	}
	return keys
}

// take copies one value.
func (c *Control) take(k ControlKey, from *Control) {
	for _, v := range controlValues {
		if v.key == k {
			v.take(c, from)
		}
	}
}
