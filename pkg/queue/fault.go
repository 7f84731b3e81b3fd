package queue

import (
	"errors"
	"slices"
	"sync"
)

// maxFaults bounds how many different failures in a row are reported: an error text may differ from one call to the next.
const maxFaults = 8

// faults decides which failures of something that is tried in each tick are reported: of failures in a row each kind once,
// and the success that ends them.
type faults struct {
	mu       sync.Mutex
	reported []string
}

// failed reports whether err is to be reported.
func (f *faults) failed(err error) bool {
	kind := faultKind(err)
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.Contains(f.reported, kind) || len(f.reported) == maxFaults {
		return false
	}
	f.reported = append(f.reported, kind)
	return true
}

// worked reports whether a failure was reported since it worked last.
func (f *faults) worked() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	ended := len(f.reported) > 0
	f.reported = f.reported[:0]
	return ended
}

// faultKind is the same for two errors that an operator would take for one. A store that is away is one kind whatever the
// text: that may hold the port of the connection.
func faultKind(err error) string {
	if errors.Is(err, ErrUnavailable) {
		return ErrUnavailable.Error()
	}
	return err.Error()
}
