package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/einlass/einlass/pkg/token"
)

// keyring decides between the keyring that is there and the backup's, and finds out what that costs people. One that is there and has all keys
// of the backup's stays: it was rotated since, and the tickets that it has signed are valid, too.
func (r *restoring) keyring() {
	at := keysFile(r.cfg)
	if at == "" {
		return // of the environment
	}
	file, ok := r.find(keysName)
	if !ok {
		r.keys = fmt.Sprintf("The backup holds no keyring, and %s stays: tickets and passes that were signed with other keys are void.", at)
		if _, err := os.Lstat(at); errors.Is(err, fs.ErrNotExist) {
			r.keys = fmt.Sprintf("The backup holds no keyring, and %s is not there: put the one there that tickets and passes were signed with before you "+
				"start. With a new one all of them are void, and everybody waits again from the end.", at)
		}
		return
	}
	there, err := token.Load(at)
	if err != nil {
		return // none, or one with which no gateway starts
	}
	backups, err := token.Load(file.Staged)
	if err != nil {
		return
	}
	lost, more := there.Missing(backups), backups.Missing(there)
	switch {
	case lost == 0:
		r.staged.Stay(keysName)
		if more > 0 {
			r.keys = fmt.Sprintf("The keyring that is there stays: it has all keys of the backup's, and %d since.", more)
		}
	case more > 0:
		r.keys = fmt.Sprintf("Tickets and passes that were signed with the %d keys of %s that the backup does not have are void then, and who has one "+
			"waits again from the end.", more, at)
	}
}
