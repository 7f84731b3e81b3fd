package memstore

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// The payload of both state files is: the length of the head (4 bytes), the head as JSON, and entries, each a tag and
// numbers of fixed size, all little endian. The places file holds every entry; the marks file those that have changed since
// the write of the places file began.

// head is the beginning of both files.
type head struct {
	// Seq counts the writes of marks. Places that were begun after the write of marks hold all that these do.
	Seq   uint64
	Saved int64 // ms
	Clean bool  // written by Close, after the places
	// Reserved: no higher number was given. Unused: none was given in the epoch at all.
	Reserved uint64
	Unused   bool
	// Open: the mode is queue.ModeOpen. Earlier releases read the pause that stands in the figures.
	Open    bool `json:",omitempty"`
	Figures figures
}

func (h *head) encode() []byte {
	written := *h
	if mode := &written.Figures.Document.Pace.Mode; *mode == queue.ModeOpen {
		*mode, written.Open = queue.ModePause, true
	}
	data, err := json.Marshal(&written)
	if err != nil {
		panic(fmt.Sprintf("memstore: a head cannot be encoded: %v", err)) // plain data always can
	}
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(data))), data...)
}

// The tags of entries.
const (
	tagVisitor   = 'v'
	tagUse       = 'u'
	tagReference = 'r'
)

// What of a visitor follows its record.
const (
	hasStay = 1 << iota
	hasAsked
	hasAgain
	hasAll = hasStay | hasAsked | hasAgain
)

// leastVisitor is the length of a visitor's entry if only its record is known: tag, has, id, packed and at.
const leastVisitor = 1 + 1 + 16 + 8 + 8

// saved is one visitor with all that is known of it.
type saved struct {
	record
	has   byte
	stay  stay
	asked int64
	again int64
}

// save is a visitor as it is written.
func (v *visitors) save(ref uint32) saved {
	s := saved{record: *v.slab.at(ref)}
	var ok bool
	switch s.set() {
	case inAsking:
		s.asked, s.has = v.asked[ref], hasAsked
		fallthrough
	case inSpent:
		if s.stay, ok = v.stays[ref]; ok {
			s.has |= hasStay
		}
	}
	if s.again, ok = v.again[ref]; ok {
		s.has |= hasAgain
	}
	return s
}

func (s *saved) append(b []byte) []byte {
	b = append(b, tagVisitor, s.has)
	b = append(b, s.id[:]...)
	b = appendInts(b, int64(s.packed), s.at)
	if s.has&hasStay != 0 {
		b = appendInts(append(b, byte(s.stay.group)), s.stay.began, s.stay.told)
	}
	if s.has&hasAsked != 0 {
		b = appendInts(b, s.asked)
	}
	if s.has&hasAgain != 0 {
		b = appendInts(b, s.again)
	}
	return b
}

func appendUse(b []byte, i uint32, u *use) []byte {
	b = append(b, tagUse)
	b = append(append(b, u.code[:]...), u.visitor[:]...)
	return appendInts(b, int64(i), int64(u.epoch), int64(u.number.number))
}

func appendReference(b []byte, c queue.Code, at int64) []byte {
	return appendInts(append(append(b, tagReference), c[:]...), at)
}

func appendInts(b []byte, ns ...int64) []byte {
	for _, n := range ns {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return b
}

// appendChanges appends the entries that have changed.
func (r *room) appendChanges(b []byte, c *changes) []byte {
	for ref := range c.visitors {
		if s := r.save(ref); s.id != (queue.VisitorID{}) {
			b = s.append(b)
		}
	}
	for i := range c.uses {
		if int(i) < len(r.codes.uses) { // else of before the codes were emptied
			b = appendUse(b, i, &r.codes.uses[i])
		}
	}
	for _, code := range c.refs {
		if ref, ok := r.refs.index[code]; ok {
			b = appendReference(b, code, r.refs.slab.at(ref).at)
		}
	}
	return b
}

// contents are what one file holds.
type contents struct {
	head
	visitors []saved
	uses     map[uint32]use
	refs     map[queue.Code]int64
}

func decode(data []byte) (*contents, error) {
	c := &contents{uses: map[uint32]use{}, refs: map[queue.Code]int64{}}
	d := decoder{rest: data}
	text := d.take(uint64(d.uint32()))
	if d.short {
		return nil, fmt.Errorf("%w: too short", errDamaged)
	}
	if err := json.Unmarshal(text, &c.head); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if mode := &c.Figures.Document.Pace.Mode; c.Open && *mode == queue.ModePause {
		*mode = queue.ModeOpen
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	c.visitors = make([]saved, 0, len(d.rest)/leastVisitor) // nearly all entries are visitors that wait
	for len(d.rest) > 0 && !d.short {
		if !c.decodeEntry(&d) {
			return nil, fmt.Errorf("%w: impossible entry", errDamaged)
		}
	}
	if d.short {
		return nil, fmt.Errorf("%w: half an entry", errDamaged)
	}
	return c, nil
}

func (c *contents) decodeEntry(d *decoder) (valid bool) {
	switch d.byte() {
	case tagVisitor:
		s := d.visitor()
		c.visitors = append(c.visitors, s)
		return s.valid()
	case tagUse:
		u := use{code: queue.Code(d.id()), visitor: d.id()}
		i := d.int()
		u.epoch, u.number.number = uint64(d.int()), uint64(d.int())
		c.uses[uint32(i)] = u
		return u.code != (queue.Code{}) && u.visitor != (queue.VisitorID{}) && i >= 0 && i < 1<<32
	case tagReference:
		code := queue.Code(d.id())
		at := d.int()
		c.refs[code] = at
		return code != (queue.Code{}) && at > 0
	}
	return false
}

// decoder reads numbers until there are too few bytes.
type decoder struct {
	rest  []byte
	short bool
}

func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.rest)) {
		d.short, d.rest = true, nil
		return make([]byte, min(n, 16))
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) byte() byte          { return d.take(1)[0] }
func (d *decoder) uint32() uint32      { return binary.LittleEndian.Uint32(d.take(4)) }
func (d *decoder) int() int64          { return int64(binary.LittleEndian.Uint64(d.take(8))) }
func (d *decoder) id() queue.VisitorID { return queue.VisitorID(d.take(16)) }

func (d *decoder) visitor() (s saved) {
	s.has = d.byte()
	s.id = d.id()
	s.packed, s.at = uint64(d.int()), d.int()
	if s.has&hasStay != 0 {
		s.stay.group = int8(d.byte())
		s.stay.began, s.stay.told = d.int(), d.int()
	}
	if s.has&hasAsked != 0 {
		s.asked = d.int()
	}
	if s.has&hasAgain != 0 {
		s.again = d.int()
	}
	return s
}

// valid reports whether a room can hold the visitor.
func (s *saved) valid() bool {
	in := s.set()
	stays, asks := s.has&hasStay != 0, s.has&hasAsked != 0
	switch {
	case s.id == queue.VisitorID{}, s.has > hasAll, in >= sets, in.waits() && s.order() == 0, s.why() > queue.ReasonCode,
		asks != (in == inAsking), stays && in != inSpent && in != inAsking, !stays && in == inSpent:
		return false
	case asks && s.asked <= 0, s.has&hasAgain != 0 && s.again <= 0:
		return false
	case stays && (s.stay.began <= 0 || s.stay.group < forgotten || s.stay.group >= groups):
		return false
	case stays && s.stay.group != forgotten && s.stay.told <= 0:
		return false
	}
	return s.at > 0 || in.waits() || in == inSpent || in == inNone
}

// validate checks what a room computes with.
func (h *head) validate() error {
	f := &h.Figures
	w := queue.Watermark{
		Epoch: f.Epoch, Last: f.Last, Ceiling: max(f.Last, h.Reserved), Heads: f.Heads, Opening: f.Opening, Curves: f.Curves,
	}
	judged := queue.Verdict{Factor: f.Judgement.Factor, Blob: f.Judgement.Blob}
	if err := errors.Join(w.Validate(), f.Document.Validate(), judged.Validate()); err != nil {
		return err
	}
	for _, step := range []int64{f.Opening.Share, f.Opening.Per - 1, f.Credit, f.CallCredit, f.Mark, f.Tick, h.Saved} {
		if step < 0 {
			return fmt.Errorf("%d where at least 0 is due: %w", step, queue.ErrInvalid)
		}
	}
	if f.Format < 1 || f.Format > queue.Format {
		return fmt.Errorf("format %d, this program knows formats 1 to %d: %w", f.Format, queue.Format, queue.ErrInvalid)
	}
	if f.Epoch == 0 || f.Opening.Share > 1000 || f.Credit > 1<<53 || f.CallCredit > 1<<53 {
		return fmt.Errorf("figures out of range: %w", queue.ErrInvalid)
	}
	return nil
}
