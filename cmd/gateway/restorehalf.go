package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/einlass/einlass/internal/backup"
)

// halfMark is a file in the state directory while a restore puts files in place. One that was killed leaves it: what is there is then half of
// one state and half of another, from which no gateway starts.
const halfMark = "restore-under-way"

// begin notes, on the disk when it returns, that files are being put in place. made is false if one that was broken off has done so, or there
// is no state directory.
func (r *restoring) begin() (made bool, err error) {
	dir := r.cfg.State.Dir
	if dir == "" {
		return false, nil
	}
	mark := statePath(r.cfg, halfMark)
	f, err := os.OpenFile(mark, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist): // no directory: nothing of the backup belongs there
		return false, nil
	case err != nil:
		return false, err
	}
	return true, errors.Join(f.Close(), backup.OwnAsParent(mark), backup.SyncDir(dir))
}

// end takes the note away, when all is in place.
func (r *restoring) end() error {
	if r.cfg.State.Dir == "" {
		return nil
	}
	if err := os.Remove(statePath(r.cfg, halfMark)); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return backup.SyncDir(r.cfg.State.Dir)
}

// whole refuses a state directory into which a restore was broken off.
func whole(dir string) error {
	mark := filepath.Join(dir, halfMark)
	if _, err := os.Lstat(mark); err == nil {
		return fmt.Errorf("a restore puts files into %s, or was broken off and has left half of a state there: run gateway restore to its end, with the same "+
			"backup and --replace. To go back instead, rename each file that ends in %sTIME to its name before, and remove %s", dir, asideMark, mark)
	}
	return nil // that the directory cannot be read is for others to say
}
