package draws

import (
	"encoding/json"
	"slices"

	"github.com/einlass/einlass/pkg/queue/draw"
)

// note is what gateways agree on about the draw of one opening. It stands in the document; what is not there yet is added, and what is
// there is not changed.
type note struct {
	Opening string `json:"opening"`
	// Key is the id of the key by which the secret follows, and which signs.
	Key    string    `json:"key"`
	Beacon draw.Rule `json:"beacon"`
	// Chain is the hash of drand's chain.
	Chain *draw.Value `json:"chain,omitempty"`
	// Signature is that of drand's round, Line what was typed in, After how many ms after the start that is put in force (0 by an earlier
	// release: at once), Fallback why neither counts.
	Signature draw.Bytes    `json:"signature,omitempty"`
	Line      string        `json:"line,omitempty"`
	After     int64         `json:"after,omitempty"`
	Fallback  draw.Fallback `json:"fallback,omitempty"`
	// Undrawn: the opening has begun, and of one number or none in its lobby there was nothing to draw.
	Undrawn bool `json:"undrawn,omitempty"`
}

// decided reports whether the beacon's value is noted, or that there is none.
func (n *note) decided() bool {
	return n.Beacon == draw.None || len(n.Signature) > 0 || n.Line != "" || n.Fallback != ""
}

// mostNotes bounds the notes of a room: settings have a bound. Records of earlier draws are in the archive.
const mostNotes = 8

// parseNotes reads what encodeNotes wrote; anything else has no notes.
func parseNotes(text string) (all []note) {
	if text == "" || json.Unmarshal([]byte(text), &all) != nil {
		return nil
	}
	return all
}

// encodeNotes is the text of notes, empty if there are none.
func encodeNotes(all []note) string {
	if len(all) == 0 {
		return ""
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic("draws: notes cannot be encoded: " + err.Error()) // plain data always can
	}
	return string(text)
}

// noteOf is the note of an opening, nil if there is none.
func noteOf(all []note, opening string) *note {
	if i := slices.IndexFunc(all, func(n note) bool { return n.Opening == opening }); i >= 0 {
		return &all[i]
	}
	return nil
}
