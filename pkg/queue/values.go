package queue

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Key names one value of a [Document] that a configuration sets, as configuration files and the admin API do.
type Key string

// The keys of a document.
const (
	KeyMode      Key = "mode"
	KeyRate      Key = "rate"
	KeyMaxInside Key = "max_inside"
	KeyBurst     Key = "burst"
	KeyStrict    Key = "strict"
	KeyMessage   Key = "message"
	KeyMessages  Key = "messages"
	KeyHealth    Key = "health"
	KeySchedule  Key = "schedule"
	KeyDoor      Key = "door"
	KeyCloseAt   Key = "close_at"

	KeyAbsent  Key = "absent"
	KeyConfirm Key = "confirm"
	KeyWindow  Key = "window"
	KeyLead    Key = "lead"
	KeyActive  Key = "active"
	KeyPage    Key = "page"
	KeyIdle    Key = "idle"
	KeyMax     Key = "max"
	KeyResume  Key = "resume"
	KeyLife    Key = "life"
	KeyHold    Key = "hold"
	KeyGrace   Key = "grace"
)

// documentValue is one value of a document: how it is compared and noted, and how it is taken over. The engine knows the values
// by this table alone.
type documentValue struct {
	key Key
	// says is the value as it is noted: numbers and words as they are, durations in milliseconds, texts as a hash.
	says func(*Document) any
	take func(to, from *Document)
}

// documentValues is a constant table, in the order in which keys are listed.
var documentValues = [...]documentValue{
	{KeyMode, func(d *Document) any { return d.Pace.Mode }, func(to, from *Document) { to.Pace.Mode = from.Pace.Mode }},
	{KeyRate, func(d *Document) any { return d.Pace.Rate }, func(to, from *Document) { to.Pace.Rate = from.Pace.Rate }},
	{KeyMaxInside, func(d *Document) any { return d.Pace.MaxInside }, func(to, from *Document) { to.Pace.MaxInside = from.Pace.MaxInside }},
	{KeyBurst, func(d *Document) any { return d.Pace.Burst }, func(to, from *Document) { to.Pace.Burst = from.Pace.Burst }},
	{KeyStrict, func(d *Document) any { return d.Pace.Strict }, func(to, from *Document) { to.Pace.Strict = from.Pace.Strict }},
	{KeyMessage, func(d *Document) any { return shortHash(d.Message()) }, func(to, from *Document) { to.SetMessage(from.Message()) }},
	{KeyMessages, func(d *Document) any { return hashOf(d.Messages()) }, func(to, from *Document) { to.SetMessages(from.Messages()) }},
	{KeyHealth, func(d *Document) any { return d.HealthMode() }, func(to, from *Document) { to.SetHealthMode(from.HealthMode()) }},
	{KeySchedule, func(d *Document) any { return shortHash(d.Schedule()) }, func(to, from *Document) { to.SetSchedule(from.Schedule()) }},
	{KeyDoor, func(d *Document) any { return d.DoorState() }, func(to, from *Document) { to.SetDoor(from.DoorState()) }},
	{KeyCloseAt, func(d *Document) any { return d.CloseAt() }, func(to, from *Document) { to.SetCloseAt(from.CloseAt()) }},
	duration(KeyAbsent, func(t *Timing) *time.Duration { return &t.Absent }),
	duration(KeyConfirm, func(t *Timing) *time.Duration { return &t.Confirm }),
	duration(KeyWindow, func(t *Timing) *time.Duration { return &t.Window }),
	duration(KeyLead, func(t *Timing) *time.Duration { return &t.Lead }),
	duration(KeyActive, func(t *Timing) *time.Duration { return &t.Active }),
	duration(KeyPage, func(t *Timing) *time.Duration { return &t.Page }),
	duration(KeyIdle, func(t *Timing) *time.Duration { return &t.Idle }),
	duration(KeyMax, func(t *Timing) *time.Duration { return &t.Max }),
	duration(KeyResume, func(t *Timing) *time.Duration { return &t.Resume }),
	duration(KeyLife, func(t *Timing) *time.Duration { return &t.Life }),
	duration(KeyHold, func(t *Timing) *time.Duration { return &t.Hold }),
	duration(KeyGrace, func(t *Timing) *time.Duration { return &t.Grace }),
}

func duration(k Key, of func(*Timing) *time.Duration) documentValue {
	return documentValue{
		k, func(d *Document) any { return of(&d.Timing).Milliseconds() },
		func(to, from *Document) { *of(&to.Timing) = *of(&from.Timing) },
	}
}

// hashOf is a hash of texts by their names; of none it is that of an empty text.
func hashOf(texts map[string]string) string {
	if len(texts) == 0 {
		return shortHash("")
	}
	text, err := json.Marshal(texts)
	if err != nil {
		panic(fmt.Sprintf("queue: texts cannot be encoded: %v", err)) // texts always can
	}
	return shortHash(string(text))
}

// values are what the values of a document say, by key, in JSON. Nil: not known.
type values map[Key]json.RawMessage

func (d *Document) values() values {
	all := make(values, len(documentValues))
	for _, v := range documentValues {
		text, err := json.Marshal(v.says(d))
		if err != nil {
			panic(fmt.Sprintf("queue: %s cannot be encoded: %v", v.key, err)) // a number or a text always can
		}
		all[v.key] = text
	}
	return all
}

// Differs lists the keys in which two documents differ.
func (d *Document) Differs(other *Document) []Key { return d.values().changed(other.values()) }

// with is v with the values of others where v says nothing.
func (v values) with(others values) values {
	all := make(values, len(documentValues))
	for _, value := range documentValues {
		text, said := v[value.key]
		if !said {
			text = others[value.key]
		}
		all[value.key] = text
	}
	return all
}

// changed lists the keys in which v and old differ.
func (v values) changed(old values) (keys []Key) {
	for _, value := range documentValues {
		if string(v[value.key]) != string(old[value.key]) {
			keys = append(keys, value.key)
		}
	}
	return keys
}

// hash names the values.
func (v values) hash() string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("queue: values cannot be encoded: %v", err)) // they are JSON
	}
	return shortHash(string(text))
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
func (v values) edited(before, current values) []Key {
	keys := v.changed(before)
	if !v.burstFollows() || !before.burstFollows() {
		return keys
	}
	keys = slices.DeleteFunc(keys, func(k Key) bool { return k == KeyBurst })
	if current.burstFollows() && slices.Contains(keys, KeyRate) {
		keys = append(keys, KeyBurst)
	}
	return keys
}

// take copies one value.
func (d *Document) take(k Key, from *Document) {
	for _, v := range documentValues {
		if v.key == k {
			v.take(d, from)
		}
	}
}

// DefaultBurst is one second's worth of entries, at least two: with a burst of one, a late tick loses the credit beyond
// that one, and a slow line falls behind its pace.
func DefaultBurst(rate int64) int64 { return min(max(2, (rate+59)/60), MaxBurst) }
