// Package progress shows on a terminal how far a piece of long work is, in one line that goes away at its end. Only commands that people
// run import it; where there is no terminal they use none, a nil [Meter]. It imports nothing of this module.
package progress

import (
	"fmt"
	"io"
	"time"
)

const (
	// patience is how long work stays silent: what is done sooner needs no line.
	patience = time.Second
	// often is the time between two lines.
	often = 200 * time.Millisecond
	// clear goes to the beginning of the line and empties it.
	clear = "\r\x1b[K"
)

// Meter shows how many bytes of how many are done. A nil one shows nothing. It is for one goroutine.
type Meter struct {
	out         io.Writer
	what        string
	total, done int64
	now         func() time.Time
	began, last time.Time
	shown       bool
}

// New makes a meter of work that begins now, in a few words as "reading the record". A total of 0 bytes or fewer is not known.
func New(out io.Writer, what string, total int64, now func() time.Time) *Meter {
	return &Meter{out: out, what: what, total: total, now: now, began: now()}
}

// Add counts bytes that are done.
func (m *Meter) Add(bytes int64) {
	if m == nil {
		return
	}
	m.done += bytes
	now := m.now()
	if now.Sub(m.began) < patience || now.Sub(m.last) < often {
		return
	}
	m.last, m.shown = now, true
	fmt.Fprint(m.out, clear+m.line(now))
}

// line is shorter than the narrowest of terminals in use.
func (m *Meter) line(now time.Time) string {
	if m.total <= 0 {
		return fmt.Sprintf("%s: %s", m.what, size(m.done))
	}
	done := min(m.done, m.total) // files may grow as they are read
	text := fmt.Sprintf("%s: %s of %s, %d %%", m.what, size(done), size(m.total), done*100/m.total)
	if done > 0 && done < m.total {
		left := time.Duration(float64(now.Sub(m.began)) * float64(m.total-done) / float64(done))
		text += fmt.Sprintf(", about %v left", max(left.Round(time.Second), time.Second))
	}
	return text
}

func size(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d KiB", (bytes+1023)>>10)
	}
	return fmt.Sprintf("%d MiB", bytes>>20)
}

// End takes the line away.
func (m *Meter) End() {
	if m != nil && m.shown {
		fmt.Fprint(m.out, clear)
		m.shown = false
	}
}

// Reader counts what is read of r.
func (m *Meter) Reader(r io.Reader) io.Reader {
	if m == nil {
		return r
	}
	return &reader{r, m}
}

type reader struct {
	from io.Reader
	m    *Meter
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.m.Add(int64(n))
	return n, err
}
