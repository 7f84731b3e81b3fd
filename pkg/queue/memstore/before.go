package memstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/einlass/einlass/pkg/queue"
)

// before is a line as the release before kept it: ends and deadlines, where this one keeps when something happened. Which
// durations lie between is in the document, so that the first Restore takes the line over; until then every verb answers
// queue.ErrLost. The files stay as they are until that has been written down.
type before struct {
	marks      marksBefore
	records    []recordBefore
	haveMarks  bool
	havePlaces bool
}

// marksBefore is the first value of the marks file, and the beginning of the places file.
type marksBefore struct {
	Saved    int64
	Clean    bool
	Reserved uint64
	Marks    struct {
		Epoch, Last                              uint64
		Head                                     queue.Order
		HeadNum                                  uint64
		Control                                  controlBefore
		Credit, Mark, Hold, Born                 int64
		Joined, Called, Admitted, Finished, Left int64
	}
	Calls []visitorBefore // At: the deadline
	Stays []visitorBefore // At: the time to forget the ticket, End: of the stay
}

type controlBefore struct {
	Version int64
	Mode    queue.Mode
	Pace    struct {
		Rate      int64 `json:"rate"`
		MaxInside int64 `json:"max_inside"`
		Burst     int64 `json:"burst"`
	}
	Message    string
	ValuesHash string `json:"seed"`
	Notes      string
}

type visitorBefore struct {
	ID    queue.VisitorID
	Order queue.Order
	At    int64
	End   int64
}

// placesBefore is the places file.
type placesBefore struct {
	marks   marksBefore
	records []recordBefore
}

// recordBefore is one visitor.
type recordBefore struct {
	id    queue.VisitorID
	set   uint8
	order queue.Order
	at    int64
}

// The sets of the release before.
const (
	lineBefore = iota + 1
	frontBefore
	callsBefore
	missedBefore
	lapsedBefore
	spentBefore
	endedBefore
)

const recordBeforeLen = 32

func decodeMarksBefore(data []byte) (*marksBefore, error) {
	var m marksBefore
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	// A second value holds what later releases have added.
	if rest := data[d.InputOffset():]; len(rest) > 0 {
		var news struct{ Notes string }
		if err := json.Unmarshal(rest, &news); err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
		m.Marks.Control.Notes = news.Notes
	}
	r := &m.Marks
	if err := m.document(queue.Document{Timing: queue.DefaultTiming()}).Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if r.Epoch == 0 || r.Epoch >= 1<<31 || r.Last > queue.MaxNumber || r.Head > queue.MaxOrder || r.Credit < 0 || r.Mark < 0 {
		return nil, fmt.Errorf("%w: marks out of range", errDamaged)
	}
	m.Reserved = max(m.Reserved, r.Last)
	return &m, nil
}

func decodePlacesBefore(data []byte) (*placesBefore, error) {
	if len(data) < 4 {
		return nil, fmt.Errorf("%w: too short", errDamaged)
	}
	n := int(binary.LittleEndian.Uint32(data))
	data = data[4:]
	if n > len(data) || (len(data)-n)%recordBeforeLen != 0 {
		return nil, fmt.Errorf("%w: odd length", errDamaged)
	}
	marks, err := decodeMarksBefore(data[:n])
	if err != nil {
		return nil, err
	}
	p := &placesBefore{marks: *marks}
	for data = data[n:]; len(data) > 0; data = data[recordBeforeLen:] {
		const orderBits = 56
		packed := binary.LittleEndian.Uint64(data[16:])
		rec := recordBefore{
			id: queue.VisitorID(data[:16]), set: uint8(packed >> orderBits), order: queue.Order(packed & (1<<orderBits - 1)),
			at: int64(binary.LittleEndian.Uint64(data[24:])),
		}
		if rec.set < lineBefore || rec.set > endedBefore || rec.order > queue.MaxOrder || rec.at < 0 ||
			rec.set <= frontBefore && rec.order == 0 || rec.id == (queue.VisitorID{}) {
			return nil, fmt.Errorf("%w: impossible place", errDamaged)
		}
		p.records = append(p.records, rec)
	}
	return p, nil
}

// newBefore puts the two files together, one of which there is.
func newBefore(marks *marksBefore, places *placesBefore) *before {
	b := &before{haveMarks: marks != nil, havePlaces: places != nil}
	if places != nil {
		b.marks, b.records = places.marks, places.records
	}
	if marks != nil && (places == nil || places.marks.Marks.Epoch <= marks.Marks.Epoch) {
		b.marks = *marks
	}
	return b
}

// clean reports whether the last process closed the line.
func (b *before) clean(note epochNote) bool {
	return b.haveMarks && b.havePlaces && b.marks.Clean && note.begun <= b.marks.Marks.Epoch
}

// places is how many visitors are known, about: a call or a stay may be in both files.
func (b *before) places() int { return max(len(b.records), len(b.marks.Calls)+len(b.marks.Stays)) }

// room is the line as this release keeps it, in a new epoch. d says what the release before did not keep.
func (b *before) room(now int64, d queue.Document, note epochNote, c *changes) *room {
	if d.Version < b.marks.Marks.Control.Version {
		d = *b.marks.document(d)
	}
	r := newRoom(now)
	r.useDocument(cloneDocument(&d))
	all := &contents{head: b.marks.head()}
	for _, v := range b.marks.Calls { // newer than the places
		all.visitors = append(all.visitors, r.converted(&recordBefore{id: v.ID, set: callsBefore, order: v.Order, at: v.At}))
	}
	for _, v := range b.marks.Stays {
		s := r.converted(&recordBefore{id: v.ID, set: spentBefore, order: v.Order, at: v.At})
		told := max(1, v.End-r.t.idle)
		s.stay = stay{began: told, told: told, group: fresh + 1} // it began then at the latest
		all.visitors = append(all.visitors, s)
	}
	for i := range b.records {
		all.visitors = append(all.visitors, r.converted(&b.records[i]))
	}
	all.shift(now)
	document, opening := r.Document, r.Opening
	r.figures = all.Figures
	r.Document, r.Opening = document, opening
	r.Format = max(1, d.Format())
	r.load(all, &contents{}, c)
	r.beginAgain(&all.head, note, b.clean(note))
	r.fill()
	return r
}

// converted is one visitor. What was kept to a time to come happened its duration before.
func (r *room) converted(b *recordBefore) (s saved) {
	s.id = b.id
	s.setPlace(b.order, 0)
	since := func(in set, duration int64) {
		s.setSet(in)
		s.at = max(1, b.at-duration)
	}
	switch b.set {
	case lineBefore:
		since(inLine, 0)
		s.at = b.at
	case frontBefore:
		since(inFront, 0)
		s.at = b.at
	case callsBefore:
		since(inCalls, r.t.window)
	case missedBefore:
		since(inMissed, r.t.life)
	case lapsedBefore:
		since(inLapsed, r.t.life)
	case endedBefore: // finished or given up, which was one
		since(inEnded, r.t.life)
		s.setWhy(queue.ReasonFinished)
	case spentBefore: // its stay is over and not remembered, unless the marks say otherwise
		s.setSet(inSpent)
		s.has = hasStay
		s.stay = stay{began: max(1, b.at-r.t.life-r.t.resume), group: forgotten}
	}
	return s
}

// unitsBefore is what a call cost.
const unitsBefore = 60_000

// head is what the marks say in the figures of this release.
func (m *marksBefore) head() head {
	b := &m.Marks
	f := figures{
		Epoch: b.Epoch, Last: b.Last, Given: uint64(b.Joined), Credit: b.Credit / unitsBefore * queue.Units,
		CallCredit: b.Credit / unitsBefore * queue.Units, Mark: b.Mark, Tick: b.Mark, Hold: b.Hold, Born: b.Born,
		Judgement: queue.Verdict{Factor: 1000},
		Joined:    b.Joined, Called: b.Called, Admitted: b.Admitted, Finished: b.Finished, Left: b.Left,
	}
	f.Heads[0], f.HeadNumbers[0] = b.Head, b.HeadNum
	return head{Saved: m.Saved, Reserved: m.Reserved, Figures: f}
}

// document is d with what operators had set.
func (m *marksBefore) document(d queue.Document) *queue.Document {
	c := &m.Marks.Control
	d.Version = c.Version
	d.Pace.Mode, d.Pace.Rate, d.Pace.MaxInside, d.Pace.Burst = c.Mode, c.Pace.Rate, c.Pace.MaxInside, c.Pace.Burst
	d.Settings = queue.Settings{Message: c.Message, ValuesHash: c.ValuesHash, Notes: c.Notes}.Encode()
	return &d
}
