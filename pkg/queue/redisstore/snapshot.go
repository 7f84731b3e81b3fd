package redisstore

import (
	"sync/atomic"

	"github.com/einlass/einlass/pkg/queue"
)

// memory is what a store has read before: documents and sketches change seldom, and cost most to read.
type memory struct {
	document atomic.Pointer[remembered[queue.Document]]
	sketches atomic.Pointer[remembered[[queue.Lanes]queue.Sketch]]
}

// remembered is a text and what it says. It is not changed once it is made.
type remembered[T any] struct {
	text  string
	value T
}

// recall reads a text, unless it was the last one that was read.
func recall[T any](at *atomic.Pointer[remembered[T]], text string, read func(string) T) T {
	if before := at.Load(); before != nil && before.text == text {
		return before.value
	}
	now := &remembered[T]{text: text, value: read(text)}
	at.Store(now)
	return now.value
}

// snapshot reads what figures.lua answers.
func (r *reader) snapshot(m *memory) (queue.Snapshot, error) {
	f := queue.Snapshot{Now: r.int()}
	figures, rules, heads := r.packed(figures), r.packed(rules), r.packed(lanes)
	r.figures(&f, figures)
	r.opening(&f.Opening, figures, rules)
	getAll(heads, "head", f.Heads[:])
	getAll(heads, "number", f.HeadNumbers[:])
	f.Document = recall(&m.document, r.text(), func(text string) queue.Document {
		d, err := decodeDocument(text, 0)
		if err != nil {
			r.fail("reply has a %w", err)
		}
		return d
	})
	f.Document.Version = rules.int("version")
	f.Judgement = queue.Verdict{Tick: rules.int("judged"), Factor: rules.int("factor"), Blob: r.text()}
	record(r, func(t *records) struct{} { t.tallies(&f.Opening); return struct{}{} })
	f.Curves = record(r, (*records).curves)
	f.Waiting, f.Front, f.Calls, f.Asking, f.Live = r.int(), r.int(), r.int(), r.int(), r.int()
	f.Unbooked = r.int()
	f.Counted, f.CallChance, f.Gateways = r.int(), r.int(), r.int()
	ended, samples := r.list(), r.list()
	f.Ended, f.Samples = ended.ended(), samples.samples()
	f.Sketches = recall(&m.sketches, r.text(), r.sketches)
	for _, part := range []*reader{ended, samples} {
		if part.err != nil {
			return f, part.err
		}
	}
	return f, r.end()
}

func (r *reader) figures(f *queue.Snapshot, p packed) {
	f.Hold, f.Born, f.Made, f.Tick = p.int("hold"), p.int("born"), p.int("made"), p.int("tick")
	f.Epoch, f.Last, f.Given = p.uint("epoch"), p.uint("last"), p.uint("given")
	f.Credit, f.CallCredit, f.Mark, f.Format = p.int("credit"), p.int("callcredit"), p.int("mark"), int(p.int("format"))
	f.Joined, f.Called, f.Admitted = p.int("joined"), p.int("called"), p.int("admitted")
	f.Finished, f.Left = p.int("finished"), p.int("left")
}

func (r *reader) opening(o *queue.Opening, figures, rules packed) {
	o.Cursor, o.Phase, o.Quota, o.Per = rules.uint("cursor"), queue.Phase(rules.uint("phase")), rules.int("quota"), rules.int("per")
	o.Standby, o.Booked, o.Reports = rules.int("standby"), figures.int("booked"), figures.uint("reports")
	o.Share, o.Floor, o.Mapping = rules.int("share"), queue.Order(rules.uint("floor")), rules.uint("mapping")
	o.Planned = rules.int("planned")
	getAll(rules, "weight", o.Weights[:])
	o.Name = r.text()
	o.Segments = record(r, func(t *records) []queue.Segment { return t.segments(-1) })
	o.Draws = record(r, (*records).draws)
	o.Done = record(r, (*records).done)
}
