package queue

import (
	"encoding/json"
	"fmt"
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

// take copies one value.
func (c *Control) take(k ControlKey, from *Control) {
	for _, v := range controlValues {
		if v.key == k {
			v.take(c, from)
		}
	}
}
