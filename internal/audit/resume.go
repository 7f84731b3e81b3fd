package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// scanned is what a file of a record was found to hold.
type scanned struct {
	chain      string
	began      time.Time
	last       uint64
	hash       Hash
	signed     uint64
	head       Hash
	headed     uint64
	since      time.Time
	size       int64 // of the whole lines
	torn       int64 // what follows them
	wrong      error // the first line that does not fit; nil: all do
	anyParsed  bool
	wrongIndex int
}

// scan reads a file. A line without its end is torn, which is no fault.
func scan(path string) (s scanned, err error) {
	f, err := os.Open(path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 64<<10)
	for n := 1; ; n++ {
		text, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			s.torn = int64(len(text))
			return s, nil
		}
		if err != nil {
			return s, err
		}
		s.take(n, text)
		s.size += int64(len(text))
	}
}

// take follows one whole line.
func (s *scanned) take(n int, text []byte) {
	r, err := parse(bytes.TrimSuffix(text, []byte("\n")))
	if err != nil {
		s.fault(n, err)
		return
	}
	switch {
	case n == 1 && r.File != nil:
		s.chain, s.began, s.hash, s.last = r.File.Chain, r.Time, r.File.Prev, r.Seq-1
		s.headed, s.signed = s.last, s.last
		s.head = r.File.Prev
	case n == 1:
		s.fault(n, errors.New("it is not the beginning of a file"))
	}
	if r.Seq != s.last+1 || s.hash.then(r.body) != r.stored {
		s.fault(n, fmt.Errorf("line %d does not follow from the one before", r.Seq))
	}
	s.last, s.hash, s.anyParsed = r.Seq, r.stored, true
	switch {
	case r.Head != nil:
		s.signed, s.head, s.headed, s.since = r.Head.Seq, r.Head.Hash, r.Seq, time.Time{}
	case r.File == nil && s.since.IsZero():
		s.since = r.Time
	}
}

func (s *scanned) fault(n int, err error) {
	if s.wrong == nil {
		s.wrong, s.wrongIndex = fmt.Errorf("line %d of the file: %w", n, err), n
	}
}

// resume goes on with the record that the files hold.
func (l *Log) resume(files []string) error {
	path := files[len(files)-1]
	s, err := scan(path)
	if err != nil {
		return err
	}
	if s.size == 0 && len(files) > 1 { // the process died while it began the file
		if err := os.Remove(path); err != nil {
			return err
		}
		return l.resume(files[:len(files)-1])
	}
	if s.size == 0 {
		if err := os.Remove(path); err != nil {
			return err
		}
		return l.ready()
	}
	l.chain, l.last, l.hash = s.chain, max(s.last, firstOf(path)), s.hash
	if s.wrong != nil {
		return l.resumeBroken(path, &s)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(s.size), seekEnd(f)); err != nil {
		return errors.Join(err, f.Close())
	}
	l.file, l.size, l.began = f, s.size, s.began
	l.signed, l.head, l.headed, l.since = s.signed, s.head, s.headed, s.since
	if s.torn == 0 {
		return nil
	}
	l.cfg.Report(fmt.Errorf("%s: a line that was torn, of %d bytes, was taken off", path, s.torn))
	return l.put(l.note(ActHealed, map[string]any{"file": filepath.Base(path), "bytes": s.torn}))
}

// resumeBroken leaves a file that was changed as it is, and goes on in another one.
func (l *Log) resumeBroken(path string, s *scanned) error {
	l.headed, l.signed, l.head = l.last, 0, Hash{}
	if l.chain == "" {
		l.chain = "unknown"
	}
	if err := l.create(); err != nil {
		return err
	}
	l.cfg.Report(fmt.Errorf("%s was changed, and is left as it is: %w", path, s.wrong))
	return l.put(l.note(ActBroken, map[string]any{"file": filepath.Base(path), "line": s.wrongIndex, "detail": s.wrong.Error()}))
}

func seekEnd(f *os.File) error {
	_, err := f.Seek(0, io.SeekEnd)
	return err
}

// readFirst reads the beginning of a file.
func readFirst(path string) (r read, err error) {
	f, err := os.Open(path)
	if err != nil {
		return r, err
	}
	defer f.Close()
	text, err := bufio.NewReader(f).ReadBytes('\n')
	if err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	if r, err = parse(bytes.TrimSuffix(text, []byte("\n"))); err == nil && r.File == nil {
		err = errors.New("it is not the beginning of a file")
	}
	if err != nil {
		return r, fmt.Errorf("%s: line 1: %w", path, err)
	}
	return r, nil
}
