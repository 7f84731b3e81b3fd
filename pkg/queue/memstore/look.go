package memstore

import (
	"errors"
	"fmt"
	"os"
)

// Look says what New would meet in the files, without making, changing, locking or renaming one: a process that uses them is not
// disturbed. err joins what New would refuse; damaged are the files that it would set aside. Whether the directory can be
// written to is for the caller to find out.
func (f *Files) Look() (damaged []error, err error) {
	var errs []error
	note := func(err error) {
		switch {
		case errors.Is(err, errDamaged):
			damaged = append(damaged, err)
		case err != nil:
			errs = append(errs, err)
		}
	}
	switch lock, err := os.OpenFile(f.Path+".lock", os.O_RDWR, 0); {
	case err == nil:
		note(lock.Close())
	case !errors.Is(err, os.ErrNotExist) && !DiskFails(err):
		note(fmt.Errorf("state file: %w", err))
	}
	_, _, err = parseState(f.Path+".marks", kindMarks, decodeMarksBefore)
	note(err)
	_, _, err = parseState(f.Path+".places", kindPlaces, decodePlacesBefore)
	note(err)
	return damaged, errors.Join(errs...)
}
