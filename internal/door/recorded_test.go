package door_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/internal/door"
	"github.com/einlass/einlass/pkg/token"
)

// record makes a recording of this release beside the earlier ones: -record testdata/2026-11-30.json
var recordFile = flag.String("record", "", "file to record codes of this release in")

// recording is what a release has made, with what it says. Recordings are never changed: what they hold is printed on paper.
type recording struct {
	Keys        string // as EINLASS_KEYS has them
	Room        string
	Now         int64
	Batches     json.RawMessage // as documents have them
	Codes       []recorded
	Invitations []recorded
	Places      []recordedPlace
}

type recorded struct {
	Text   string
	Group  string
	Batch  uint16 `json:",omitempty"`
	Serial uint32 `json:",omitempty"`
	Uses   uint8  `json:",omitempty"`
	Code   string `json:",omitempty"` // what the store knows it by, in hex
}

type recordedPlace struct {
	Order uint64
	Text  string
}

func recordedOf(text string, e *door.Entry) recorded {
	r := recorded{Text: text, Group: e.Group, Batch: e.Batch, Serial: e.Serial, Uses: e.Uses}
	if e.Code != [16]byte{} {
		r.Code = hex.EncodeToString(e.Code[:])
	}
	return r
}

func TestWhatEarlierReleasesMadeIsRead(t *testing.T) {
	if *recordFile != "" {
		write(t, *recordFile)
	}
	files, err := filepath.Glob("testdata/20*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("recordings: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { replay(t, file) })
	}
}

func replay(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	var r recording
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil || len(r.Codes) == 0 || len(r.Invitations) == 0 || len(r.Places) == 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	codes, invitations, places := r.open(t)
	for _, want := range r.Codes {
		if e, err := codes.Check(want.Text, r.Now); err != nil || recordedOf(want.Text, &e) != want {
			t.Errorf("code: %+v, %v, want %+v", e, err, want)
		}
		if text := code(t, codes, want.Batch, want.Serial); text != want.Text {
			t.Errorf("made again: %s, was %s", text, want.Text)
		}
	}
	for _, want := range r.Invitations {
		if e, err := invitations.Check(want.Text, r.Now); err != nil || recordedOf(want.Text, &e) != want {
			t.Errorf("invitation: %+v, %v, want %+v", e, err, want)
		}
	}
	for _, want := range r.Places {
		if err := places.Check(want.Order, want.Text, r.Now); err != nil {
			t.Errorf("place %d, %s: %v", want.Order, want.Text, err)
		}
	}
}

func (r *recording) open(t *testing.T) (*door.Codes, *door.Invitations, *door.Places) {
	t.Helper()
	ring, err := token.LoadEnv(r.Keys)
	if err != nil {
		t.Fatal(err)
	}
	source, err := token.NewSource(ring)
	if err != nil {
		t.Fatal(err)
	}
	batches, err := door.ParseBatches(string(r.Batches))
	if err != nil {
		t.Fatal(err)
	}
	codes, err := door.NewCodes(source, r.Room, batches)
	if err != nil {
		t.Fatal(err)
	}
	return codes, invitationsOf(t, source, shared), placesOf(t, source, r.Room)
}

// write makes a recording.
func write(t *testing.T, file string) {
	t.Helper()
	r := recording{
		Keys: "k1:aW52aXRlZCB0byB0aGUgZG9vciBvZiBhIHRvd24gaGE=,k0:Y29kZXMgb24gcGFwZXIgbXVzdCBiZSByZWFkIGxhdGU=", Room: room, Now: noon,
		Batches: json.RawMessage(door.Batches{
			batch(1, nil),
			batch(2, func(b *door.Batch) { b.Kid, b.Group, b.Uses, b.Count = "k1", "over80", 4, door.MaxCount }),
			batch(1023, func(b *door.Batch) { b.From, b.Until, b.Singles = noon-hour, noon+hour, []uint32{7} }),
		}.Encode()),
	}
	codes, invitations, places := r.open(t)
	for _, c := range []struct {
		batch  uint16
		serial uint32
	}{{1, 0}, {1, 99}, {2, 1}, {2, door.MaxCount - 1}, {1023, 6}} {
		text := code(t, codes, c.batch, c.serial)
		e, err := codes.Check(text, noon)
		if err != nil {
			t.Fatal(err)
		}
		r.Codes = append(r.Codes, recordedOf(text, &e))
	}
	for _, v := range []door.Invitation{{Group: "residents", Until: noon + hour}, {Group: "over80", Person: "case 17", From: noon - hour, Until: noon + hour}} {
		text, err := invitations.Make(v, noon)
		if err != nil {
			t.Fatal(err)
		}
		e, err := invitations.Check(text, noon)
		if err != nil {
			t.Fatal(err)
		}
		r.Invitations = append(r.Invitations, recordedOf(text, &e))
	}
	for _, order := range []uint64{1, 1<<53 - 1} {
		r.Places = append(r.Places, recordedPlace{order, places.Code(order, noon)})
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(file, append(text, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
