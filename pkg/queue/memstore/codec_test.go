package memstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

func marked() savedMarks {
	return savedMarks{
		Saved: 5, Reserved: 7,
		Marks: marks{Epoch: 3, Last: 7, Control: queue.Control{Version: 2, Mode: queue.ModeRun, Pace: queue.Pace{Burst: 1}, Notes: `{"to":2}`}},
	}
}

func TestWhatGatewaysNoteIsKeptWithoutATraceInTheMarksThatEarlierReleasesRead(t *testing.T) {
	data, err := marked().encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := decodeMarks(data)
	if err != nil || read.Marks != marked().Marks {
		t.Errorf("read back as %+v, %v", read.Marks, err)
	}
	// The release before reads one value, in which it knows every member.
	var first map[string]json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&first); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(bytes.ToLower(first["Marks"]), []byte("notes")) || len(first) != 4 {
		t.Errorf("the marks say %v", first)
	}
}

func TestAFileOfAnEarlierOrALaterReleaseIsRead(t *testing.T) {
	data, err := marked().encode()
	if err != nil {
		t.Fatal(err)
	}
	end := bytes.Index(data, []byte(`}{"Notes"`)) + 1
	earlier, err := decodeMarks(data[:end])
	if err != nil || earlier.Marks.Control.Notes != "" || earlier.Marks.Last != 7 {
		t.Errorf("of an earlier one: %+v, %v", earlier.Marks, err)
	}
	later, err := decodeMarks(append(data[:end:end], `{"Plan":[1],"Notes":"n"}`...))
	if err != nil || later.Marks.Control.Notes != "n" {
		t.Errorf("of a later one: %+v, %v", later.Marks, err)
	}
	if _, err := decodeMarks(append(data[:end:end], `{"Plan"`...)); err == nil {
		t.Error("half a value is read")
	}
}

func TestThePlacesFileKeepsWhatGatewaysNote(t *testing.T) {
	clock := int64(1_800_000_000_000)
	s, err := New(Config{
		Timing: queue.Timing{Absent: 1e9, ClaimWindow: 1e9, Idle: 1e9, TicketLife: 1e9}, Clock: func() int64 { return clock },
		Files: &Files{Path: filepath.Join(t.TempDir(), "room")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(t.Context(), queue.Watermark{Control: marked().Marks.Control}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for name, kind := range map[string]kind{".marks": kindMarks, ".places": kindPlaces} {
		data, err := readSealed(s.keeper.files.Path+name, kind)
		if err != nil {
			t.Fatal(err)
		}
		if kind == kindPlaces {
			data = data[4 : 4+binary.LittleEndian.Uint32(data)]
		}
		if m, err := decodeMarks(data); err != nil || m.Marks.Control != marked().Marks.Control {
			t.Errorf("%s: %+v, %v", name, m.Marks.Control, err)
		}
	}
}
