package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/memstore"
)

// day plays two openings of an embedded store, eight and nine: ten come to the first and four go in, one of them books and one leaves; two
// come to the second.
func day(t *testing.T) (m *journal.Merged, begin int64) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		bare, err := memstore.New(memstore.Config{})
		must(err)
		file, err := journal.Create(dir, "termine", true, time.Now(), func(err error) { t.Error(err) })
		must(err)
		s := &journal.Recorder{Store: bare, Log: file}
		begin = time.Now().UnixMilli()
		timing := queue.DefaultTiming()
		timing.Hold, timing.Window = time.Second, time.Minute
		d := queue.Document{
			Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Rate: 6, Burst: 1, MaxInside: 100}, Timing: timing,
			Plan: []queue.Step{
				{At: begin + 1000, Opening: "eight", Rank: 1, SetQuota: true, Quota: 50, Per: 1},
				{At: begin + 3_600_000, Opening: "nine", Rank: 1, Reset: true, SetQuota: true, Quota: 20, Per: 1},
			},
		}
		must(s.Restore(t.Context(), queue.Watermark{Document: d}))
		tick := func(v queue.Verdict) {
			_, err := s.Advance(t.Context(), queue.Watermark{}, queue.Sample{}, v)
			must(err)
		}
		tick(queue.Verdict{})
		time.Sleep(2 * time.Second)
		tick(queue.Verdict{Tick: 1, Factor: 1000, Blob: judged(5, 1, 0, admission.State{Pace: 1000})})
		come := func(first, n int) []queue.Joined {
			arrivals := make([]queue.Arrival, n)
			for i := range arrivals {
				arrivals[i].Visitor[0] = byte(first + i)
			}
			reply, err := s.Join(t.Context(), arrivals)
			must(err)
			return reply.Places
		}
		places := come(1, 10)
		inside := 0
		for inside < 4 {
			time.Sleep(time.Second)
			tick(queue.Verdict{})
			for i := inside; i < len(places); i++ {
				p := places[i].Place
				r, err := s.Keep(t.Context(), 0, []queue.Beat{{Place: p}})
				must(err)
				if st := r.Standings[0].State; st != queue.StateCalled && st != queue.StateFull {
					continue
				}
				time.Sleep(time.Millisecond)
				r, err = s.Claim(t.Context(), 0, []queue.Place{p})
				must(err)
				if i == inside && r.Standings[0].State == queue.StateInside {
					inside++
				}
			}
		}
		tick(queue.Verdict{Tick: 2, Factor: 400, Blob: judged(14, 2, 1, admission.State{Pace: 400, Reason: admission.ReasonLatency, Median: 900, Failed: 20})})
		_, err = s.Report(t.Context(), queue.Tally{}, []queue.Outcome{{Kind: queue.Booked, Visitor: places[0].Place.Visitor, Count: 1, Ref: queue.Code{1}}})
		must(err)
		must(s.Leave(t.Context(), []queue.VisitorID{places[9].Place.Visitor}))
		tick(queue.Verdict{Tick: 3, Factor: 1000, Blob: judged(14, 2, 1, admission.State{Pace: 1000})})
		time.Sleep(time.Hour)
		tick(queue.Verdict{})
		time.Sleep(timing.Hold) // after a time without a tick, nobody is called and nothing begins
		tick(queue.Verdict{})
		come(50, 2)
		tick(queue.Verdict{})
		must(s.Close())
	})
	paths, err := journal.Find(dir, "termine")
	if err != nil {
		t.Fatal(err)
	}
	if m, err = journal.Merge(paths...); err != nil {
		t.Fatal(err)
	}
	return m, begin
}

// learnedFactors is how many pairs the text of what was learned of waits has: nine lengths of two kinds.
const learnedFactors = 9 * 2

// judged is the text of a judgement with so many promises.
func judged(kept, early, late int, s admission.State) string {
	text := fmt.Sprintf("%d,%d,%d,0,0,1000000,0", kept, early, late)
	for range learnedFactors {
		text += ",-50000,50000"
	}
	return "1 1\n" + text + "\n" + s.Text()
}

func made(t *testing.T, opening string, records ...Record) (*Report, int64) {
	t.Helper()
	m, begin := day(t)
	r, err := Make(Input{Opening: opening, Journal: m, Records: records, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return r, begin
}

func TestAReportTellsOfOneOpening(t *testing.T) {
	r, begin := made(t, "eight")
	if r.Proof.Violations != 0 || !r.Proof.Complete {
		t.Errorf("proof is %+v", r.Proof)
	}
	p := r.People
	if p.Arrivals != 10 || p.Entries != 4 || p.Booked != 1 || p.Quota != 50 || p.Left != 1 || p.Longest == 0 {
		t.Errorf("people are %+v", p)
	}
	if r.From < begin+1000 || r.To >= begin+3_700_000 || r.Waits.Count == 0 || r.Waits.P90 < r.Waits.P50 {
		t.Errorf("from %d to %d, waits %+v", r.From-begin, r.To-begin, r.Waits)
	}
	if r.Promises != (Promises{Kept: 9, Early: 1, Late: 1}) {
		t.Errorf("promises are %+v", r.Promises)
	}
	if s := r.Site; s.Least != 400 || s.Median != 900 || len(s.Spans) != 1 || s.Spans[0].Reason != "latency" {
		t.Errorf("site is %+v", s)
	}
	if len(r.Pace) != 1 || r.Pace[0].Rate != 6 || r.Used < 0 {
		t.Errorf("pace is %+v, used %d", r.Pace, r.Used)
	}
	nine, _ := made(t, "nine")
	if p := nine.People; p.Arrivals != 2 || p.Booked != 0 || p.Quota != 20 {
		t.Errorf("people of the second are %+v", p)
	}
	all, _ := made(t, "")
	if all.People.Arrivals != 12 {
		t.Errorf("people of both are %+v", all.People)
	}
}

func TestAnOpeningThatTheJournalsDoNotKnowIsNamedWithThoseThatTheyDo(t *testing.T) {
	m, _ := day(t)
	if _, err := Make(Input{Opening: "ten", Journal: m}); !errors.Is(err, ErrOpening) || !strings.Contains(err.Error(), "eight, nine") {
		t.Errorf("error is %v", err)
	}
}

// entries are acts at a time: of two operators on the room, of another room, on a place, and of the gateway.
func entries(at time.Time) []audit.Entry {
	staff := func(name string) *audit.Principal {
		return &audit.Principal{Name: name, Role: "operator", Method: "password", From: "loopback"}
	}
	return []audit.Entry{
		{Seq: 2, Time: at.Add(time.Second), Act: "change", Room: "termine", Principal: staff("Anna Meier"), Reason: "more seats", Asked: json.RawMessage(`{"rate":120}`), Before: json.RawMessage(`{"rate":6}`)},
		{Seq: 3, Time: at.Add(2 * time.Second), Act: "change", Room: "kfz", Principal: staff("Anna Meier")},
		{Seq: 4, Time: at.Add(3 * time.Second), Act: "place: front", Room: "termine", Principal: staff("Bert Huber"), Asked: json.RawMessage(`{"number":4711}`), Error: "not now"},
		{Seq: 5, Time: at.Add(4 * time.Second), Act: "gateway: started", Principal: &audit.Principal{Role: "public"}},
		{Seq: 6, Time: at.Add(-48 * time.Hour), Act: "change", Room: "termine", Principal: staff("Anna Meier")},
	}
}

func TestActsStandInAReportWithoutNames(t *testing.T) {
	first, _ := made(t, "eight")
	r, _ := made(t, "eight", Record{Entries: entries(At(first.From)), Proof: audit.Proof{Chain: "c", Last: 6, Fault: &audit.Fault{Text: "line 3 is missing"}}})
	if len(r.Acts) != 3 || r.Acts[0].Who != "operator A" || r.Acts[1].Who != "operator B" || r.Acts[2].Who != "" {
		t.Fatalf("acts are %+v", r.Acts)
	}
	if a := r.Acts[0]; a.Words != "change rate 6 → 120" || a.Reason != "more seats" || a.Refused {
		t.Errorf("act is %+v", a)
	}
	if a := r.Acts[1]; a.Words != "place: front" || !a.Refused {
		t.Errorf("act is %+v", a)
	}
	kinds := ""
	for _, f := range r.Faults {
		kinds += f.Kind + " "
	}
	if kinds != "started record " {
		t.Errorf("faults are %q", kinds)
	}
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range Languages() {
		html, err := r.HTML(language, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		for _, personal := range []string{"Meier", "Huber", "4711", "loopback"} {
			if bytes.Contains(html, []byte(personal)) || bytes.Contains(text, []byte(personal)) {
				t.Errorf("%s is in the report", personal)
			}
		}
	}
}

// The random ids of visitors stand in journals, and nowhere in a report.
func TestNoIdOfAVisitorIsInAReport(t *testing.T) {
	m, _ := day(t)
	r, err := Make(Input{Opening: "eight", Journal: m})
	if err != nil {
		t.Fatal(err)
	}
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	ids := 0
	for _, e := range m.Events {
		if e.Visitor == (journal.ID{}) {
			continue
		}
		id, err := json.Marshal(e.Visitor)
		if err != nil {
			t.Fatal(err)
		}
		ids++
		if bytes.Contains(text, bytes.Trim(id, `"`)) {
			t.Fatalf("%s is in the report", id)
		}
	}
	if ids == 0 {
		t.Error("nothing was tested")
	}
}

func TestAViolationIsSaidFirst(t *testing.T) {
	m, _ := day(t)
	for _, e := range m.Events {
		if e.Kind == journal.Join && e.Number == 3 {
			e.At += 10
			e.Visitor[0] = 200
			m.Add(e)
			break
		}
	}
	r, err := Make(Input{Journal: m})
	if err != nil || r.Proof.Violations == 0 || len(r.Proof.Broken) == 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	html, err := r.HTML("en", time.UTC)
	if err != nil || !bytes.Contains(html, []byte(`class="verdict bad">`)) {
		t.Errorf("the page does not say so: %v", err)
	}
}

func TestThePageIsOneFileWithoutScript(t *testing.T) {
	r, _ := made(t, "eight")
	for _, language := range Languages() {
		html, err := r.HTML(language, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		text := string(html)
		for _, no := range []string{"<script", "src=", "href=", "url(", "%!", "ZgotmplZ"} {
			if strings.Contains(text, no) {
				t.Errorf("%s: the page has %q", language, no)
			}
		}
		again, err := r.HTML(language, time.UTC)
		if err != nil || !bytes.Equal(html, again) {
			t.Errorf("%s: another page of the same report: %v", language, err)
		}
	}
	if _, err := r.HTML("fr", time.UTC); err == nil {
		t.Error("a language that there is not")
	}
	german, err := r.HTML("de", time.UTC)
	if err != nil || !bytes.Contains(german, []byte("Niemand wurde überholt")) || !bytes.Contains(german, []byte("10</td>")) {
		t.Errorf("the page is %s, %v", german, err)
	}
}
