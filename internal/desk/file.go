package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/einlass/einlass/pkg/queue"
)

// fileVersion is what this release writes and reads.
const fileVersion = 1

// file is what is kept of a desk.
type file struct {
	Version int     `json:"version"`
	Room    string  `json:"room"`
	Places  []entry `json:"places"`
}

// entry is one place of a desk.
type entry struct {
	Visitor visitorText `json:"visitor"`
	Epoch   uint64      `json:"epoch"`
	Number  uint64      `json:"number"`
	Lane    uint8       `json:"lane,omitempty"`
	// Taken and Renewed are when it was taken, and when it was last known to be good for a whole life, in ms.
	Taken   int64 `json:"taken"`
	Renewed int64 `json:"renewed"`
}

func (e *entry) ticket() queue.Ticket {
	return queue.Ticket{Visitor: queue.VisitorID(e.Visitor), Epoch: e.Epoch, Number: e.Number, Lane: e.Lane}
}

// visitorText is an id as text.
type visitorText queue.VisitorID

func (v visitorText) MarshalText() ([]byte, error) { return []byte(queue.VisitorID(v).String()), nil }

func (v *visitorText) UnmarshalText(text []byte) error {
	id, err := queue.ParseVisitorID(string(text))
	*v = visitorText(id)
	return err
}

// read reads a file; one that is not there is empty.
func read(path, room string) ([]entry, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if f.Version != fileVersion || f.Room != room {
		return nil, fmt.Errorf("%s: it is of version %d and room %q, want version %d and room %q", path, f.Version, f.Room, fileVersion, room)
	}
	for i := range f.Places {
		p := f.Places[i].ticket()
		if p.Visitor == (queue.VisitorID{}) || p.Epoch == 0 || p.Number == 0 || p.Number > queue.MaxNumber || p.Lane >= queue.Lanes {
			return nil, fmt.Errorf("%s: places[%d] is none", path, i)
		}
	}
	return f.Places, nil
}

// write replaces the file: whenever the machine stops, it holds the old places or the new ones.
func write(path, room string, places []entry) (err error) {
	text, err := json.Marshal(file{Version: fileVersion, Room: room, Places: places})
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err := f.Write(append(text, '\n')); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
