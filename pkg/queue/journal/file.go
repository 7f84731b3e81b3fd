package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Header is the first line of a journal file: whose it is and how it stands.
type Header struct {
	// Journal is the format, FormatOld or Format.
	Journal int    `json:"journal"`
	Room    string `json:"room"`
	// Process tells the process from others: host name, process id and time of its start.
	Process string `json:"process"`
	Started int64  `json:"started"` // ms since 1970 by the process's clock
	// Embedded says that the store lives and dies with the process.
	Embedded bool `json:"embedded"`
	// Complete says that all that happened while the process lived is in the file. It becomes false when the file could
	// not be written any more and the process went on without it.
	Complete bool `json:"complete"`
	// Part numbers the files of a process, from 0.
	Part int `json:"part,omitempty"`
}

const (
	// Format is that of the files that are written, FormatOld that of the port before.
	Format    = 2
	FormatOld = 1
)

// headerSize is the room that the header takes in the file, so that it can be replaced in place on a full disk.
const headerSize = 1024

// line is what a file has after the header: an event, an intent or an end.
type line struct {
	Event
	Call uint64 `json:"call,omitempty"`
	// Intent says that the call is about to be sent for Visitors, and nothing has happened yet.
	Intent   bool `json:"intent,omitempty"`
	Visitors []ID `json:"visitors,omitempty"`
}

const (
	// kindNone: the call had no effect.
	kindNone Kind = "none"
	// kindEnd: the journal was closed, so nothing is missing behind it.
	kindEnd Kind = "end"
	// kindNext: the journal goes on in the next part.
	kindNext Kind = "next"
)

// File is a Log in a file. Safe for concurrent use.
type File struct {
	report func(error)
	dir    string

	mu     sync.Mutex
	file   *os.File // nil: closed or given up
	header Header
	calls  uint64
	buf    bytes.Buffer
	enc    *json.Encoder
}

// Create begins a journal of a room in a directory, which is made with mode 0700 if it is not there. report is told
// once, from the goroutine that writes, when the file cannot be written any more; the line goes on without a journal.
func Create(dir, room string, embedded bool, started time.Time, report func(error)) (*File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "gateway"
	}
	process := fmt.Sprintf("%s-%d-%d", host, os.Getpid(), started.UnixMilli())
	f := &File{
		report: report, dir: dir,
		header: Header{
			Journal: Format, Room: room, Process: process, Started: started.UnixMilli(), Embedded: embedded, Complete: true,
		},
	}
	f.enc = json.NewEncoder(&f.buf)
	if f.file, err = f.header.create(dir); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return f, nil
}

// create makes the file of a header.
func (h *Header) create(dir string) (*os.File, error) {
	head, err := h.line()
	if err != nil {
		return nil, err
	}
	name := h.Room + "-" + h.Process
	if h.Part > 0 {
		name += fmt.Sprintf(".%d", h.Part)
	}
	file, err := os.OpenFile(filepath.Join(dir, name+suffix), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err := file.Write(head); err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return file, nil
}

// suffix ends the names of files.
const suffix = ".jsonl"

// line is the header as it stands in the file, with the spaces that let it be replaced.
func (h *Header) line() ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if len(text) >= headerSize {
		return nil, fmt.Errorf("header of %d bytes, at most %d fit", len(text), headerSize-1)
	}
	padded := bytes.Repeat([]byte{' '}, headerSize)
	copy(padded, text)
	padded[headerSize-1] = '\n'
	return padded, nil
}

// Begin implements Log.
func (f *File) Begin(e Event, ids []queue.VisitorID) uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	visitors := make([]ID, len(ids))
	for i, id := range ids {
		visitors[i] = ID(id)
	}
	f.add(line{Event: e, Call: f.calls, Intent: true, Visitors: visitors})
	f.write()
	return f.calls
}

// End implements Log.
func (f *File) End(call uint64, events []Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range events {
		f.add(line{Event: e, Call: call})
	}
	if len(events) == 0 {
		f.add(line{Event: Event{Kind: kindNone}, Call: call})
	}
	f.write()
}

// Part ends the file and goes on in another one, so that old files can be deleted while the process lives. Merge reads the parts of a process
// as one. If the other cannot be made, the journal goes on in the one that it has. false: the journal has ended.
func (f *File) Part() (goesOn bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return false, nil
	}
	header := f.header
	header.Part++
	next, err := header.create(f.dir)
	if err != nil {
		return true, fmt.Errorf("journal: %w", err)
	}
	f.add(line{Event: Event{Kind: kindNext}})
	if f.write(); f.file == nil {
		return false, errors.Join(next.Close(), os.Remove(next.Name())) // which was reported
	}
	before := f.file
	f.file, f.header = next, header
	if err := before.Close(); err != nil {
		return true, fmt.Errorf("journal: %w", err)
	}
	return true, nil
}

// Name is the name in its directory of the file that is written, empty if none is. Safe for concurrent use.
func (f *File) Name() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return ""
	}
	return filepath.Base(f.file.Name())
}

// Close implements Log.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	f.add(line{Event: Event{Kind: kindEnd}})
	f.write()
	if f.file == nil {
		return nil // which was reported
	}
	err := f.file.Close()
	f.file = nil
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

func (f *File) add(l line) {
	if f.file == nil {
		return
	}
	if err := f.enc.Encode(l); err != nil {
		f.giveUp(err)
	}
}

// write hands the buffer to the system in one call: what it has taken outlives the process.
func (f *File) write() {
	if f.file == nil {
		return
	}
	_, err := f.file.Write(f.buf.Bytes())
	f.buf.Reset()
	if err != nil {
		f.giveUp(err)
	}
}

// giveUp says in the file that it is not complete, in place, where even a full disk has room.
func (f *File) giveUp(cause error) {
	f.header.Complete = false
	if head, err := f.header.line(); err == nil {
		_, err = f.file.WriteAt(head, 0)
		cause = errors.Join(cause, err)
	}
	cause = errors.Join(cause, f.file.Close())
	f.file = nil
	f.buf.Reset()
	f.report(fmt.Errorf("journal: %w", cause))
}
