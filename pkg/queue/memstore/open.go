package memstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

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
		s.unkept = true
		f.report(fmt.Errorf("%w; %w", err, ErrUnkept))
		return nil
	}
	if err != nil {
		return err
	}
	if err := removeLeftovers(f.Path); err != nil {
		return errors.Join(err, lock.Close())
	}
	s.keeper = &keeper{
		files: f, lock: lock, note: readEpochNote(lock), changed: newChanges(), stop: make(chan struct{}), done: make(chan struct{}),
	}
	if err := s.load(f.Path); err != nil {
		return errors.Join(err, lock.Close())
	}
	if err := s.takeOver(); err != nil {
		return errors.Join(err, lock.Close())
	}
	go s.keep()
	return nil
}

// takeOver makes sure that the files can be written, and writes down which epoch this process has begun. A directory that
// this process may not write to is the operator's mistake and an error; a disk that is full or fails is not.
func (s *Store) takeOver() error {
	k := s.keeper
	var err error
	if s.room == nil {
		err = probe(k.files.Path)
	} else {
		err = k.writeMarks(k.encode(s.room, s.clock(), false))
	}
	if DiskFails(err) {
		k.report(err)
		return nil
	}
	return err
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

// lockFile makes sure that two processes never write the same files. It follows no symbolic link: root, who puts a backup back, would write
// the note of the epoch into a file of another owner.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
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

// load rebuilds the room from the files. Damaged ones are renamed and noted in s.recovery.
func (s *Store) load(path string) error {
	marks, oldMarks, err := readState(s, path+".marks", kindMarks, decodeMarksBefore)
	if err != nil {
		return err
	}
	places, oldPlaces, err := readState(s, path+".places", kindPlaces, decodePlacesBefore)
	if err != nil {
		return err
	}
	if marks == nil && places == nil {
		if oldMarks != nil || oldPlaces != nil {
			s.keeper.before = true
			s.before = newBefore(oldMarks, oldPlaces)
			s.recovery.Found, s.recovery.Clean, s.recovery.Places = true, s.before.clean(s.keeper.note), s.before.places()
		}
		return nil
	}
	s.continueLine(marks, places)
	return nil
}

// continueLine goes on from the files, one of which there is.
func (s *Store) continueLine(marks, places *contents) {
	k, now := s.keeper, s.clock()
	clean := marks != nil && places != nil && marks.Clean && k.note.begun <= marks.Figures.Epoch
	if places == nil {
		places = &contents{head: head{Figures: figures{Resets: marks.Figures.Resets}}}
	}
	if marks == nil || places.Seq >= marks.Seq || places.Figures.Epoch > marks.Figures.Epoch {
		marks = &contents{head: places.head} // nothing has changed since
	}
	places.shift(now)
	marks.shift(now)
	k.seq, k.written = marks.Seq, marks.Seq
	r := newRoom(now)
	r.figures = marks.Figures
	if r.Opening.Done == nil {
		r.Opening.Done = map[string]queue.Done{}
	}
	r.useDocument(r.Document)
	r.load(places, marks, k.changed)
	if after := k.files.After; clean && after != nil && *after == (Seal{marks.Figures.Epoch, marks.Seq}) {
		s.room = r
		k.reserve = continued(r, &marks.head)
	} else {
		r.beginAgain(&marks.head, k.note, clean)
		s.begin(r)
	}
	s.recovery.Found, s.recovery.Clean, s.recovery.Places = true, clean, len(r.index)
}

// begin makes the room of a start the store's. Its epoch is that of the next second, and so are its numbers, by the wall clock;
// a clock that is injected may stand still.
func (s *Store) begin(r *room) {
	s.room = r
	s.keeper.reserve = reserve{}
	if s.wall {
		s.from = nextSecond(r.now)
	}
}

// readState reads one file, of this release or of the one before. A damaged one is renamed, so that it can be looked at and
// is not overwritten.
func readState[T any](s *Store, path string, k kind, decodeBefore func([]byte) (*T, error)) (now *contents, before *T, err error) {
	now, before, err = parseState(path, k, decodeBefore)
	if !errors.Is(err, errDamaged) {
		return now, before, err
	}
	aside := fmt.Sprintf("%s.damaged-%s", path, time.UnixMilli(s.clock()).UTC().Format("20060102T150405.000"))
	if renameErr := os.Rename(path, aside); renameErr != nil {
		return nil, nil, errors.Join(err, fmt.Errorf("state file: %w", renameErr))
	}
	s.recovery.Damaged = append(s.recovery.Damaged, fmt.Errorf("%w (kept as %s)", err, aside))
	return nil, nil, nil
}

// parseState reads one file and changes nothing. All is nil if it is not there.
func parseState[T any](path string, k kind, decodeBefore func([]byte) (*T, error)) (now *contents, before *T, err error) {
	data, version, err := readSealed(path, k)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, nil
	}
	if err == nil && version == firstVersion {
		before, err = decodeBefore(data)
	} else if err == nil {
		now, err = decode(data)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("state file: %s: %w", path, err)
	}
	return now, before, nil
}
