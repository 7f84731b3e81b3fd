package launch

import (
	"bytes"
	"strings"
	"sync"
)

// Log is what a process has printed, over all its lives. Safe for concurrent use.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Count is how often a text stands in it.
func (l *Log) Count(text string) int { return strings.Count(l.String(), text) }

// Tail is its last lines, for errors.
func (l *Log) Tail() string {
	lines := strings.Split(strings.TrimSpace(l.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}
