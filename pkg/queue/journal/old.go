package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// DeleteOld deletes the journals of a directory that were last written before a time, and gives their names. What is no journal stays. A
// journal in use is written with each tick of its room, several times a second, whether anybody comes or not: by a time that is minutes ago
// it is not old, whichever process it is of, unless the machine has slept meanwhile: inUse names the caller's own (File.Name), which stay.
func DeleteOld(dir string, before time.Time, inUse ...string) (deleted []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, entry := range entries {
		if slices.Contains(inUse, entry.Name()) {
			continue
		}
		path := filepath.Join(dir, entry.Name())
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // another gateway was quicker
		}
		if err != nil || !info.Mode().IsRegular() || !strings.HasSuffix(path, suffix) || !info.ModTime().Before(before) || !isJournal(path) {
			errs = append(errs, err)
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
			continue
		}
		deleted = append(deleted, entry.Name())
	}
	return deleted, errors.Join(errs...)
}

// isJournal reports whether a file begins as a journal does.
func isJournal(path string) bool {
	h, err := headerOf(path)
	return err == nil && h.Journal > 0 && h.Room != ""
}
