package audit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// filesKept is into how many files the retention is cut at least: one is deleted when its last line is old enough.
const filesKept = 12

// Run flushes the record to disk, signs heads that are due, and deletes what is too old, until ctx ends; then it closes the log.
func (l *Log) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			l.tick()
		}
	}
}

// tick does what is due.
func (l *Log) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil || len(l.waiting) > 0 || l.lost > 0 {
		l.flush()
	}
	if l.file == nil || l.failing {
		return
	}
	now := l.now()
	if !l.since.IsZero() && now.Sub(l.since) >= headEvery {
		l.did(l.sign())
	}
	if l.cfg.Retention > 0 && now.Sub(l.swept) >= time.Hour {
		l.swept = now
		l.did(l.sweep(now))
	}
	if l.dirty {
		l.dirty = false
		l.did(l.file.Sync())
	}
}

// did reports what came of something that is due by the clock.
func (l *Log) did(err error) {
	if err != nil {
		l.failing = true
		l.cfg.Report(err)
	}
	l.cfg.Moved(l.state())
}

// Close signs what is not signed, flushes it and ends the log. Entries that come later are counted as lost.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	if len(l.waiting) > 0 || l.lost > 0 {
		l.flush()
	}
	l.closed = true
	return l.letGo()
}

// Lend writes what waits, as Close does, and lets another process write the record. What is appended afterwards waits until that process
// has let go of it; the first line that is written then goes on behind its lines.
func (l *Log) Lend() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) > 0 || l.lost > 0 {
		l.flush()
	}
	return l.letGo()
}

// letGo signs and closes the file, and takes the lock away.
func (l *Log) letGo() error {
	if l.file == nil {
		return nil
	}
	var err error
	if !l.since.IsZero() {
		err = l.sign()
		l.cfg.Moved(l.state())
	}
	return errors.Join(err, l.file.Sync(), l.release())
}

func (l *Log) release() error {
	err := l.file.Close()
	l.file = nil
	if l.lock != nil {
		err = errors.Join(err, l.lock.Close())
		l.lock = nil
	}
	return err
}

// Files are the files of a record in a directory, in order.
func Files(dir string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b string) int {
		if x, y := firstOf(a), firstOf(b); x != y {
			return int(int64(x) - int64(y))
		}
		return strings.Compare(a, b)
	})
	return found, nil
}

const suffix = ".audit.jsonl"

// fileName is the file whose first line has a number.
func (l *Log) fileName(first uint64) string {
	return filepath.Join(l.cfg.Dir, fmt.Sprintf("%012d%s", first, suffix))
}

// firstOf is the number in the name of a file; 0: there is none.
func firstOf(path string) uint64 {
	n, _ := strconv.ParseUint(strings.TrimSuffix(filepath.Base(path), suffix), 10, 64)
	return n
}

// ready opens the record, if it is not open.
func (l *Log) ready() error {
	if l.file != nil {
		return nil
	}
	if err := os.MkdirAll(l.cfg.Dir, 0o700); err != nil {
		return err
	}
	if err := l.take(); err != nil {
		return err
	}
	files, err := Files(l.cfg.Dir)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		var id [8]byte
		_, _ = rand.Read(id[:]) // never fails
		l.chain = hex.EncodeToString(id[:])
		return l.create()
	}
	return l.resume(files)
}

// take keeps other processes away from the directory.
func (l *Log) take() error {
	if l.lock != nil {
		return nil
	}
	f, err := Hold(l.cfg.Dir)
	l.lock = f
	return err
}

// Hold keeps processes from writing the record in a directory, until the file is closed that it answers. One that writes it is an error.
func Hold(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another process writes the record in %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// create begins a file.
func (l *Log) create() error {
	path := l.fileName(l.last + 1)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	first := l.note(ActFile, nil)
	first.File = &begin{Format: format, Chain: l.chain, Prev: l.hash}
	before, size := l.file, l.size
	l.file, l.size = f, 0
	if err := l.put(first); err != nil { // nothing is there that a later attempt could go on with
		l.file, l.size = before, size
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	l.began = first.Time
	if before != nil {
		return before.Close()
	}
	return nil
}

// rotate ends the file with a head, and begins another.
func (l *Log) rotate() error {
	if err := errors.Join(l.sign(), l.file.Sync()); err != nil {
		return err
	}
	return l.create()
}

// sweep deletes the files whose last line is older than the retention. The one in use stays.
func (l *Log) sweep(now time.Time) error {
	files, err := Files(l.cfg.Dir)
	if err != nil {
		return err
	}
	for i := 0; i+1 < len(files); i++ {
		next, err := readFirst(files[i+1])
		if err != nil || now.Sub(next.Time) < l.cfg.Retention {
			return err
		}
		if err := os.Remove(files[i]); err != nil {
			return err
		}
		what := map[string]any{"file": filepath.Base(files[i]), "first": firstOf(files[i]), "last": next.Seq - 1}
		if err := l.put(l.note(ActDeleted, what)); err != nil {
			return err
		}
	}
	return nil
}

// object is the JSON of a value; nil of nothing.
func object(what map[string]any) json.RawMessage {
	if len(what) == 0 {
		return nil
	}
	text, err := json.Marshal(what)
	if err != nil { // of what JSON does not have
		text, _ = json.Marshal(map[string]string{"unreadable": err.Error()})
	}
	return text
}
