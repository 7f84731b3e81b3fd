package staff

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
)

// mostUsed is how many steps are remembered of a user: all that a clock which was set back by some minutes could offer again.
const mostUsed = 16

// used remembers which one-time codes were used, by user and step, so that none counts twice. It remembers each step, and not only the latest one:
// after a clock was set back, later steps are used and earlier ones are not.
type used struct {
	path string // of the file that keeps it over a restart; empty: none
	mu   sync.Mutex
	by   map[string][]int64
}

// openUsed reads what was kept. A file that cannot be read is an error, and nothing is remembered.
func openUsed(path string) (*used, error) {
	u := &used{path: path, by: map[string][]int64{}}
	return u, u.read()
}

// read reads what is kept now. With a file that is not there, or cannot be read, it stays as it was.
func (u *used) read() error {
	if u.path == "" {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	text, err := os.ReadFile(u.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	by := map[string][]int64{}
	if err := json.Unmarshal(text, &by); err != nil {
		return fmt.Errorf("%s: %w", u.path, err)
	}
	u.by = by
	return nil
}

// take notes a step as used. false: it was already. The error is that of the file, and the step is noted all the same.
func (u *used) take(user string, step int64) (bool, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	steps := u.by[user]
	if slices.Contains(steps, step) {
		return false, nil
	}
	if steps = append(steps, step); len(steps) > mostUsed {
		steps = steps[len(steps)-mostUsed:]
	}
	u.by[user] = steps
	if u.path == "" {
		return true, nil
	}
	text, err := json.Marshal(u.by)
	if err == nil {
		err = write(u.path, text)
	}
	return true, err
}

// keep forgets those who are not there any more.
func (u *used) keep(r *Roll) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for name := range u.by {
		if r.User(name) == nil {
			delete(u.by, name)
		}
	}
}
