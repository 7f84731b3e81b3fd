package audit

import (
	"errors"
	"os"
	"sync"
	"time"
)

// Config is what a Log needs.
type Config struct {
	// Dir holds the files; it is made with mode 0700 if it is not there. Required.
	Dir string
	// Gateway is the name of the process.
	Gateway string
	// Signer is the key that signs at a time; false: there is none, and heads are left out. Optional.
	Signer func(time.Time) (Signer, bool)
	// Now is the clock. Default time.Now.
	Now func() time.Time
	// Retention is how long entries are kept; 0: for ever.
	Retention time.Duration
	// Moved is told how the record stands whenever that changes, under the log's lock. Optional.
	Moved func(State)
	// Signed is told of each new head, under the log's lock. Optional.
	Signed func(Head)
	// Report is told when lines cannot be written (an error), when they can again (nil), and of damage that was found. Under the log's
	// lock. Optional.
	Report func(error)
}

const (
	// fileSize is the size at which another file begins.
	fileSize = 16 << 20
	// headLines and headEvery are how many lines, and how long, may be without a head.
	headLines = 100
	headEvery = time.Minute
	// maxWaiting bounds the entries in memory that cannot be written.
	maxWaiting = 1000
)

// Log is a record that is written. Make one with New, and run it with Run.
type Log struct {
	cfg Config

	mu      sync.Mutex
	file    *os.File // nil: none is open
	lock    *os.File
	size    int64
	began   time.Time // of the file
	chain   string
	last    uint64
	hash    Hash
	dirty   bool   // written and not flushed to disk
	signed  uint64 // the last line below a head
	head    Hash
	headed  uint64    // the line that holds the latest head
	since   time.Time // of the first line that is below none
	waiting []line
	lost    uint64 // since the last line that told of it
	lostAll uint64
	failing bool
	closed  bool
	swept   time.Time
}

// New makes a log. It opens nothing: the first line does, so that a full disk stops no start.
func New(cfg Config) (*Log, error) {
	if cfg.Dir == "" {
		return nil, errors.New("audit: a directory is required")
	}
	if cfg.Signer == nil {
		cfg.Signer = func(time.Time) (Signer, bool) { return nil, false }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Moved == nil {
		cfg.Moved = func(State) {}
	}
	if cfg.Signed == nil {
		cfg.Signed = func(Head) {}
	}
	if cfg.Report == nil {
		cfg.Report = func(error) {}
	}
	return &Log{cfg: cfg}, nil
}

// Append writes an entry. It never fails: what cannot be written waits in memory.
func (l *Log) Append(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Time, e.Gateway = l.now(), l.cfg.Gateway
	if len(l.waiting) >= maxWaiting || l.closed {
		l.lost++
		l.lostAll++
	} else {
		l.waiting = append(l.waiting, line{Entry: e})
	}
	l.flush()
}

func (l *Log) now() time.Time { return l.cfg.Now().UTC().Truncate(time.Millisecond) }

// State is how the record stands.
func (l *Log) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state()
}

func (l *Log) state() State {
	return State{Last: l.last, Signed: l.signed, Head: l.head, Waiting: len(l.waiting), Lost: l.lostAll}
}

// flush writes what waits, as far as it can.
func (l *Log) flush() {
	if l.closed {
		return
	}
	err := l.writeAll()
	if (err != nil) != l.failing {
		l.failing = err != nil
		l.cfg.Report(err)
	}
	l.cfg.Moved(l.state())
}

func (l *Log) writeAll() error {
	if err := l.ready(); err != nil {
		return err
	}
	if err := l.due(); err != nil {
		return err
	}
	for len(l.waiting) > 0 {
		if err := l.put(&l.waiting[0]); err != nil {
			return err
		}
		l.waiting = l.waiting[1:]
		if err := l.due(); err != nil {
			return err
		}
	}
	l.waiting = nil
	if l.lost == 0 {
		return nil
	}
	if err := l.put(l.note(ActLost, map[string]any{"entries": l.lost})); err != nil {
		return err
	}
	l.lost = 0
	return l.due()
}

// due writes what is due after so many lines: a head, or another file.
func (l *Log) due() error {
	if l.last-l.headed >= headLines {
		if err := l.sign(); err != nil {
			return err
		}
	}
	if l.size >= fileSize || l.cfg.Retention > 0 && l.now().Sub(l.began) >= l.cfg.Retention/filesKept {
		return l.rotate()
	}
	return nil
}

// put writes one line, whole or not at all.
func (l *Log) put(next *line) error {
	next.Seq = l.last + 1
	text, hash, err := l.hash.seal(next)
	if err != nil {
		return err
	}
	if _, err := l.file.Write(text); err != nil {
		// What was written of it is taken off again, for which a full disk has room.
		err = errors.Join(err, l.file.Truncate(l.size))
		_, seekErr := l.file.Seek(l.size, 0)
		return errors.Join(err, seekErr)
	}
	l.size += int64(len(text))
	l.last, l.hash, l.dirty = next.Seq, hash, true
	if next.Head == nil && next.File == nil && l.since.IsZero() {
		l.since = next.Time
	}
	return nil
}

// sign writes a head, if there is a key.
func (l *Log) sign() error {
	at := l.now()
	by, ok := l.cfg.Signer(at)
	if !ok {
		return nil
	}
	next := l.note(ActHead, nil)
	next.Time, next.Head = at, signed(by, l.chain, at, l.last, l.hash)
	if err := l.put(next); err != nil {
		return err
	}
	l.signed, l.head, l.headed, l.since = next.Head.Seq, next.Head.Hash, l.last, time.Time{}
	l.cfg.Signed(*next.Head)
	return nil
}

// note is a line that the log says of itself.
func (l *Log) note(act string, what map[string]any) *line {
	return &line{Entry: Entry{Time: l.now(), Gateway: l.cfg.Gateway, Act: act, After: object(what)}}
}
