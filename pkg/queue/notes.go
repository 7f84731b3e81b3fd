package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// notes is what Settings.Notes says: how gateways have changed the document by themselves.
type notes struct {
	// Hash names the configuration that was applied last, and Values what it said. A release that knew fewer keys has noted
	// fewer: of those that are missing it is not known what that configuration said.
	Hash   string `json:"hash"`
	Values values `json:"values,omitempty"`
	// Schedules are what the configurations said of the schedule, in the order in which they brought it, the latest mostSchedules.
	Schedules []json.RawMessage `json:"schedules,omitempty"`
	// Of is Settings.ValuesHash when the notes were written. Where the two differ, another release has applied a
	// configuration without writing notes: then Values says nothing any more.
	Of string `json:"of"`
	// All versions after From and up to To were made by gateways. Since holds, for each key that one of them changed, the
	// version that did so last.
	From  int64         `json:"from"`
	To    int64         `json:"to"`
	Since map[Key]int64 `json:"since,omitempty"`
}

// notes reads Notes. Settings without notes, or with ones that are not readable, have the zero value.
func (s *Settings) notes() notes {
	var n notes
	if s.Notes == "" || json.Unmarshal([]byte(s.Notes), &n) != nil {
		return notes{}
	}
	if n.Of != s.ValuesHash {
		n.Hash, n.Values = "", nil
	}
	return n
}

// note writes Notes.
func (s *Settings) note(n notes) {
	n.Of = s.ValuesHash
	text, err := json.Marshal(n)
	if err != nil {
		panic(fmt.Sprintf("queue: notes cannot be encoded: %v", err)) // plain data always can
	}
	s.Notes = string(text)
}

// ChangedSince reports whether a change of keys that was decided by looking at an earlier version of the document would
// overwrite something unseen: because an operator has changed the document since that version, or a gateway by itself has
// changed one of keys. What gateways change elsewhere in the document does not count. Call it in the function given to
// [Room.Update]; the store then accepts the result only if the document is still the same.
//
// A change of rate also decides about burst where burst follows it: name both.
func (d *Document) ChangedSince(version int64, keys ...Key) bool {
	if version == d.Version {
		return false
	}
	s := d.settings()
	n := s.notes()
	if n.To != d.Version || version < n.From || version > d.Version {
		return true
	}
	for _, k := range keys {
		if n.Since[k] > version {
			return true
		}
	}
	return false
}

// byGateway notes in d that a gateway by itself makes it from current, and answers the keys that it changes.
func (d *Document) byGateway(current *Document) []Key {
	keys := d.values().changed(current.values())
	s := d.settings()
	n := s.notes()
	if n.To != current.Version {
		n.From, n.Since = current.Version, nil
	}
	n.To = current.Version + 1
	if n.Since == nil {
		n.Since = map[Key]int64{}
	}
	for _, k := range keys {
		n.Since[k] = n.To
	}
	s.note(n)
	d.Settings = s.Encode()
	return keys
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// valuesHash names mode, pace and message as releases did that knew no other values, so that what they have applied is known
// to be applied.
func (d *Document) valuesHash() string {
	return shortHash(fmt.Sprintf("%q {Rate:%d MaxInside:%d Burst:%d} %q",
		d.Pace.Mode, d.Pace.Rate, d.Pace.MaxInside, d.Pace.Burst, d.Message()))
}
