package journal

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
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
func Merge(paths ...string) (*Merged, error) {
	if len(paths) == 0 {
		return nil, errors.New("journal: no files")
	}
	m := &Merged{}
	for _, path := range paths {
		if err := m.add(path); err != nil {
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

func (m *Merged) add(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer func() { _ = file.Close() }()
	r := reader{open: map[uint64]*intent{}, src: Source{Path: path}}
	switch err := r.read(file); {
	case errors.Is(err, errUnborn):
		return nil
	case err != nil:
		return fmt.Errorf("journal: %s: %w", path, err)
	}
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
	return nil
}

// errUnborn: the process ended before its header was written, so it had not sent anything.
var errUnborn = errors.New("the process ended before it began")

// reader takes one file in.
type reader struct {
	src    Source
	timing queue.Timing // of a file of FormatOld
	open   map[uint64]*intent
	events []Event
	begun  uint64 // the latest call
	// restores are those of whose time only the beginning is known, by index, and the latest call begun before their end.
	restores []restoring
}

type restoring struct {
	index int
	begun uint64
}

// intent is a call under way.
type intent struct {
	Event
	visitors map[ID]bool // not yet answered
}

// maxLine bounds one line: an intent of 512 visitors is 13 kB.
const maxLine = 1 << 20

func (r *reader) read(file io.Reader) error {
	in := bufio.NewReaderSize(file, maxLine)
	for n := 1; ; n++ {
		text, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && n == 1 && len(text) < headerSize && unborn(text):
			return errUnborn
		case errors.Is(err, io.EOF) && len(text) == 0:
			return r.finish()
		case errors.Is(err, io.EOF) && n > 1:
			return r.finish() // broken off by the end of the process or of the disk
		case err != nil && !errors.Is(err, io.EOF):
			return fmt.Errorf("line %d: %w", n, err)
		}
		if n == 1 {
			err = r.header(text)
		} else {
			err = r.line(text)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
}

// unborn tells a header that was broken off from a file that is no journal.
func unborn(text []byte) bool {
	const start = `{"journal":`
	n := min(len(text), len(start))
	return string(text[:n]) == start[:n]
}

func (r *reader) header(text []byte) error {
	if err := json.Unmarshal(text, &r.src.Header); err != nil {
		return fmt.Errorf("no header of a journal: %w", err)
	}
	switch {
	case r.src.Journal != Format && r.src.Journal != FormatOld:
		return fmt.Errorf("journal version %d, want %d or %d", r.src.Journal, FormatOld, Format)
	case r.src.Room == "" || r.src.Process == "":
		return errors.New("the header names no room and process")
	case r.src.Journal == FormatOld:
		var err error
		r.timing, err = oldTiming(text)
		return err
	}
	return nil
}

// parse reads a line of the file's format.
func (r *reader) parse(text []byte) (l line, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if r.src.Journal == FormatOld {
		var old oldLine
		err = dec.Decode(&old)
		return old.line(), err
	}
	err = dec.Decode(&l)
	return l, err
}

func (r *reader) line(text []byte) error {
	l, err := r.parse(text)
	if err != nil {
		return err
	}
	if r.src.Closed {
		return errors.New("something follows the end")
	}
	switch {
	case l.Kind == kindEnd:
		r.src.Closed = true
	case l.Intent:
		return r.begin(&l)
	case l.Kind == kindNone:
		delete(r.open, l.Call)
	default:
		return r.event(&l)
	}
	return nil
}

func (r *reader) begin(l *line) error {
	if r.open[l.Call] != nil {
		return fmt.Errorf("call %d begins twice", l.Call)
	}
	r.begun = max(r.begun, l.Call)
	i := &intent{Event: l.Event, visitors: make(map[ID]bool, len(l.Visitors))}
	for _, id := range l.Visitors {
		i.visitors[id] = true
	}
	r.open[l.Call] = i
	return nil
}

// event takes an answer in, and the intent that it answers out.
func (r *reader) event(l *line) error {
	if err := l.valid(); err != nil {
		return err
	}
	if i := r.open[l.Call]; i != nil {
		if l.Kind == Uncertain {
			i.uncertain(l.Visitor, r.note)
		}
		delete(i.visitors, l.Visitor)
		if len(i.visitors) == 0 {
			delete(r.open, l.Call)
		}
	}
	if l.Kind == Uncertain && l.Verb == Join {
		return nil // it was counted where it began
	}
	r.restored(l)
	r.note(l.Event)
	return nil
}

// restored says until when a restore took effect: a call that was begun after its end has been answered. A restore is
// written down at the time of the answer before it, and other processes have had answers since, from before the loss.
func (r *reader) restored(l *line) {
	switch l.Kind {
	case Join, Keep, Claim, Renew, Snapshot:
	default:
		return // not at the store's time
	}
	for len(r.restores) > 0 && (l.Call == 0 || l.Call > r.restores[0].begun) {
		r.events[r.restores[0].index].Until = l.At
		r.restores = r.restores[1:]
	}
}

func (r *reader) note(e Event) {
	if e.At > 0 && (r.src.First == 0 || e.At < r.src.First) {
		r.src.First = e.At
	}
	r.src.Last = max(r.src.Last, e.At)
	if e.Kind == Restore {
		r.restores = append(r.restores, restoring{len(r.events), r.begun})
	}
	r.events = append(r.events, e)
}

func (r *reader) finish() error {
	r.src.Open = len(r.open)
	for _, i := range r.open {
		for id := range i.visitors {
			i.uncertain(id, r.note)
		}
		if len(i.visitors) == 0 {
			i.uncertain(ID{}, r.note)
		}
	}
	if r.src.First == 0 {
		r.src.First, r.src.Last = r.src.Started, r.src.Started
	}
	for _, s := range r.restores {
		r.events[s.index].Until = max(r.src.Last, r.events[s.index].At) + slack
	}
	// What comes before the first answer has no time of the store yet.
	for i := range r.events {
		if r.events[i].At == 0 {
			r.events[i].At = r.src.First
		}
	}
	r.src.Events = len(r.events)
	return nil
}

// uncertain is what a call without an answer may have done.
func (i *intent) uncertain(id ID, note func(Event)) {
	if i.Kind == Restore || i.Kind == Settle && i.Document != nil {
		note(i.Event)
		return
	}
	note(Event{At: i.At, Kind: Uncertain, Verb: i.Kind, Visitor: id})
}

// latest is the end of the year 9999: sums of times behind it could overflow.
const latest = 253_402_300_799_999

// valid says what an event lacks that the checker relies on.
func (e *Event) valid() error {
	switch {
	case e.At < 0 || e.At > latest:
		return fmt.Errorf("time of the store %d, want 0 to %d", e.At, int64(latest))
	case !e.whole():
		return fmt.Errorf("%s without its document", e.Kind)
	case !slices.Contains(kinds, e.Kind):
		return fmt.Errorf("unknown kind %q", e.Kind)
	}
	return nil
}

var kinds = []Kind{
	Join, Keep, Claim, Renew, Finish, Leave, Report, Moved, Uncertain, Snapshot, Settle, Step, Freeze, Reveal, Record, Restore,
	Lose, Shown,
}

// whole reports whether the event carries what its kind tells of.
func (e *Event) whole() bool {
	switch e.Kind {
	case Report:
		return e.Report != nil
	case Moved:
		return e.Move != nil
	case Snapshot:
		return e.Snapshot != nil
	case Settle:
		return e.Document != nil
	case Step:
		return e.Step != nil
	case Freeze, Reveal:
		return e.Draw != nil
	case Record:
		return e.Record != nil
	case Restore:
		return e.Watermark != nil
	}
	return true
}
