package memstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// savedMarks is the payload of the marks file, and the beginning of the places file.
type savedMarks struct {
	Saved    int64  // ms
	Clean    bool   // written by Close, after the places
	Reserved uint64 // no higher number was given
	Marks    marks
	Calls    []savedVisitor `json:",omitempty"`
	Stays    []savedVisitor `json:",omitempty"`
}

// savedNews follows savedMarks in the payload as a second JSON value. It holds what a release adds to the format: earlier
// releases stop after the first value, and a reader leaves out members of the second that it does not know.
type savedNews struct {
	Notes string `json:",omitempty"` // Marks.Control.Notes
}

func (m savedMarks) encode() ([]byte, error) {
	news := savedNews{Notes: m.Marks.Control.Notes}
	m.Marks.Control.Notes = ""
	first, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	second, err := json.Marshal(news)
	return append(first, second...), err
}

// savedVisitor is an open call (At: deadline) or a stay (At: time to forget the ticket, End: of the stay).
type savedVisitor struct {
	ID    queue.VisitorID
	Order queue.Order
	At    int64
	End   int64 `json:",omitempty"`
}

// encode makes the marks file's payload; the store's lock is held.
func (k *keeper) encode(r *room, now int64, clean bool) encoded {
	k.seq++
	m := savedMarks{Saved: now, Clean: clean, Reserved: k.reserved, Marks: r.marks}
	r.calls.each(func(_ uint64, ref uint32) bool {
		rec := r.slab.at(ref)
		m.Calls = append(m.Calls, savedVisitor{ID: rec.id, Order: rec.order(), At: rec.at})
		return true
	})
	r.insides.each(func(end uint64, ref uint32) bool {
		rec := r.slab.at(ref)
		m.Stays = append(m.Stays, savedVisitor{ID: rec.id, Order: rec.order(), At: rec.at, End: int64(end)})
		return true
	})
	data, err := m.encode()
	if err != nil {
		panic(fmt.Sprintf("memstore: marks cannot be encoded: %v", err)) // plain data always can
	}
	return encoded{seq: k.seq, epoch: r.Epoch, reserved: k.reserved, data: data}
}

const recordLen = 32

// savePlaces writes every record. It takes the lock for one chunk of the slab at a time: arrivals never wait for a
// million places to be copied. Each visitor stays in one slot of the slab, so it appears once, as it was when
// its chunk was copied.
func (s *Store) savePlaces() error {
	s.mu.Lock()
	if s.room == nil {
		s.mu.Unlock()
		return nil
	}
	m := savedMarks{Saved: s.clock(), Reserved: s.keeper.reserved, Marks: s.room.marks}
	s.mu.Unlock()
	head, err := m.encode()
	if err != nil {
		return fmt.Errorf("write %s.places: %w", s.keeper.files.Path, err)
	}
	err = writeSealed(s.keeper.files.Path+".places", kindPlaces, func(w io.Writer) error {
		lead := binary.LittleEndian.AppendUint32(nil, uint32(len(head)))
		if _, err := w.Write(append(lead, head...)); err != nil {
			return err
		}
		return s.writeRecords(w)
	})
	if err != nil {
		return fmt.Errorf("write %s.places: %w", s.keeper.files.Path, err)
	}
	return nil
}

func (s *Store) writeRecords(w io.Writer) error {
	chunk := make([]record, 1<<chunkBits)
	out := make([]byte, 0, recordLen<<chunkBits)
	for i := 0; ; i++ {
		s.mu.Lock()
		if i >= len(s.room.slab.chunks) {
			s.mu.Unlock()
			return nil
		}
		copy(chunk, s.room.slab.chunks[i])
		s.mu.Unlock()
		out = out[:0]
		for _, rec := range chunk {
			if rec.set() == inNone {
				continue
			}
			out = append(out, rec.id[:]...)
			out = binary.LittleEndian.AppendUint64(out, rec.packed)
			out = binary.LittleEndian.AppendUint64(out, uint64(rec.at))
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
	}
}

// load rebuilds the room from the files. Damaged ones are renamed and noted in s.recovery.
func (s *Store) load(path string) error {
	m, haveMarks, err := readState(s, path+".marks", kindMarks, decodeMarks)
	if err != nil {
		return err
	}
	p, havePlaces, err := readState(s, path+".places", kindPlaces, decodePlaces)
	if err != nil {
		return err
	}
	if !haveMarks && !havePlaces {
		return nil
	}
	begun := s.keeper.note.begun
	clean := haveMarks && havePlaces && m.Clean && begun <= m.Marks.Epoch
	if !haveMarks || (havePlaces && p.marks.Marks.Epoch > m.Marks.Epoch) {
		m = p.marks
	}
	r := newRoom(s.timing)
	r.marks = m.Marks
	for _, rec := range p.records {
		// Twice is possible: forgotten after one chunk was copied and back before another was.
		if _, known := r.find(rec.id); known == nil {
			r.add(rec.id, rec.set(), rec.order(), rec.at)
		}
	}
	r.restoreVisitors(m)
	r.Tick = r.Mark
	if !clean {
		r.beginEpoch(s.clock(), begun, s.keeper.note.given(m.Marks.Epoch, m.Reserved))
	}
	s.room = r
	s.recovery.Found, s.recovery.Clean, s.recovery.Places = true, clean, len(r.index)
	return nil
}

// beginEpoch goes on in a new epoch: later than any that was begun, and above the numbers that may have been given.
func (r *room) beginEpoch(now int64, begun, reserved uint64) {
	r.Credit, r.Mark, r.Tick, r.Born = 0, now, now, now
	r.Epoch = queue.NextEpoch(now, max(r.Epoch, begun), max(r.Head, queue.OrderOf(r.Epoch, reserved)))
	r.Last = queue.CarryNumber(queue.CarryNumber(0, r.Last), reserved)
	r.Hold = max(r.Hold, now+r.timing.hold)
}

// restoreVisitors puts the calls and stays of the marks file over the older places.
func (r *room) restoreVisitors(m savedMarks) {
	place := func(v savedVisitor, set set) uint32 {
		ref, rec := r.find(v.ID)
		if rec == nil {
			return r.add(v.ID, set, v.Order, v.At)
		}
		r.exit(ref)
		r.enter(ref, set, v.Order, v.At)
		return ref
	}
	for _, v := range m.Calls {
		place(v, inCalls)
	}
	for _, v := range m.Stays {
		r.setStay(place(v, inSpent), v.End)
	}
}

// readState reads one file. A damaged one is renamed, so that it can be looked at and is not overwritten.
func readState[T any](s *Store, path string, k kind, decode func([]byte) (T, error)) (v T, ok bool, err error) {
	data, err := readSealed(path, k)
	if errors.Is(err, os.ErrNotExist) {
		return v, false, nil
	}
	if err == nil {
		if v, err = decode(data); err == nil {
			return v, true, nil
		}
		err = fmt.Errorf("%s: %w", path, err)
	}
	if !errors.Is(err, errDamaged) {
		return v, false, fmt.Errorf("state file: %w", err)
	}
	aside := fmt.Sprintf("%s.damaged-%s", path, time.UnixMilli(s.clock()).UTC().Format("20060102T150405.000"))
	if renameErr := os.Rename(path, aside); renameErr != nil {
		return v, false, fmt.Errorf("state file: %w", errors.Join(err, renameErr))
	}
	s.recovery.Damaged = append(s.recovery.Damaged, fmt.Errorf("%w (kept as %s)", err, aside))
	var none T
	return none, false, nil
}

func decodeMarks(data []byte) (savedMarks, error) {
	var m savedMarks
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err := decodeNews(data[d.InputOffset():], &m); err != nil {
		return m, fmt.Errorf("%w: %w", errDamaged, err)
	}
	r := m.Marks
	if err := r.Control.Validate(); err != nil {
		return m, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if r.Epoch == 0 || r.Epoch >= 1<<31 || r.Last >= 1<<51 || m.Reserved >= 1<<53 || r.Head > queue.MaxOrder ||
		r.Credit < 0 || r.Credit > queue.MaxBurst*queue.Units || r.Mark < 0 {
		return m, fmt.Errorf("%w: marks out of range", errDamaged)
	}
	m.Reserved = max(m.Reserved, r.Last)
	return m, nil
}

// decodeNews reads what follows the marks. Files of earlier releases end there.
func decodeNews(rest []byte, m *savedMarks) error {
	if len(rest) == 0 {
		return nil
	}
	var news savedNews
	if err := json.Unmarshal(rest, &news); err != nil {
		return err
	}
	m.Marks.Control.Notes = news.Notes
	return nil
}

type savedPlaces struct {
	marks   savedMarks
	records []record
}

func decodePlaces(data []byte) (savedPlaces, error) {
	var p savedPlaces
	if len(data) < 4 {
		return p, fmt.Errorf("%w: too short", errDamaged)
	}
	n := int(binary.LittleEndian.Uint32(data))
	data = data[4:]
	if n > len(data) || (len(data)-n)%recordLen != 0 {
		return p, fmt.Errorf("%w: odd length", errDamaged)
	}
	var err error
	if p.marks, err = decodeMarks(data[:n]); err != nil {
		return p, err
	}
	p.records = make([]record, 0, (len(data)-n)/recordLen)
	for data = data[n:]; len(data) > 0; data = data[recordLen:] {
		var rec record
		copy(rec.id[:], data)
		rec.packed = binary.LittleEndian.Uint64(data[16:])
		rec.at = int64(binary.LittleEndian.Uint64(data[24:]))
		if rec.set() == inNone || rec.set() > inEnded || rec.order() > queue.MaxOrder || rec.at < 0 {
			return p, fmt.Errorf("%w: impossible place", errDamaged)
		}
		p.records = append(p.records, rec)
	}
	return p, nil
}
