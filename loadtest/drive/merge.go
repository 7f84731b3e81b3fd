package drive

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/einlass/einlass/pkg/queue/journal"
)

// testimonyOf checks the journal that the gateway wrote of a room, with the figures that were shown.
func (w *witness) testimonyOf(dir, room string) error {
	events, err := readJournal(dir, room)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	events = append(events, w.kept...)
	slices.SortStableFunc(events, func(a, b journal.Event) int { return int(a.At - b.At) })
	for _, e := range events {
		w.inv.Observe(e)
	}
	return nil
}

// readJournal reads all files of a room in a journal's directory: lines of one JSON event each. A line that a process
// did not finish may end a file.
func readJournal(dir, room string) ([]journal.Event, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var events []journal.Event
	found := false
	for _, file := range files {
		name := filepath.Base(file)
		rest, ok := strings.CutPrefix(name, room)
		if !ok || rest != "" && rest[0] != '.' && rest[0] != '/' && rest[0] != '@' {
			continue
		}
		found = true
		if events, err = appendJournal(events, file); err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
	}
	if !found {
		return nil, fmt.Errorf("journal: there is no file of room %q in %s", room, dir)
	}
	return events, nil
}

func appendJournal(events []journal.Event, file string) ([]journal.Event, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	r := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, err
		}
		var e journal.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", filepath.Base(file), n, err)
		}
		events = append(events, e)
	}
}
