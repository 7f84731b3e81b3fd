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
)

// File is a Log in a file. Safe for concurrent use.
type File struct {
	report func(error)

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
		report: report,
		header: Header{
			Journal: Format, Room: room, Process: process, Started: started.UnixMilli(), Embedded: embedded, Complete: true,
		},
	}
	f.enc = json.NewEncoder(&f.buf)
	head, err := f.header.line()
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	path := filepath.Join(dir, room+"-"+process+".jsonl")
	if f.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if _, err := f.file.Write(head); err != nil {
		return nil, errors.Join(fmt.Errorf("journal: %w", err), f.file.Close())
	}
	return f, nil
}

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
