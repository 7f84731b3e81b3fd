package memstore

import (
	"bytes"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/einlass/einlass/pkg/queue"
)

// FuzzDecode: whatever a file holds, it is refused or makes a room that goes on. What was decoded is what is written again.
func FuzzDecode(f *testing.F) {
	p := history(f, 3, filepath.Join(f.TempDir(), "room"), 200)
	var places bytes.Buffer
	h := p.store.keeper.head(p.store.room, p.now)
	must(f, p.store.room.writePlaces(&places, h.encode(), unlocked{}))
	f.Add(places.Bytes())
	f.Add(p.store.keeper.encode(p.store.room, p.now, true).data)
	f.Add((&head{}).encode())
	must(f, p.store.Close())
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decode(data)
		if err != nil {
			if !errors.Is(err, errDamaged) {
				t.Fatal(err)
			}
			return
		}
		c.shift(c.Saved - 1000)
		s := &Store{line: &line{clock: func() int64 { return c.Saved }, keeper: &keeper{changed: newChanges()}}, format: queue.Format}
		s.continueLine(nil, c)
		first := dumped(s)
		h := s.keeper.head(s.room, c.Saved)
		var again bytes.Buffer
		must(t, s.room.writePlaces(&again, h.encode(), unlocked{}))
		read, err := decode(again.Bytes())
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if !reflect.DeepEqual(read.Figures, s.room.figures) {
			t.Errorf("figures %+v, want %+v", read.Figures, s.room.figures)
		}
		r := newRoom(c.Saved)
		r.figures = read.Figures
		r.useDocument(r.Document)
		r.load(read, &contents{head: read.head}, newChanges())
		if d := dumped(&Store{line: &line{room: r}}).differ(first); d != nil {
			t.Error(d)
		}
		s.room.now = max(1, s.room.Tick)
		s.room.advance("", queue.Sample{}, queue.Verdict{})
		s.room.snapshot()
	})
}

func TestARoomThatNeedsANewerReleaseIsSetAside(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "room"), newClock()
	s := begun(t, path, c, document(0))
	s.room.Format = queue.Format + 1
	must(t, s.Close())
	s = open(t, path, c)
	if d := s.Recovery().Damaged; len(d) != 2 || !strings.Contains(d[0].Error(), "format 3, this program knows formats 1 to 2") {
		t.Errorf("damaged: %v", d)
	}
}

// FuzzBefore does the same with files of the release before.
func FuzzBefore(f *testing.F) {
	for _, dir := range []string{"testdata/2026-11-28/stopped/termine", "testdata/2026-11-28/killed/termine", "testdata/multiplied/room"} {
		for ending, kind := range map[string]kind{".marks": kindMarks, ".places": kindPlaces} {
			data, _, err := readSealed(dir+ending, kind)
			must(f, err)
			f.Add(data, kind == kindPlaces)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, isPlaces bool) {
		var b *before
		if isPlaces {
			p, err := decodePlacesBefore(data)
			if err != nil {
				return
			}
			b = newBefore(nil, p)
		} else {
			m, err := decodeMarksBefore(data)
			if err != nil {
				return
			}
			b = newBefore(m, nil)
		}
		r := b.room(max(1, b.marks.Saved), configured(), epochNote{}, newChanges())
		h := head{Saved: r.now, Reserved: r.Last, Figures: r.figures}
		var out bytes.Buffer
		must(t, r.writePlaces(&out, h.encode(), unlocked{}))
		if _, err := decode(out.Bytes()); err != nil {
			t.Fatalf("the line cannot be read as it is written: %v", err)
		}
		r.advance("", queue.Sample{}, queue.Verdict{})
		r.snapshot()
	})
}
