package memstore

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// Held are the files of a line that no process uses, kept so until Close: for who puts older ones in their place.
type Held struct {
	lock *os.File
	path string
}

// Hold keeps every process from using the files. One that uses them is an error.
func (f *Files) Hold() (*Held, error) {
	lock, err := lockFile(f.Path + ".lock")
	if err != nil {
		return nil, err
	}
	return &Held{lock, f.Path}, nil
}

// PutBack is called when other files stand in the place of these. The next start takes them for those of a process that died, whatever they
// say: it gives numbers in a later epoch than both lines, and calls nobody until the places that came since had the time to come back with
// their tickets.
func (h *Held) PutBack() error {
	note := readEpochNote(h.lock)
	begun, reserved := note.begun, note.reserved
	for _, one := range []struct {
		ending string
		kind   kind
	}{{".marks", kindMarks}, {".places", kindPlaces}} {
		head, err := headOf(h.path+one.ending, one.kind)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if begun <= head.Figures.Epoch {
			begun, reserved = head.Figures.Epoch+1, 0
		}
	}
	return note.write(begun, reserved)
}

// Close lets processes use the files again.
func (h *Held) Close() error { return h.lock.Close() }

// Saved is when the file of a line was written by the clock of its process: path ends in .marks or .places. The error is os.ErrNotExist if it is
// not there, and says so if it is damaged or of a later release.
func Saved(path string, places bool) (time.Time, error) {
	k := kindMarks
	if places {
		k = kindPlaces
	}
	h, err := headOf(path, k)
	if err != nil {
		return time.Time{}, err
	}
	return time.UnixMilli(h.Saved), nil
}

// headOf is the head of a file of this release or the one before.
func headOf(path string, k kind) (head, error) {
	data, version, err := readSealed(path, k)
	if err != nil {
		return head{}, err
	}
	if version != firstVersion {
		c, err := decode(data)
		if err != nil {
			return head{}, fmt.Errorf("%s: %w", path, err)
		}
		return c.head, nil
	}
	if k == kindMarks {
		m, err := decodeMarksBefore(data)
		if err != nil {
			return head{}, fmt.Errorf("%s: %w", path, err)
		}
		return m.head(), nil
	}
	p, err := decodePlacesBefore(data)
	if err != nil {
		return head{}, fmt.Errorf("%s: %w", path, err)
	}
	return p.marks.head(), nil
}
