package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/einlass/einlass/pkg/queue"
)

// errUnborn: the process ended before its header was written, so it had not sent anything.
var errUnborn = errors.New("the process ended before it began")

// reader takes one file in.
type reader struct {
	src    Source
	timing queue.Timing // of a file of FormatOld
	open   map[uint64]*intent
	events []Event
	begun  uint64 // the latest call
	// undated are the answers of whose time only the beginning is known, and the latest call begun before their end.
	undated []undated
	seen    []sighting
	proof   int64 // when it was last given a number or a snapshot
	// next says that the part that was read goes on in another one.
	next bool
}

// undated is an answer that tells no time of the store, by its index in events.
type undated struct {
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

// read reads one part. After the last, finish says what came of what was under way.
func (r *reader) read(file io.Reader) error {
	in := bufio.NewReaderSize(file, maxLine)
	for n := 1; ; n++ {
		text, err := in.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && n == 1 && len(text) < headerSize && unborn(text):
			return errUnborn
		case errors.Is(err, io.EOF) && len(text) == 0:
			return nil
		case errors.Is(err, io.EOF) && n > 1:
			return nil // broken off by the end of the process or of the disk
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
	before := r.src.Header
	r.src.Header = Header{}
	if err := json.Unmarshal(text, &r.src.Header); err != nil {
		return fmt.Errorf("no header of a journal: %w", err)
	}
	if r.next {
		r.next = false
		if h := r.src.Header; h.Part != before.Part+1 || h.Process != before.Process || h.Room != before.Room {
			return fmt.Errorf("it does not go on with part %d of %s, but is part %d of %s", before.Part+1, before.Process, h.Part, h.Process)
		}
		return nil
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
	if r.src.Closed || r.next {
		return errors.New("something follows the end")
	}
	switch {
	case l.Kind == kindEnd:
		r.src.Closed = true
	case l.Kind == kindNext:
		r.next = true
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
		switch {
		case l.Kind == Uncertain:
			i.uncertain(l.Visitor, r.note)
		case i.repeated(l):
			// It may have taken effect before what it now tells, as a verb without an answer does.
			r.events = append(r.events, Event{At: i.At, Kind: Uncertain, Verb: i.Kind, Visitor: l.Visitor})
		}
		delete(i.visitors, l.Visitor)
		if len(i.visitors) == 0 {
			delete(r.open, l.Call)
		}
	}
	if l.Kind == Uncertain && l.Verb == Join {
		return nil // it was counted where it began
	}
	r.dated(l)
	r.sees(&l.Event)
	r.note(l.Event)
	return nil
}

// dated says until when a restore, an outcome, an end of a place, or what was not answered took effect: a call that was begun after it
// has been answered. It is written down at the time of the answer before it. Other processes have had answers since, from before it; if
// the store could not be asked for a while, long since.
func (r *reader) dated(l *line) {
	switch l.Kind {
	case Join, Keep, Claim, Renew, Snapshot:
	default:
		return // not at the store's time
	}
	for len(r.undated) > 0 && (l.Call == 0 || l.Call > r.undated[0].begun) {
		r.events[r.undated[0].index].Until = l.At
		r.undated = r.undated[1:]
	}
}

// note takes an event in. A store that is restored may have lost the room since it last gave the process a number or a snapshot: a server
// that takes over, and may lack what the one before has acknowledged, answers neither before a restore. Heartbeats and claims it answers by
// what it has, and may so take back what was told before.
func (r *reader) note(e Event) {
	switch {
	case e.Kind == Snapshot, e.Kind == Join:
		r.proof = e.At
	case e.Kind == Restore && r.proof > 0:
		e.At = r.proof
	}
	if e.At > 0 && (r.src.First == 0 || e.At < r.src.First) {
		r.src.First = e.At
	}
	r.src.Last = max(r.src.Last, e.At)
	switch e.Kind {
	case Restore, Finish, Leave, Report, Uncertain:
		r.undated = append(r.undated, undated{len(r.events), r.begun})
	}
	r.events = append(r.events, e)
}

// finish takes in what was under way at the end.
func (r *reader) finish() {
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
	for _, u := range r.undated {
		e := &r.events[u.index]
		e.Until = max(r.src.Last, e.At)
		if e.Kind != Uncertain { // to which the checker adds it
			e.Until += slack
		}
	}
	// What comes before the first answer has no time of the store yet.
	for i := range r.events {
		if r.events[i].At == 0 {
			r.events[i].At = r.src.First
		}
	}
	r.src.Events = len(r.events)
}

// repeats is after what time without an answer a verb may have been sent again by the store's client.
const repeats = 500

// repeated reports whether the answer to a heartbeat or a claim may be to a repetition of it, and the first one be what has brought the
// place to where it is. An arrival that is repeated is answered as it was, and an outcome has its reference.
func (i *intent) repeated(l *line) bool {
	state := queue.State(l.State)
	return l.At-i.At >= repeats && (l.Kind == Keep && state == queue.StateCalled || l.Kind == Claim && state == queue.StateInside)
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
	Judged, Lose, Shown,
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
	case Judged:
		return e.Verdict != nil
	}
	return true
}
