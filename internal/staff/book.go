package staff

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/token"
)

// Config is what a Book needs to know.
type Config struct {
	// Path is the file of the roll. It need not be there yet.
	Path string
	// Used is the file that keeps which one-time codes were used over a restart; empty: nothing keeps it.
	Used string
	// Keys sign sessions.
	Keys *token.Source
	// Clock is the time; nil: time.Now.
	Clock func() time.Time
	// Log gets faults of the files. Optional.
	Log *zap.Logger
}

// Book is the roll in force. Make one with Open.
type Book struct {
	cfg    Config
	checks checks
	nobody phc
	used   *used
	ended  ended

	mu     sync.Mutex
	roll   *Roll
	hashes map[string]*Token
	seen   fs.FileInfo
	err    error // of the file as it was seen
}

// Open reads the files. The error is what is wrong with them: the book is there all the same, and with a roll that cannot be read nobody is in it.
func Open(cfg Config) (*Book, error) {
	if cfg.Path == "" || cfg.Keys == nil {
		return nil, errors.New("staff: the path of the file and the keyring are required")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	b := &Book{cfg: cfg, checks: newChecks(), nobody: noPassword(), ended: newEnded()}
	b.set(&Roll{Version: version})
	var err error
	if b.used, err = openUsed(cfg.Used); err != nil {
		err = fmt.Errorf("which one-time codes were used is forgotten: %w", err)
	}
	_, bad := b.Poll()
	return b, errors.Join(bad, err)
}

// Reread reads again what Open has read, for a book that was opened before another process had ended its use of the files. The error
// is what is wrong with them.
func (b *Book) Reread() error {
	_, bad := b.Poll()
	return errors.Join(bad, b.used.read())
}

// set puts a roll in force.
func (b *Book) set(r *Roll) {
	b.roll, b.hashes = r, map[string]*Token{}
	for i := range r.Tokens {
		b.hashes[r.Tokens[i].Hash] = &r.Tokens[i]
	}
}

// Poll reads the file if it has changed since, and reports whether that changed who is in force. With a file that is broken, open to others or gone
// the last good one stays; the error is that of Load, at every Poll until that changes. One that has never been there is no error.
func (b *Book) Poll() (changed bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	info, err := os.Stat(b.cfg.Path)
	if err != nil {
		if b.seen = nil; errors.Is(err, fs.ErrNotExist) && len(b.roll.Tokens)+len(b.roll.Users) == 0 {
			return false, nil
		}
		return false, err
	}
	if b.seen != nil && sameFile(b.seen, info) {
		return false, b.err
	}
	var r *Roll
	r, b.seen, b.err = load(b.cfg.Path)
	if b.err != nil {
		return false, b.err
	}
	b.set(r)
	b.used.keep(r)
	return true, nil
}

// sameFile reports whether a file has not changed. The mode counts: the remedy for ErrOpen changes nothing else.
func sameFile(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode()
}

// Size is how many tokens and users are in force.
func (b *Book) Size() (tokens, users int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.roll.Tokens), len(b.roll.Users)
}

// Roll is the roll in force. It must not be changed.
func (b *Book) Roll() *Roll {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.roll
}

// Token says whose a token is; false: nobody's.
func (b *Book) Token(text string) (operator.Principal, bool) {
	hash := hashToken(text) // a look-up by it tells nothing of other tokens
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.hashes[hash]
	if t == nil || t.Expired(b.cfg.Clock()) {
		return operator.Principal{}, false
	}
	return t.principal("bearer"), true
}

// user is somebody who is in force by a name, with what is kept of the password.
func (b *Book) user(name string) (*User, bool) {
	u := b.Roll().User(name)
	return u, u != nil && !u.Expired(b.cfg.Clock())
}
