package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// file is where a ring is kept.
type file struct{ f *os.File }

// Its head is one line of JSON, filled up with zeros.
const headSize = 4096

// head says what stands in the records. A release that reads files otherwise has another format.
type head struct {
	Einlass string       `json:"einlass"`
	Format  int          `json:"format"`
	StepMS  int64        `json:"step_ms"`
	Slots   int64        `json:"slots"`
	Columns []headColumn `json:"columns"`
}

type headColumn struct {
	Name string  `json:"name"`
	Unit float64 `json:"unit"`
}

const (
	headName = "history"
	format   = 1
)

func ourHead() head {
	h := head{Einlass: headName, Format: format, StepMS: stepMS, Slots: slots}
	for _, c := range columns {
		h.Columns = append(h.Columns, headColumn{c.name, c.unit})
	}
	return h
}

// Open makes a ring that a file keeps. What the file holds of the last hours is in it. A file that cannot be read is set aside, and the
// error says so; report is called once when the file cannot be written, and with nil when it can be again.
func Open(path string, report func(error)) (r *Ring, damaged, err error) {
	r = New()
	r.report = report
	ours, err := r.read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case errors.As(err, new(*fs.PathError)):
		return nil, nil, err
	case err != nil:
		aside := path + ".damaged"
		damaged = fmt.Errorf("%s: %w; it is %s now", path, err, aside)
		if err := os.Rename(path, aside); err != nil {
			return nil, damaged, err
		}
	}
	if !ours {
		if err := r.rewrite(path); err != nil {
			return nil, damaged, err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return nil, damaged, err
	}
	r.file = &file{f}
	return r, damaged, nil
}

// read takes over what a file has. ours: it is as this release writes it.
func (r *Ring) read(path string) (ours bool, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return false, err
	}
	h, err := readHead(b)
	if err != nil {
		return false, err
	}
	want := ourHead()
	order := make([]int, len(h.Columns))
	for i, c := range h.Columns {
		order[i] = slices.Index(want.Columns, c)
	}
	size := sizeOf(len(order))
	for b = b[headSize:]; len(b) >= size; b = b[size:] {
		if rec, ok := decode(b[:size], order); ok {
			if at := &r.records[rec.step%slots]; at.step < rec.step {
				*at = rec
			}
		}
	}
	return h.Slots == slots && slices.Equal(h.Columns, want.Columns), nil
}

func readHead(b []byte) (h head, err error) {
	if len(b) < headSize {
		return h, errors.New("the file of a history has no head")
	}
	if err := json.Unmarshal(bytes.TrimRight(b[:headSize], "\x00"), &h); err != nil {
		return h, fmt.Errorf("the head of a history: %w", err)
	}
	if h.Einlass != headName || h.Format != format || h.StepMS != stepMS || h.Slots < 1 || len(h.Columns) == 0 {
		return h, fmt.Errorf("a history of format %d, this release reads %d", h.Format, format)
	}
	return h, nil
}

// rewrite puts a new file with what the ring holds in the place of another.
func (r *Ring) rewrite(path string) (err error) {
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err == nil {
			err = os.Rename(next, path)
		}
		if err != nil {
			err = errors.Join(err, os.Remove(next))
		}
	}()
	text, err := json.Marshal(ourHead())
	if err == nil && len(text) > headSize {
		err = errors.New("the head of a history is too long")
	}
	if err != nil {
		return err
	}
	if _, err = f.Write(append(text, make([]byte, headSize-len(text))...)); err != nil {
		return err
	}
	to := &file{f}
	for i := range r.records {
		if r.records[i].step != 0 {
			if err = to.write(&r.records[i]); err != nil {
				return err
			}
		}
	}
	return f.Truncate(headSize + slots*int64(sizeOf(width)))
}

// write puts a record into its place.
func (f *file) write(r *record) error {
	b := r.encode()
	n, err := f.f.WriteAt(b, headSize+r.step%slots*int64(len(b)))
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}

func (f *file) close() error { return f.f.Close() }
