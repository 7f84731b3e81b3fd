package audit

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
)

// List answers a query from the files.
func (l *Log) List(q Query) (Page, error) {
	l.mu.Lock()
	page := Page{Entries: []Entry{}, State: l.state()}
	dir := l.cfg.Dir
	l.mu.Unlock()
	files, err := Files(dir)
	if err != nil {
		return page, err
	}
	for _, path := range slices.Backward(files) {
		if q.Before > 0 && firstOf(path) >= q.Before {
			continue
		}
		done, err := page.add(path, &q)
		if err != nil || done {
			return page, err
		}
	}
	return page, nil
}

// add adds the entries of a file, the latest first. done: there is no need of earlier ones.
func (p *Page) add(path string, q *Query) (done bool, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // it was too old
	}
	if err != nil {
		return false, err
	}
	for end := bytes.LastIndexByte(text, '\n'); end >= 0; {
		begin := bytes.LastIndexByte(text[:end], '\n') + 1
		r, err := parse(text[begin:end])
		end = begin - 1
		if err != nil {
			continue // Verify names it
		}
		if !q.Since.IsZero() && r.Time.Before(q.Since) {
			return true, nil
		}
		if !q.takes(&r.line) {
			continue
		}
		if len(p.Entries) == q.limit() {
			p.More = true
			return true, nil
		}
		p.Entries = append(p.Entries, r.Entry)
	}
	return false, nil
}

// ReadAll reads the entries of files, in their order. What is no line of a record is left out; Verify names it.
func ReadAll(paths []string) (all []Entry, err error) {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for row := range bytes.Lines(text) {
			if r, err := parse(bytes.TrimSuffix(row, []byte("\n"))); err == nil && !r.internal() {
				all = append(all, r.Entry)
			}
		}
	}
	return all, nil
}
