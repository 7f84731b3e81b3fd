package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// Merged is what the journals of all processes of one room tell together. It holds all events in memory, some 250 bytes
// each.
type Merged struct {
	Room string
	// Format is that of all files, and Timing the room's if it is FormatOld; later ones tell it with the documents.
	Format int
	Timing queue.Timing
	// Files are the sources in the order of their first event.
	Files []Source
	// Events are all events in order of store time, without those behind Until.
	Events []Event
	// Until is the store time up to which the journals are complete; 0: to the end. A file that could not be written any
	// more ends it for all: what its process did later is not known, and the others cannot be judged without it.
	Until int64

	seen [][]sighting // by file
}

// Source is one file.
type Source struct {
	Path string `json:"path"`
	Header
	First  int64 `json:"first"` // store ms of the first event, 0 if there is none
	Last   int64 `json:"last"`
	Events int   `json:"events"`
	// Closed says that the process ended in order. Otherwise it was killed, or it still lives.
	Closed bool `json:"closed"`
	// Open is how many calls were under way at the end: whether they took effect is not known.
	Open int `json:"open"`
}

// Config is what an Invariants needs that is to check the events.
func (m *Merged) Config(report func(Violation)) Config {
	return Config{Format: m.Format, Timing: m.Timing, Report: report}
}

// Merge reads the files of one room. Errors name the file and line.
//
// A call that was begun and has no end may have taken effect: it becomes Uncertain for each of its visitors (a Restore, and in
// files of FormatOld a change of the controls, becomes what it was to do), at the time before it was sent. So does one that
// ended without an answer, besides the Uncertain that its process wrote down when it gave up. Only the last line of a file
// may be broken off.
//
// An embedded store whose process did not end in order may have lost what was not on disk: Lose stands where the next
// process goes on.
func Merge(paths ...string) (*Merged, error) { return MergeTelling(func(int64) {}, paths...) }

// MergeTelling is Merge, and tells of bytes of the files as they are read.
func MergeTelling(read func(bytes int64), paths ...string) (*Merged, error) {
	if len(paths) == 0 {
		return nil, errors.New("journal: no files")
	}
	m := &Merged{}
	for _, parts := range ofProcesses(paths) {
		if err := m.add(parts, read); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(m.Files, func(a, b Source) int { return cmp.Compare(a.First, b.First) })
	for i := 1; i < len(m.Files); i++ {
		if before, f := &m.Files[i-1], &m.Files[i]; f.Embedded && !before.Closed {
			m.Events = append(m.Events, Event{At: f.First, Kind: Lose})
		}
	}
	m.sort()
	m.loseDivided()
	m.cut()
	return m, nil
}

// Add puts in what the processes cannot know, as Lose from whoever breaks a store. What is behind Until is left out.
func (m *Merged) Add(events ...Event) {
	m.Events = append(m.Events, events...)
	m.sort()
	m.cut()
}

func (m *Merged) sort() {
	// What was done to a store stands before what it answered at the same time.
	slices.SortStableFunc(m.Events, func(a, b Event) int {
		if c := cmp.Compare(a.At, b.At); c != 0 {
			return c
		}
		return cmp.Compare(rank(a.Kind), rank(b.Kind))
	})
}

func rank(k Kind) int {
	if k == Lose {
		return 0
	}
	return 1
}

// cut leaves only the events up to Until.
func (m *Merged) cut() {
	for _, f := range m.Files {
		// Of calls that were under way together, the one whose answer could not be written may be the older.
		if until := max(1, f.Last-slack); !f.Complete && (m.Until == 0 || until < m.Until) {
			m.Until = until
		}
	}
	if m.Until == 0 {
		return
	}
	end, _ := slices.BinarySearchFunc(m.Events, m.Until, func(e Event, at int64) int { return cmp.Compare(e.At, at) })
	m.Events = m.Events[:end]
}

// ofProcesses puts the parts of one process together, in order. What has no header that can be read stands alone.
func ofProcesses(paths []string) (all [][]string) {
	type part struct {
		path string
		Header
	}
	var parts []part
	for _, path := range paths {
		h, _ := headerOf(path) // what is wrong is said where it is read
		parts = append(parts, part{path, h})
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.Part, b.Part) })
	at := map[string]int{}
	for _, p := range parts {
		i, ok := at[p.Process]
		if !ok || p.Process == "" || p.Part == 0 {
			at[p.Process] = len(all)
			all = append(all, []string{p.path})
			continue
		}
		all[i] = append(all[i], p.path)
	}
	return all
}

func (m *Merged) add(parts []string, read func(bytes int64)) error {
	path := parts[0]
	r := reader{open: map[uint64]*intent{}, src: Source{Path: path}}
	for i, part := range parts {
		if i > 0 && !r.next {
			if bare(part) { // the process died while it began the part
				continue
			}
			return fmt.Errorf("journal: %s does not go on in %s: a part between them is missing", parts[i-1], part)
		}
		switch err := r.take(part, read); {
		case errors.Is(err, errUnborn):
			if i == 0 {
				return nil
			}
		case err != nil:
			return fmt.Errorf("journal: %s: %w", part, err)
		}
	}
	if r.next {
		return fmt.Errorf("journal: %s goes on in another part, which is missing", parts[len(parts)-1])
	}
	r.finish()
	switch {
	case m.Room == "":
		m.Room, m.Format, m.Timing = r.src.Room, r.src.Journal, r.timing
	case m.Format != r.src.Journal:
		return fmt.Errorf("journal: %s is of format %d, others are of format %d: check the files of each release apart",
			path, r.src.Journal, m.Format)
	case m.Room != r.src.Room:
		return fmt.Errorf("journal: %s is of room %s, others are of %s: give the files of one room", path, r.src.Room, m.Room)
	case m.Timing != r.timing:
		return fmt.Errorf("journal: %s was written with other times (idle, claim_window, absent_after, ticket_life, poll) "+
			"than the others: check the files of each configuration apart", path)
	}
	for _, f := range m.Files {
		if f.Process == r.src.Process { // read twice, it would accuse the store of giving every number twice
			return fmt.Errorf("journal: %s is the same journal as %s", path, f.Path)
		}
	}
	m.Files = append(m.Files, r.src)
	m.Events = append(m.Events, r.events...)
	m.seen = append(m.seen, r.seen)
	return nil
}

// take reads a part.
func (r *reader) take(path string, read func(bytes int64)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return r.read(&telling{file, read})
}

// telling tells of what is read.
type telling struct {
	io.Reader
	tell func(bytes int64)
}

func (t *telling) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.tell(int64(n))
	return n, err
}

// bare reports whether a file holds nothing but its header.
func bare(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() <= headerSize
}
