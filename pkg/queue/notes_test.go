package queue

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Every value of a control document is one that a configuration may bring: a field that somebody forgets to list would
// silently not be applied.
func TestEveryValueOfTheControlsIsAKey(t *testing.T) {
	var listed []ControlKey
	var visit func(v reflect.Value, c *Control)
	visit = func(v reflect.Value, c *Control) {
		for i := range v.NumField() {
			field := v.Field(i)
			switch v.Type().Field(i).Name {
			case "Version", "ValuesHash", "Notes":
				continue
			}
			before := *c
			switch field.Kind() {
			case reflect.Struct:
				visit(field, c)
				continue
			case reflect.String:
				field.SetString("another")
			default:
				field.SetInt(field.Int() + 1)
			}
			keys := c.values().changed(before.values())
			if len(keys) != 1 {
				t.Errorf("a change of %s is one of %v", v.Type().Field(i).Name, keys)
				continue
			}
			taken := before
			taken.take(keys[0], c)
			if taken != *c {
				t.Errorf("taking %s makes %+v, want %+v", keys[0], taken, *c)
			}
			if before.valuesHash() == c.valuesHash() {
				t.Errorf("%s is not in the hash of the values", keys[0])
			}
			listed = append(listed, keys...)
		}
	}
	c := &Control{Mode: ModeRun, Pace: Pace{Rate: 1, MaxInside: 2, Burst: 3}, Message: "m"}
	visit(reflect.ValueOf(c).Elem(), c)
	if want := []ControlKey{KeyMode, KeyRate, KeyMaxInside, KeyBurst, KeyMessage}; !slices.Equal(listed, want) {
		t.Errorf("the keys are %v, want %v", listed, want)
	}
}

func TestTheLongestNotesAreWithinTheirBounds(t *testing.T) {
	var f configuration
	f.set(Control{
		Mode: ModePause, Pace: Pace{Rate: MaxRate, MaxInside: MaxInsideLimit, Burst: MaxBurst}, Message: strings.Repeat("\x00", maxMessage),
	}, strings.Repeat("\x00", maxConfigHash))
	current := Control{Version: math.MaxInt64 - 1, Mode: ModeRun, Pace: Pace{Burst: 1}}
	next := f.propose(current)
	keys := next.byGateway(current)
	if err := next.Validate(); err != nil || len(keys) != 5 {
		t.Errorf("%d bytes for %d keys: %v", len(next.Notes), len(keys), err)
	}
	if n := next.notes(); n.Hash != f.hash || n.To != math.MaxInt64 || len(n.Since) != 5 {
		t.Errorf("read back as %+v", n)
	}
}
