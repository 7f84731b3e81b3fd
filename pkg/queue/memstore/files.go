package memstore

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Files says where a line is kept over restarts of the process. Two files are written, each replaced atomically
// and sealed with a checksum:
//
//	<Path>.marks   marks, controls, open calls and stays: every Every, on every change of the controls, and before
//	               a number above the reserve in it is given
//	<Path>.places  every place: each PlacesEvery and on Close
//
// A third, <Path>.lock, is held by the process that uses them, and notes the latest epoch that one began; see epochNote.
//
// After a clean Close the line goes on where it was. After a crash it goes on in a new epoch above the reserve: no number
// is given twice, and what the files missed comes back with the tickets. Places given up or stays finished less than
// PlacesEvery before a crash are forgotten, so such a ticket could be used again.
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
	// Report is called once when files cannot be written, and with nil once they can be again. Optional. It is called
	// from a goroutine of the store and must not call the store.
	Report func(error)
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

// minReserve is the smallest number of places that may be given between two writes of the marks.
const minReserve = 1000

// keeper writes the files of one store. Its methods accept a nil receiver: a store without files.
type keeper struct {
	files Files
	lock  *os.File
	stop  chan struct{}
	done  chan struct{}

	// Under the store's lock.
	reserved uint64 // no number of epoch above it is given before it is on disk
	epoch    uint64
	joined   int64 // r.Joined at the last write of the marks
	seq      uint64

	// Writes of the marks come from several goroutines; an older one never replaces a newer one.
	write   sync.Mutex
	written uint64
	note    epochNote
	failing bool
}

func (s *Store) openFiles(f Files) error {
	if f.Path == "" {
		return fmt.Errorf("state file: the path is empty: %w", queue.ErrInvalid)
	}
	if f.Every <= 0 {
		f.Every = time.Second
	}
	if f.PlacesEvery <= 0 {
		f.PlacesEvery = 10 * time.Second
	}
	lock, err := lockFile(f.Path + ".lock")
	if DiskFails(err) {
		// Without a lock, two processes could write the files.
		f.report(fmt.Errorf("%w; this process keeps no state files", err))
		return nil
	}
	if err != nil {
		return err
	}
	if err := removeLeftovers(f.Path); err != nil {
		return errors.Join(err, lock.Close())
	}
	s.keeper = &keeper{files: f, lock: lock, note: readEpochNote(lock), stop: make(chan struct{}), done: make(chan struct{})}
	if err := s.load(f.Path); err != nil {
		return errors.Join(err, lock.Close())
	}
	if err := s.takeOver(); err != nil {
		return errors.Join(err, lock.Close())
	}
	go s.keep()
	return nil
}

// takeOver makes sure that the files can be written, and that the marks on disk do not say "closed cleanly" while this
// process runs. A directory that this process may not write to is the operator's mistake and an error; a disk that is
// full or fails is not.
func (s *Store) takeOver() error {
	k := s.keeper
	if s.room == nil {
		err := probe(k.files.Path)
		if DiskFails(err) {
			k.report(err)
			return nil
		}
		return err
	}
	now := s.clock()
	k.raiseReserve(s.room, 0)
	err := k.writeMarks(k.encode(s.room, now, false))
	if !DiskFails(err) {
		return err
	}
	k.report(err)
	if s.recovery.Clean {
		// The marks on disk still say that the line was closed. The next process would go on from them, so this one must
		// give other numbers.
		s.room.beginEpoch(now, k.note.begun, k.reserved)
		k.raiseReserve(s.room, 0)
		if err := k.note.write(s.room.Epoch, k.reserved); err != nil {
			return os.Remove(k.files.Path + ".marks")
		}
	}
	return nil
}

// DiskFails reports whether a file could not be written because the disk is full or fails, which is no reason not to
// start.
func DiskFails(err error) bool {
	for _, errno := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO, syscall.EFBIG} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}

// lockFile makes sure that two processes never write the same files.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("state file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("state file: %s is in use by another process: %w", path, err), f.Close())
	}
	return f, nil
}

// removeLeftovers deletes half-written files of a process that was killed.
func removeLeftovers(path string) error {
	for _, ending := range []string{".marks", ".places"} {
		old, err := filepath.Glob(path + ending + ".new-*")
		if err != nil {
			return fmt.Errorf("state file: %w", err)
		}
		for _, f := range old {
			if err := os.Remove(f); err != nil {
				return fmt.Errorf("state file: %w", err)
			}
		}
	}
	return nil
}

// probe finds out at the start, not at the first save, that the directory cannot be written to.
func probe(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".marks.new-*")
	if err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
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
			k.report(s.savePlaces())
		}
	}
}

func (s *Store) saveMarksNow() {
	s.mu.Lock()
	if s.room == nil {
		s.mu.Unlock()
		return
	}
	s.keeper.raiseReserve(s.room, 0)
	data := s.keeper.encode(s.room, s.clock(), false)
	s.mu.Unlock()
	s.keeper.report(s.keeper.writeMarks(data))
}

// reserve makes sure, before n numbers are given, that a crash cannot make them be given again.
func (k *keeper) reserve(r *room, now int64, n int) {
	if k == nil || r.Last+uint64(n) <= k.reserved {
		return
	}
	k.raiseReserve(r, uint64(n))
	k.report(k.writeMarks(k.encode(r, now, false)))
}

// raiseReserve leaves room for twice the arrivals since the last write, so that a growing crowd costs ever
// fewer writes. It counts the numbers that arrivals were given: how far the last number moved would count the reserve
// that the last crash jumped over, and each crash would cost more than the one before.
func (k *keeper) raiseReserve(r *room, n uint64) {
	if r.Epoch != k.epoch {
		if k.epoch == 0 {
			k.joined = r.Joined
		}
		k.epoch, k.reserved = r.Epoch, 0
	}
	want := r.Last + n + max(minReserve, 2*(n+uint64(r.Joined-k.joined)))
	k.reserved = max(k.reserved, want)
	k.joined = r.Joined
}

// saveMarks writes the marks at once; the store's lock is held.
func (k *keeper) saveMarks(r *room, now int64) {
	if k == nil {
		return
	}
	k.raiseReserve(r, 0)
	k.report(k.writeMarks(k.encode(r, now, false)))
}

type encoded struct {
	seq             uint64
	epoch, reserved uint64
	data            []byte
}

func (k *keeper) writeMarks(e encoded) error {
	k.write.Lock()
	defer k.write.Unlock()
	if e.seq <= k.written {
		return nil
	}
	var noted error
	if e.epoch > k.note.begun {
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
	var err error
	if s.room != nil {
		if err = s.savePlaces(); err == nil {
			s.mu.Lock()
			data := k.encode(s.room, s.clock(), true)
			s.mu.Unlock()
			err = k.writeMarks(data)
		}
	}
	return errors.Join(err, k.lock.Close())
}
