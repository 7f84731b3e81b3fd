package audit

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Proof is what files of a record show.
type Proof struct {
	Chain string `json:"chain"`
	// First and Last are the numbers of the lines that were read, From and To their times.
	First uint64    `json:"first"`
	Last  uint64    `json:"last"`
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	// Signed is the latest line below a head that is signed by a key that is trusted; 0: none is.
	Signed uint64 `json:"signed"`
	// Heads are how many heads were checked, Kids the keys that signed them.
	Heads int      `json:"heads"`
	Kids  []string `json:"kids"`
	// Trusted says that keys were given, and each head is by one of them.
	Trusted bool `json:"trusted"`
	// Notes are what is no fault and has to be known.
	Notes []string `json:"notes,omitempty"`
	// Fault is the first thing that does not fit; nil: all does.
	Fault *Fault `json:"fault,omitempty"`
}

// Fault is the first thing that does not fit.
type Fault struct {
	// Kind is one of the Fault constants.
	Kind string `json:"kind"`
	// File and Line say where, Seq which line of the record it is.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Seq  uint64 `json:"seq,omitempty"`
	Text string `json:"text"`
}

// Kinds of faults.
const (
	FaultChanged   = "changed"
	FaultMissing   = "missing"
	FaultReordered = "reordered"
	FaultSignature = "signature"
	FaultTruncated = "truncated"
	FaultUnsigned  = "unsigned"
)

// Key is a public key that may have signed.
type Key struct {
	Kid string
	Key ed25519.PublicKey
}

// Known is a line that is known from elsewhere, as the process log or the metrics tell of heads. Hash is left out where it is not known.
type Known struct {
	Seq  uint64
	Hash *Hash
}

// Verify reads files of one record and says what does not fit first. Without keys, heads are held to the keys that they name themselves.
// A record without any head fails.
// The error is that a file cannot be read.
//
// read is told of bytes of the files as they have been read, in all as many as the files have; nil: nobody is.
func Verify(read func(bytes int64), paths []string, keys []Key, known ...Known) (Proof, error) {
	if read == nil {
		read = func(int64) {}
	}
	v := verifier{keys: keys, known: known, tell: read}
	v.proof.Kids = []string{}
	if err := v.load(paths); err != nil {
		return v.proof, err
	}
	for i := range v.lines {
		if v.proof.Fault = v.check(i); v.proof.Fault != nil {
			return v.proof, nil
		}
	}
	v.proof.Fault = v.end()
	v.proof.Trusted = len(keys) > 0 && v.proof.Heads > 0 && v.proof.Fault == nil
	return v.proof, nil
}

// placed is a line and where it stands.
type placed struct {
	read
	file string
	n    int
	err  error
}

type verifier struct {
	tell  func(bytes int64)
	keys  []Key
	known []Known
	lines []placed
	proof Proof
	hash  Hash
	bare  uint64 // the first line below no head; 0: none
}

// load reads the files, in the order of their first lines.
func (v *verifier) load(paths []string) error {
	type loaded struct {
		first uint64
		lines []placed
	}
	var files []loaded
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var file loaded
		rows := bytes.Split(text, []byte("\n"))
		if torn := rows[len(rows)-1]; len(torn) > 0 {
			v.proof.Notes = append(v.proof.Notes, fmt.Sprintf(
				"%s ends within a line, of %d bytes: the gateway was cut off, or writes at the moment", filepath.Base(path), len(torn)))
		}
		for i, row := range rows[:len(rows)-1] {
			r, err := parse(row)
			file.lines = append(file.lines, placed{read: r, file: filepath.Base(path), n: i + 1, err: err})
			v.tell(int64(len(row) + 1))
		}
		v.tell(int64(len(rows[len(rows)-1])))
		if file.first = firstOf(path); len(file.lines) > 0 && file.lines[0].err == nil {
			file.first = file.lines[0].Seq
		}
		files = append(files, file)
	}
	slices.SortStableFunc(files, func(a, b loaded) int { return int(int64(a.first) - int64(b.first)) })
	for _, f := range files {
		v.lines = append(v.lines, f.lines...)
	}
	return nil
}

func (p *placed) fault(kind, text string, args ...any) *Fault {
	return &Fault{Kind: kind, File: p.file, Line: p.n, Seq: p.Seq, Text: fmt.Sprintf(text, args...)}
}

// check holds one line to those before it.
func (v *verifier) check(i int) *Fault {
	at := &v.lines[i]
	if at.err != nil {
		return at.fault(FaultChanged, "line %d was changed: %v", v.proof.Last+1, at.err)
	}
	if i == 0 {
		if fault := v.start(at); fault != nil {
			return fault
		}
	}
	if fault := v.order(i); fault != nil {
		return fault
	}
	if at.File != nil && (at.File.Chain != v.proof.Chain || at.File.Prev != v.hash) {
		return at.fault(FaultMissing, "file %s does not follow from line %d: lines before it are missing, were changed, or it is of another record", at.file, at.Seq-1)
	}
	if v.hash.then(at.body) != at.stored {
		return at.fault(FaultChanged, "line %d was changed, or line %d together with its hash", at.Seq, at.Seq-1)
	}
	before := v.hash
	v.hash = at.stored
	v.proof.Last, v.proof.To = at.Seq, at.Time
	if fault := v.isKnown(at); fault != nil {
		return fault
	}
	return v.headed(at, before)
}

// start takes the first line that was given.
func (v *verifier) start(at *placed) *Fault {
	if at.File == nil {
		return at.fault(FaultMissing, "%s begins with line %d, which is not the beginning of a file: lines before it are missing", at.file, at.Seq)
	}
	v.proof.Chain, v.proof.First, v.proof.From, v.hash = at.File.Chain, at.Seq, at.Time, at.File.Prev
	v.proof.Last = at.Seq - 1
	if at.Seq > 1 {
		v.proof.Notes = append(v.proof.Notes, fmt.Sprintf("lines 1 to %d are not in these files: they were deleted by the retention, or not given", at.Seq-1))
	} else if at.File.Prev != (Hash{}) {
		return at.fault(FaultChanged, "line 1 was changed: nothing can come before it")
	}
	return nil
}

// order holds the number of a line to the one before.
func (v *verifier) order(i int) *Fault {
	at, want := &v.lines[i], v.proof.Last+1
	if at.Seq == want {
		return nil
	}
	if at.Seq < want {
		return at.fault(FaultReordered, "line %d stands after line %d", at.Seq, want-1)
	}
	for _, later := range v.lines[i+1:] {
		if later.err == nil && later.Seq == want {
			return at.fault(FaultReordered, "line %d stands where line %d belongs", at.Seq, want)
		}
	}
	if at.Seq == want+1 {
		return at.fault(FaultMissing, "line %d is missing", want)
	}
	return at.fault(FaultMissing, "lines %d to %d are missing", want, at.Seq-1)
}

// isKnown holds a line to what is known of it from elsewhere.
func (v *verifier) isKnown(at *placed) *Fault {
	for _, k := range v.known {
		if k.Seq == at.Seq && k.Hash != nil && *k.Hash != at.stored {
			return at.fault(FaultChanged, "line %d, or one before it, is not the one whose hash was told", at.Seq)
		}
	}
	return nil
}

// headed checks a head over the line before, and that none is missing.
func (v *verifier) headed(at *placed, before Hash) *Fault {
	h := at.Head
	if h == nil {
		if v.bare == 0 {
			v.bare = at.Seq
		}
		if v.proof.Heads > 0 && at.Seq-v.bare > headLines {
			return at.fault(FaultUnsigned, "lines %d to %d are below no signed head, and one is due after each %d", v.bare, at.Seq, headLines)
		}
		return nil
	}
	switch {
	case h.Seq != at.Seq-1 || h.Hash != before:
		return at.fault(FaultSignature, "line %d signs another line %d: a line since the head before was changed, together with all hashes after it", at.Seq, h.Seq)
	case !h.valid(v.proof.Chain, at.Time):
		return at.fault(FaultSignature, "the signature in line %d is wrong: it was changed, together with all hashes after it", at.Seq)
	case len(v.keys) > 0 && !v.trusts(h):
		return at.fault(FaultSignature, "the head in line %d is signed by key %q, which is not among those given", at.Seq, h.Kid)
	}
	if !slices.Contains(v.proof.Kids, h.Kid) {
		v.proof.Kids = append(v.proof.Kids, h.Kid)
	}
	v.proof.Heads++
	v.proof.Signed, v.bare = h.Seq, 0
	return nil
}

func (v *verifier) trusts(h *Head) bool {
	return slices.ContainsFunc(v.keys, func(k Key) bool {
		return k.Kid == h.Kid && base64.RawURLEncoding.EncodeToString(k.Key) == h.Key
	})
}

// end looks at what is missing after the last line.
func (v *verifier) end() *Fault {
	for _, k := range v.known {
		if k.Seq > v.proof.Last {
			return &Fault{Kind: FaultTruncated, Seq: v.proof.Last + 1, Text: fmt.Sprintf(
				"the record ends with line %d, and line %d was told of: lines %d to %d are missing at its end", v.proof.Last, k.Seq, v.proof.Last+1, k.Seq)}
		}
	}
	if len(v.lines) == 0 {
		return &Fault{Kind: FaultMissing, Text: "there is no line in these files"}
	}
	if v.proof.Heads == 0 {
		return &Fault{Kind: FaultUnsigned, Seq: v.proof.Last, Text: "there is no signed head, so anybody could have written these lines: the keyring has no Ed25519 key, " +
			"the heads were taken out, or the record was begun within the last minute"}
	}
	if v.bare > 0 {
		v.proof.Notes = append(v.proof.Notes, fmt.Sprintf("lines %d to %d are not signed yet", v.bare, v.proof.Last))
	}
	return nil
}
