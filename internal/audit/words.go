package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// Words is what an entry tells, in a line: each value that was asked for, with what it was before.
func (e *Entry) Words() string {
	text := e.Act
	asked, before, after := members(e.Asked), members(e.Before), members(e.After)
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		was, now := before[name], asked[name]
		if to, ok := after[name]; ok {
			now = to
		}
		if was != "" && e.Error == "" {
			now = was + " → " + now
		}
		text += " " + name + " " + now
	}
	if len(asked) == 0 {
		for _, name := range slices.Sorted(maps.Keys(after)) {
			text += " " + name + " " + after[name]
		}
	}
	if e.Reason != "" {
		text += fmt.Sprintf(" (%s)", e.Reason)
	}
	if e.Error != "" {
		text = "REFUSED " + text + ": " + e.Error
	}
	return text
}

// members are the members of an object, each value in short.
func members(object json.RawMessage) map[string]string {
	var all map[string]json.RawMessage
	if json.Unmarshal(object, &all) != nil {
		return nil
	}
	short := make(map[string]string, len(all))
	for name, value := range all {
		text := string(value)
		if utf8.RuneCountInString(text) > mostWords {
			text = string([]rune(text)[:mostWords-1]) + "…"
		}
		short[name] = text
	}
	return short
}

// mostWords bounds a value in a line, in characters.
const mostWords = 80
