package redistest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
)

// serverLog is what one process has printed, and a way to wait for a line of it.
type serverLog struct {
	mu    sync.Mutex
	lines []string
	grown chan struct{} // closed and replaced with every line, and closed for good at the end
	ended bool
}

func newLog() *serverLog { return &serverLog{grown: make(chan struct{})} }

// follow reads until the process closes its end.
func (l *serverLog) follow(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		l.mu.Lock()
		l.lines = append(l.lines, lines.Text())
		close(l.grown)
		l.grown = make(chan struct{})
		l.mu.Unlock()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	close(l.grown)
}

// mark is a position to wait from: the lines so far.
func (l *serverLog) mark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.lines)
}

// wait blocks until a line behind the mark contains text.
func (l *serverLog) wait(ctx context.Context, from int, text string) error {
	for {
		l.mu.Lock()
		lines, grown, ended := l.lines[from:], l.grown, l.ended
		l.mu.Unlock()
		for _, line := range lines {
			if strings.Contains(line, text) {
				return nil
			}
		}
		if ended {
			return fmt.Errorf("ended before %q; its last lines:\n%s", text, l.tail())
		}
		from += len(lines)
		select {
		case <-grown:
		case <-ctx.Done():
			return fmt.Errorf("no %q: %w; last lines:\n%s", text, ctx.Err(), l.tail())
		}
	}
}

func (l *serverLog) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines[max(0, len(l.lines)-15):], "\n")
}
