package memstore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Files says where a line is kept over restarts of the process. Two files are written, each replaced atomically
// and sealed with a checksum:
//
//	<Path>.places  everybody who is known: each PlacesEvery and on Close
//	<Path>.marks   figures, document, plan, and who has changed since these places were written, but for new places and
//	               heartbeats: every Every, on every change of the document or plan, before a number above the
//	               reserve in it is given, and before a booking, or with a quota an entry, is answered
//
// A third, <Path>.lock, is held by the process that uses them, and notes the latest epoch that one began; see epochNote.
//
// After a clean Close the line goes on where it was. After a crash it goes on above the reserve: what the files missed comes
// back with the tickets. Both in a new epoch, so that no number is given twice even if somebody has put a backup of the
// directory back; by the wall clock its first number is given in the next second. Who knows that nobody has, because it has the
// files from the process that closed them, says so with After.
//
// Files of the release before are taken over by the first Restore; see before.
//
// A full or failing disk stops nothing: the line goes on, Report says so, and the files are written again as soon as
// that is possible.
type Files struct {
	// Path is the common beginning of the files' names; its directory must exist.
	Path string
	// Every is how often the marks are written. Default 1 s.
	Every time.Duration
	// PlacesEvery is how often the places are written. Default 10 s.
	PlacesEvery time.Duration
	// After is what the process before said that it closed the files with, if that was this very moment; nil: nobody says. The line of
	// files that were closed so goes on in its epoch, and at once.
	After *Seal
	// Report is called once when files cannot be written, and with nil once they can be again. Optional. It is called
	// from a goroutine of the store and must not call the store.
	Report func(error)
}

// Seal names the state that a store closed its files in. A copy that was made before has another one.
type Seal struct{ Epoch, Seq uint64 }

// Seal is what the store closed its files with; false: it has none, or it could not write them.
func (s *Store) Seal() (Seal, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seal, s.seal != Seal{}
}

// Recovery tells what New found in the files.
type Recovery struct {
	// Found says that there was a line.
	Found bool
	// Clean says that the last process closed it, so that nothing had to be rebuilt.
	Clean bool
	// Places is how many visitors were known.
	Places int
	// Damaged holds an error for each file that was refused. The file was renamed; the error says to what.
	Damaged []error
}

// Recovery tells what New found in the files.
func (s *Store) Recovery() Recovery { return s.recovery }

// keeper writes the files of one store. Its methods accept a nil receiver: a store without files.
type keeper struct {
	files Files
	lock  *os.File
	stop  chan struct{}
	done  chan struct{}

	// Under the store's lock.
	reserve reserve
	seq     uint64
	// changed is what the marks add to the places on disk, with writing, if a write of these is under way.
	changed, writing *changes

	// saves is held while the places are written by Save or Close.
	saves sync.Mutex
	// Writes of the marks come from several goroutines; an older one never replaces a newer one.
	write   sync.Mutex
	written uint64
	note    epochNote
	failing bool
	// before: the files are those of the release before. Marks of this one beside them would be half a line.
	before bool
	sold   sold
}

// keep writes the files until the store closes.
func (s *Store) keep() {
	k := s.keeper
	defer close(k.done)
	marks, places := time.NewTicker(k.files.Every), time.NewTicker(k.files.PlacesEvery)
	defer marks.Stop()
	defer places.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-marks.C:
			s.saveMarksNow()
		case <-places.C:
			if err := s.Save(); !errors.Is(err, queue.ErrClosed) {
				k.report(err)
			}
		}
	}
}

func (s *Store) saveMarksNow() {
	s.mu.Lock()
	if s.room == nil || s.closed { // Close writes the last ones
		s.mu.Unlock()
		return
	}
	data := s.keeper.encode(s.room, s.clock(), false)
	s.mu.Unlock()
	s.keeper.report(s.keeper.writeMarks(data))
}

// saveMarks writes the marks at once; the store's lock is held.
func (k *keeper) saveMarks(r *room) {
	if k == nil {
		return
	}
	k.report(k.writeMarks(k.encode(r, r.now, false)))
}

type encoded struct {
	seq             uint64
	epoch, reserved uint64
	unused          bool
	data            []byte
}

var errBefore = errors.New("the state files are those of the release before until all places can be written")

func (k *keeper) writeMarks(e encoded) error {
	k.write.Lock()
	defer k.write.Unlock()
	if e.seq <= k.written {
		return nil
	}
	if k.before {
		return errors.Join(errBefore, k.note.write(e.epoch, e.reserved))
	}
	var noted error
	if e.epoch > k.note.begun && !e.unused {
		noted = k.note.write(e.epoch, e.reserved)
	}
	err := writeSealed(k.files.Path+".marks", kindMarks, func(w io.Writer) error {
		_, err := w.Write(e.data)
		return err
	})
	if err != nil {
		noted = k.note.write(e.epoch, e.reserved) // what the marks should have said
	}
	if err = errors.Join(err, noted); err != nil {
		return fmt.Errorf("write %s.marks: %w", k.files.Path, err)
	}
	k.written = e.seq
	return nil
}

// report passes on the first failure and the first success after it.
func (k *keeper) report(err error) {
	k.write.Lock()
	news := (err != nil) != k.failing
	k.failing = err != nil
	k.write.Unlock()
	if news {
		k.files.report(err)
	}
}

func (f *Files) report(err error) {
	if f.Report != nil {
		f.Report(err)
	}
}

// close writes everything a last time and says so in the marks.
func (k *keeper) close(s *Store) error {
	if k == nil {
		return nil
	}
	close(k.stop)
	<-k.done
	k.saves.Lock()
	defer k.saves.Unlock()
	var err error
	if s.room != nil {
		if err = s.savePlaces(&s.mu); err == nil {
			s.mu.Lock()
			data := k.encode(s.room, s.clock(), true)
			s.mu.Unlock()
			if err = k.writeMarks(data); err == nil {
				s.mu.Lock()
				s.seal = Seal{data.epoch, data.seq}
				s.mu.Unlock()
			}
		}
	}
	return errors.Join(err, k.lock.Close())
}
