package token

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
)

// Source holds the ring that is in force. Authorities read it at every token, so
// a new ring takes effect at once and without a restart.
type Source struct {
	ring atomic.Pointer[Keyring]
}

// NewSource returns a source that holds ring.
func NewSource(ring *Keyring) (*Source, error) {
	source := new(Source)
	if err := source.Replace(ring); err != nil {
		return nil, err
	}
	return source, nil
}

// Ring returns the ring in force.
func (s *Source) Ring() *Keyring {
	return s.ring.Load()
}

// Replace puts ring in force. A nil ring is refused and the old one stays.
func (s *Source) Replace(ring *Keyring) error {
	if ring == nil {
		return errors.New("token source: no keyring")
	}
	s.ring.Store(ring)
	return nil
}

// Follower loads the changes of a keyring file into a source. The caller decides
// how often to Poll; once a second is cheap. A Follower is not safe for
// concurrent use; its source is.
type Follower struct {
	path   string
	source *Source
	seen   fs.FileInfo
	err    error
}

// NewFollower returns a follower of the keyring file at path. It reads the file
// at the first Poll.
func NewFollower(path string, source *Source) *Follower {
	return &Follower{path: path, source: source}
}

// Poll loads the file into the source if it has changed since the last Poll. It
// reports whether the keys of the source have changed.
//
// A file that is missing, open to others or broken gives the errors of Load at
// every Poll until that changes; the source keeps its ring meanwhile.
func (f *Follower) Poll() (changed bool, err error) {
	info, err := os.Stat(f.path)
	if err != nil {
		f.seen = nil
		return false, fmt.Errorf("load keyring: %w", err)
	}
	if f.seen != nil && sameFile(f.seen, info) {
		return false, f.err
	}
	ring, info, err := load(f.path)
	f.seen, f.err = info, nil
	if err != nil {
		f.err = fmt.Errorf("load keyring: %w", err)
		return false, f.err
	}
	if ring.Equal(f.source.Ring()) {
		return false, nil
	}
	f.source.ring.Store(ring)
	return true, nil
}

// sameFile reports whether a file has not changed between two calls of Stat. The
// mode counts because the remedy for ErrInsecureMode changes nothing else.
func sameFile(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode()
}
