package draw

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Signed is a statement with the signature (Ed25519) of its text, by the key of an id.
type Signed struct {
	Kid       string          `json:"kid"`
	Signature Bytes           `json:"signature"`
	Statement json.RawMessage `json:"statement"`
}

// Key is a public key (Ed25519) by its id.
type Key struct {
	Kid string `json:"kid"`
	Key Bytes  `json:"key"`
}

// Record is what is published of a draw: the statements as far as they are made, and the keys that have signed them.
type Record struct {
	Keys       []Key
	Commitment *Signed
	Freeze     *Signed
	Result     *Signed
}

// wire is a record as it is read.
type wire struct {
	Name       string  `json:"record"`
	Keys       []Key   `json:"keys"`
	Commitment *Signed `json:"commitment"`
	Freeze     *Signed `json:"freeze,omitempty"`
	Result     *Signed `json:"result,omitempty"`
}

// Encode is the record's one text: JSON, a line for each part.
func (r *Record) Encode() []byte {
	out := []byte(`{"record":"` + recordName + `"`)
	part := func(name string, v any) {
		out = append(out, ",\n\""...)
		out = append(out, name...)
		out = append(out, "\":"...)
		out = append(out, encode(v)...)
	}
	part("keys", r.Keys)
	for _, s := range r.parts() {
		part(s.what, s.Signed)
	}
	return append(out, "}\n"...)
}

// part is one statement of a record.
type part struct {
	what string
	*Signed
}

// parts are the statements that are there.
func (r *Record) parts() (all []part) {
	for _, p := range []part{{"commitment", r.Commitment}, {"freeze", r.Freeze}, {"result", r.Result}} {
		if p.Signed != nil {
			all = append(all, p)
		}
	}
	return all
}

// ParseRecord reads what Encode wrote. It takes nothing else, and looks into no statement: Verify does.
func ParseRecord(text []byte) (Record, error) {
	var w wire
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return Record{}, fmt.Errorf("record: %w", err)
	}
	r := Record{Keys: w.Keys, Commitment: w.Commitment, Freeze: w.Freeze, Result: w.Result}
	switch {
	case w.Name != recordName:
		return Record{}, fmt.Errorf("record %q: want %q", w.Name, recordName)
	case w.Commitment == nil, w.Freeze == nil && w.Result != nil:
		return Record{}, errors.New("record: a statement is missing before the last")
	}
	for _, p := range r.parts() {
		if p.Signed == nil || len(p.Statement) == 0 {
			return Record{}, fmt.Errorf("record: the %s has no statement", p.what)
		}
	}
	if !bytes.Equal(r.Encode(), text) {
		return Record{}, errors.New("record: it is not in its one form: a line for each part, no spaces, the members in their order")
	}
	return r, nil
}

// Signer signs texts by a key.
type Signer interface {
	// Kid is the key's id, Public its public half.
	Kid() string
	Public() ed25519.PublicKey
	Sign(text []byte) []byte
}

// SetCommitment adds the first statement.
func (r *Record) SetCommitment(c *Commitment, by Signer) { r.Commitment = r.sign(c.Text(), by) }

// SetFreeze adds the second statement.
func (r *Record) SetFreeze(f *Freeze, by Signer) { r.Freeze = r.sign(f.Text(), by) }

// SetResult adds the third statement, about the second.
func (r *Record) SetResult(s Result, by Signer) {
	s.Freeze = hashOf(r.Freeze.Statement)
	r.Result = r.sign(s.Text(), by)
}

// sign signs a statement, and adds the key where it is not there.
func (r *Record) sign(text []byte, by Signer) *Signed {
	kid := by.Kid()
	if !slices.ContainsFunc(r.Keys, func(k Key) bool { return k.Kid == kid }) {
		r.Keys = append(r.Keys, Key{kid, Bytes(by.Public())})
	}
	return &Signed{Kid: kid, Signature: by.Sign(text), Statement: text}
}
