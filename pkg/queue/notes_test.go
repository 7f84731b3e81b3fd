package queue

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// noKeys are the fields of a document that no configuration sets.
var noKeys = []string{"Version", "Door", "Plan"}

// Every value of a document that a configuration says is one that it may bring: a field that somebody forgets to list would
// silently not be applied.
func TestEveryValueOfTheDocumentIsAKey(t *testing.T) {
	var listed []Key
	var visit func(v reflect.Value, d *Document)
	visit = func(v reflect.Value, d *Document) {
		for i := range v.NumField() {
			field, name := v.Field(i), v.Type().Field(i).Name
			if slices.Contains(noKeys, name) {
				continue
			}
			before := *d
			switch {
			case name == "Settings":
				d.SetMessage("another")
			case field.Kind() == reflect.Struct:
				visit(field, d)
				continue
			case field.Kind() == reflect.String:
				field.SetString("another")
			case field.Kind() == reflect.Bool:
				field.SetBool(!field.Bool())
			default:
				field.SetInt(field.Int() + int64(time.Millisecond))
			}
			keys := d.values().changed(before.values())
			if len(keys) != 1 {
				t.Errorf("a change of %s is one of %v", name, keys)
				continue
			}
			taken := before
			taken.take(keys[0], d)
			if !taken.equal(d) {
				t.Errorf("taking %s makes %+v, want %+v", keys[0], taken, *d)
			}
			if before.values().hash() == d.values().hash() {
				t.Errorf("%s is not in the hash of the values", keys[0])
			}
			listed = append(listed, keys...)
		}
	}
	d := &Document{Pace: Pace{Mode: ModeRun, Rate: 1, MaxInside: 2, Burst: 3}, Timing: DefaultTiming(), Settings: Settings{Message: "m"}.Encode()}
	visit(reflect.ValueOf(d).Elem(), d)
	before := d.Clone()
	d.SetHealthMode(HealthAdvise)
	if keys := d.values().changed(before.values()); len(keys) != 1 || keys[0] != KeyHealth {
		t.Errorf("a change of the health's mode is one of %v", keys)
	}
	if before.take(KeyHealth, d); before.HealthMode() != HealthAdvise || before.Message() != d.Message() {
		t.Errorf("taking the health's mode makes %q", before.Settings)
	}
	d.SetSchedule(`{"zone":"UTC"}`)
	d.SetDoor(DoorClosed)
	d.SetCloseAt(9)
	if keys := d.values().changed(before.values()); !slices.Equal(keys, []Key{KeySchedule, KeyDoor, KeyCloseAt}) {
		t.Errorf("a change of schedule, door and close_at is one of %v", keys)
	}
	for _, k := range []Key{KeySchedule, KeyDoor, KeyCloseAt} {
		before.take(k, d)
	}
	if before.Schedule() != d.Schedule() || before.DoorState() != DoorClosed || before.CloseAt() != 9 {
		t.Errorf("taking schedule, door and close_at makes %+v", before)
	}
	d.SetMessages(map[string]string{"en": "Soon."})
	if keys := d.values().changed(before.values()); !slices.Equal(keys, []Key{KeyMessages}) {
		t.Errorf("a change of the messages is one of %v", keys)
	}
	if before.take(KeyMessages, d); before.Messages()["en"] != "Soon." {
		t.Errorf("taking the messages makes %q", before.Settings)
	}
	listed = append(listed, KeyHealth, KeySchedule, KeyDoor, KeyCloseAt, KeyMessages)
	if len(listed) != len(documentValues) {
		t.Errorf("%d keys are values of a document: %v; the table has %d", len(listed), listed, len(documentValues))
	}
}

func TestTheLongestSettingsAreWithinTheirBounds(t *testing.T) {
	var f configuration
	long := DefaultTiming()
	long.Life, long.Max, long.Absent = longest, longest, longest
	f.set(Document{
		Pace:   Pace{Mode: ModePause, Rate: MaxRate, MaxInside: MaxInsideLimit, Burst: MaxBurst, Strict: true},
		Timing: long, Settings: Settings{Message: strings.Repeat("\x00", MaxMessage)}.Encode(),
	}, strings.Repeat("\x00", maxConfigHash))
	current := Document{Version: math.MaxInt64 - 1, Pace: Pace{Mode: ModeRun, Burst: 1}, Timing: Timing{Life: time.Hour}}
	next := f.propose(&current)
	keys := next.byGateway(&current)
	if err := next.Validate(); err != nil || len(keys) < 15 {
		t.Errorf("%d bytes for %d keys: %v", len(next.Settings), len(keys), err)
	}
	s := next.settings()
	if n := s.notes(); n.Hash != f.hash || n.To != math.MaxInt64 || len(n.Since) != len(keys) {
		t.Errorf("read back as %+v", n)
	}
}

// recordedNotes is what the landing before wrote for a room whose configuration said: run, rate 60, burst 2, "Bitte warten".
const recordedNotes = `{"hash":"a","values":{"burst":2,"max_inside":0,"message":"c9fd8d9a1a0e9d7f","mode":"run","rate":60},` +
	`"of":"1245d772507dde9c","from":0,"to":0}`

// Notes that knew fewer keys say nothing of the others: of those the configuration brings what differs from the document.
func TestNotesOfAnEarlierReleaseAreRead(t *testing.T) {
	file := func(rate int64, window time.Duration) Document {
		d := Document{Pace: Pace{Mode: ModeRun, Rate: rate, Burst: 2}, Timing: DefaultTiming()}
		d.Timing.Window = window
		d.SetMessage("Bitte warten")
		return d
	}
	room := file(60, time.Minute) // as Restore makes it of the old room, with the timing of a gateway
	room.Version, room.Pace.Mode = 7, ModePause
	said := file(60, time.Minute)
	notes := strings.Replace(recordedNotes, "c9fd8d9a1a0e9d7f", shortHash("Bitte warten"), 1)
	room.Settings = Settings{Message: "Störung", ValuesHash: said.valuesHash(), Notes: notes}.Encode()
	for _, test := range []struct {
		name string
		file Document
		hash string
		want []Key
	}{
		{"the same file", file(60, time.Minute), "a", nil},
		{"the same file with what the new release reads of it", file(60, time.Minute), "b", nil},
		{"another rate", file(90, time.Minute), "b", []Key{KeyRate}},
		{"another window than the room has", file(60, 2*time.Minute), "b", []Key{KeyWindow}},
	} {
		var f configuration
		f.set(test.file, test.hash)
		next := f.propose(&room)
		if keys := next.values().changed(room.values()); !slices.Equal(keys, test.want) {
			t.Errorf("%s: changes %v, want %v", test.name, keys, test.want)
		}
	}
}

// A single duration that does not go with those of the document brings all of the configuration's.
func TestADurationThatDoesNotGoWithTheOthersBringsThem(t *testing.T) {
	var f configuration
	file := Document{Pace: Pace{Mode: ModeRun, Burst: 2}, Timing: DefaultTiming()}
	f.set(file, "a")
	room := f.initial()
	room.Timing.Absent, room.Timing.Confirm = time.Hour, 30*time.Minute
	file.Timing.Absent = 20 * time.Minute
	f.set(file, "b")
	next := f.propose(&room)
	if next.Timing != file.Timing {
		t.Errorf("%+v", next.Timing)
	}
}
