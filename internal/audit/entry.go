package audit

import (
	"encoding/json"
	"slices"
	"time"
)

// Entry is one thing that somebody asked for, made or refused.
type Entry struct {
	// Seq numbers the lines of a record, from 1.
	Seq uint64 `json:"seq"`
	// Time is that of the gateway.
	Time time.Time `json:"time"`
	// Gateway is the name of the process.
	Gateway string `json:"gateway,omitempty"`
	// Principal is who acted; absent in what the log says of itself.
	Principal *Principal `json:"principal,omitempty"`
	// Act is one word or a few, from a closed set.
	Act  string `json:"act"`
	Room string `json:"room,omitempty"`
	// Asked is what was asked for, Before and After what was in force; objects, or absent.
	Asked  json.RawMessage `json:"asked,omitempty"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
	Reason string          `json:"reason,omitempty"`
	// Error is why it was not done; empty: it was.
	Error string `json:"error,omitempty"`
	// Code is the kind of the error, by which it can be said in other words; empty: it has none, or an older release wrote the entry.
	Code string `json:"code,omitempty"`
}

// Principal is who acted.
type Principal struct {
	Name   string `json:"name"`
	Role   string `json:"role"`
	Method string `json:"method,omitempty"`
	// From is "loopback", "socket", or a name that stands for a network and does not tell it.
	From string `json:"from,omitempty"`
}

// Acts of the log itself.
const (
	ActFile    = "record: file"    // a file begins
	ActHead    = "record: head"    // what is before is signed
	ActHealed  = "record: healed"  // a torn line was taken off
	ActBroken  = "record: broken"  // the file before does not fit, and was left as it is
	ActLost    = "record: lost"    // lines could not be written, nor kept
	ActDeleted = "record: deleted" // a file is older than the retention
)

// line is an entry as it is written.
type line struct {
	Entry
	File *begin `json:"file,omitempty"` // of ActFile
	Head *Head  `json:"head,omitempty"` // of ActHead
}

// begin is what the first line of a file says.
type begin struct {
	Format int `json:"format"`
	// Chain tells a record from others.
	Chain string `json:"chain"`
	// Prev is the hash of the line before, which stands in another file; zeros at the first of all.
	Prev Hash `json:"prev"`
}

// format is that of the files.
const format = 1

// Query asks for entries, the latest first.
type Query struct {
	// Room is that of the entries; empty: all.
	Room string
	// Since leaves out what is older; the zero time: nothing.
	Since time.Time
	// Before leaves out entries from this number on; 0: nothing.
	Before uint64
	// Limit bounds the answer; 0: DefaultLimit.
	Limit int
	// Sees says which rooms' entries may be shown, "" for those of none; nil: all.
	Sees func(room string) bool
}

// Bounds of an answer.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// Page is an answer.
type Page struct {
	// Entries are the latest first; never nil. Heads and beginnings of files are left out.
	Entries []Entry `json:"entries"`
	// More says that older ones were left out.
	More bool `json:"more,omitempty"`
	// State is how the record stands.
	State State `json:"state"`
}

// State is how a record stands.
type State struct {
	// Last is the number of the latest line, Signed that of the latest line below a signed head.
	Last   uint64 `json:"last"`
	Signed uint64 `json:"signed"`
	// Head is the hash of the line Signed.
	Head Hash `json:"head,omitzero"`
	// Waiting is how many entries wait in memory because they cannot be written, Lost how many could not even be kept.
	Waiting int    `json:"waiting,omitempty"`
	Lost    uint64 `json:"lost,omitempty"`
}

// internal reports whether a line says nothing about an act.
func (l *line) internal() bool { return l.File != nil || l.Head != nil }

func (q *Query) takes(l *line) bool {
	return !l.internal() && (q.Room == "" || l.Room == q.Room) && (q.Sees == nil || q.Sees(l.Room)) &&
		(q.Before == 0 || l.Seq < q.Before)
}

// limit is the bound of the answer.
func (q *Query) limit() int {
	if q.Limit <= 0 {
		return DefaultLimit
	}
	return min(q.Limit, MaxLimit)
}

// Rooms is a Query.Sees of those named; nil: all.
func Rooms(ids []string) func(string) bool {
	if ids == nil {
		return nil
	}
	return func(room string) bool { return slices.Contains(ids, room) }
}
