package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// maxNotes bounds Control.Notes, in bytes.
const maxNotes = 1024

// notes is what Control.Notes says: how gateways have changed the document by themselves.
type notes struct {
	// Hash names the configuration that was applied last, and Values what it said.
	Hash   string `json:"hash"`
	Values values `json:"values,omitempty"`
	// Of is Control.ValuesHash when the notes were written. A gateway of the release before this one that applies its
	// configuration changes that and leaves the notes as they are: then Values says nothing any more.
	Of string `json:"of"`
	// All versions after From and up to To were made by gateways. Since holds, for each key that one of them changed, the
	// version that did so last.
	From  int64                `json:"from"`
	To    int64                `json:"to"`
	Since map[ControlKey]int64 `json:"since,omitempty"`
}

// notes reads Notes. A document without notes, or with ones that are not readable, has the zero value.
func (c *Control) notes() notes {
	var n notes
	if c.Notes == "" || json.Unmarshal([]byte(c.Notes), &n) != nil {
		return notes{}
	}
	if n.Of != c.ValuesHash {
		n.Hash, n.Values = "", nil
	}
	return n
}

// note writes Notes.
func (c *Control) note(n notes) {
	n.Of = c.ValuesHash
	text, err := json.Marshal(n)
	if err != nil {
		panic(fmt.Sprintf("queue: notes cannot be encoded: %v", err)) // plain data always can
	}
	c.Notes = string(text)
}

// ChangedSince reports whether a change of keys that was decided by looking at an earlier version of the document would
// overwrite something unseen: because an operator has changed the document since that version, or a gateway by itself has
// changed one of keys. What gateways change elsewhere in the document does not count. Call it in the function given to
// [Room.Update]; the store then accepts the result only if the document is still the same.
//
// A change of rate also decides about burst where burst follows it: name both.
func (c Control) ChangedSince(version int64, keys ...ControlKey) bool {
	if version == c.Version {
		return false
	}
	n := c.notes()
	if n.To != c.Version || version < n.From || version > c.Version {
		return true
	}
	for _, k := range keys {
		if n.Since[k] > version {
			return true
		}
	}
	return false
}

// byGateway notes in next that a gateway by itself makes it from current, and answers the keys that it changes.
func (c *Control) byGateway(current Control) []ControlKey {
	keys := c.values().changed(current.values())
	n := c.notes()
	if n.To != current.Version {
		n.From, n.Since = current.Version, nil
	}
	n.To = current.Version + 1
	if n.Since == nil {
		n.Since = map[ControlKey]int64{}
	}
	for _, k := range keys {
		n.Since[k] = n.To
	}
	c.note(n)
	return keys
}

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// valuesHash names mode, pace and message in the way in which the release before this one did, so that its gateways beside
// this one see that their configuration has been applied.
func (c *Control) valuesHash() string {
	return shortHash(fmt.Sprintf("%q {Rate:%d MaxInside:%d Burst:%d} %q", c.Mode, c.Pace.Rate, c.Pace.MaxInside, c.Pace.Burst, c.Message))
}
