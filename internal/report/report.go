package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/audit"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/journal/summary"
)

// Report is what is told of one opening of a room. Times are in milliseconds since 1970, by the clock of the store.
type Report struct {
	Format  int    `json:"format"`
	Room    string `json:"room"`
	Opening string `json:"opening,omitempty"` // empty: all that the journals tell of
	From    int64  `json:"from"`
	To      int64  `json:"to"`
	Version string `json:"version"` // of the program that made it

	People  People           `json:"people"`
	Waits   summary.Waits    `json:"waits"` // ms, from the number to the entry
	Minutes []summary.Minute `json:"minutes"`
	Pace    []PaceSet        `json:"pace"`
	// Used is the part of the entries that the pace allowed in minutes in which somebody waited, in permille; -1: nobody waited.
	Used     int64    `json:"used"`
	Promises Promises `json:"promises"`
	Chances  []Chance `json:"chances"`
	Site     Site     `json:"site"`
	Acts     []Act    `json:"acts"`
	Faults   []Fault  `json:"faults"`
	Proof    Proof    `json:"proof"`
	Sources  Sources  `json:"sources"`
}

// Format is that of the reports that are made.
const Format = 1

// People are counts of visitors.
type People struct {
	Arrivals   int64 `json:"arrivals"`
	StraightIn int64 `json:"straight_in"`
	Refused    int64 `json:"refused"`
	Entries    int64 `json:"entries"`
	Booked     int64 `json:"booked"`
	Quota      int64 `json:"quota"` // -1: none
	NoShows    int64 `json:"no_shows"`
	Absent     int64 `json:"absent"`
	Left       int64 `json:"left"`
	Finished   int64 `json:"finished"`
	StillThere int64 `json:"still_there"`
	Longest    int64 `json:"longest_line"`
}

// PaceSet is a pace that came into force.
type PaceSet struct {
	At        int64  `json:"at"`
	Mode      string `json:"mode"`
	Rate      int64  `json:"rate"`
	MaxInside int64  `json:"max_inside"`
}

// Fault is something that went wrong.
type Fault struct {
	At   int64  `json:"at"`
	Kind string `json:"kind"` // one of the Fault constants
	Text string `json:"text,omitempty"`
}

// Kinds of faults.
const (
	FaultEpoch   = "epoch"   // a new epoch: the store was lost, or an embedded one has started
	FaultRestore = "restore" // a gateway told the store what it remembers
	FaultJournal = "journal" // a journal breaks off
	FaultStarted = "started" // a gateway started during the opening
	FaultRecord  = "record"  // a record of acts does not fit
)

// Proof is what the journals were held to.
type Proof struct {
	// Events are how many were checked, Violations how many rules they break, by rule in Broken.
	Events     int64          `json:"events"`
	Violations int64          `json:"violations"`
	Broken     map[string]int `json:"broken,omitempty"`
	First      []string       `json:"first,omitempty"` // the first violations, without ids
	Complete   bool           `json:"complete"`        // the journals reach to the end
	Draw       *DrawProof     `json:"draw,omitempty"`
	Records    []RecordOfActs `json:"records"`
}

// DrawProof is what the journals show of the draw.
type DrawProof struct {
	Seal    string   `json:"seal"`
	Seed    string   `json:"seed"`
	N       uint64   `json:"n"`
	Lots    uint64   `json:"lots"`
	Places  int      `json:"places"`
	Called  int      `json:"called"`
	Missing uint64   `json:"missing"`
	Fits    bool     `json:"fits"`
	Faults  []string `json:"faults,omitempty"`
}

// RecordOfActs is a record of acts that the report was made of.
type RecordOfActs struct {
	Chain  string `json:"chain"`
	First  uint64 `json:"first"`
	Last   uint64 `json:"last"`
	Signed uint64 `json:"signed"`
	Fault  string `json:"fault,omitempty"`
}

// Sources says what the report was made of.
type Sources struct {
	Journals []JournalFile `json:"journals"`
}

// JournalFile is the journal of one process.
type JournalFile struct {
	Process string `json:"process"`
	Events  int    `json:"events"`
	Closed  bool   `json:"closed"`
	Whole   bool   `json:"complete"`
}

// Record is a record of acts: its entries and what its files show.
type Record struct {
	Entries []audit.Entry
	Proof   audit.Proof
}

// Input is what a report is made of.
type Input struct {
	Opening string // empty: all that the journals tell of
	Journal *journal.Merged
	Records []Record
	// Draw is the verified record of the opening's draw; nil: there is none.
	Draw    *draw.Verified
	Version string
}

// ErrOpening means that the journals do not tell of an opening.
var ErrOpening = errors.New("the journals do not tell of the opening")

// Make makes a report.
func Make(in Input) (*Report, error) {
	window := summary.Window{}
	if in.Opening != "" {
		var ok bool
		if window, ok = summary.WindowOf(in.Journal, in.Opening); !ok {
			return nil, fmt.Errorf("%w %q; they tell of: %s", ErrOpening, in.Opening, strings.Join(summary.Openings(in.Journal), ", "))
		}
	}
	s, err := summary.RunIn(in.Journal, window)
	if err != nil {
		return nil, err
	}
	r := &Report{
		Format: Format, Room: s.Room, Opening: in.Opening, From: s.From, To: s.To, Version: in.Version,
		Waits: s.Waits, Minutes: busy(s.Minutes), Used: used(s.Minutes), Site: siteOf(s.Judged), Acts: []Act{}, Faults: []Fault{},
		Promises: promisesOf(s.Judged), Chances: chancesOf(s.Judged), Pace: []PaceSet{}, Sources: Sources{Journals: []JournalFile{}},
	}
	r.People = People{
		Arrivals: s.Arrivals, StraightIn: s.StraightIn, Refused: s.Refused, Entries: s.Entries, Booked: s.Booked, Quota: s.Quota,
		NoShows: s.Unclaimed, Absent: s.Absent, Left: s.Left, Finished: s.Finished, StillThere: s.StillThere,
	}
	for _, m := range s.Minutes {
		r.People.Longest = max(r.People.Longest, m.Waiting)
	}
	for _, c := range s.Controls {
		p := PaceSet{At: max(c.At, s.From), Mode: string(c.Pace.Mode), Rate: c.Pace.Rate, MaxInside: c.Pace.MaxInside}
		if last := len(r.Pace) - 1; last >= 0 && r.Pace[last] == (PaceSet{r.Pace[last].At, p.Mode, p.Rate, p.MaxInside}) {
			continue // something else of the document has changed
		}
		r.Pace = append(r.Pace, p)
	}
	r.proves(&in, s)
	r.faults(s)
	r.acts(in.Records)
	slices.SortStableFunc(r.Faults, func(a, b Fault) int { return int(a.At - b.At) })
	return r, r.draw(&in)
}

// busy leaves out the minutes behind the last one in which something happened.
func busy(all []summary.Minute) []summary.Minute {
	for len(all) > 1 {
		if m := all[len(all)-1]; m.Arrivals+m.Calls+m.Entries+m.Waiting+m.Inside > 0 {
			break
		}
		all = all[:len(all)-1]
	}
	return all
}

// used is how much of what the pace allowed was used while somebody waited.
func used(all []summary.Minute) int64 {
	allowed, entries := 0.0, int64(0)
	for _, m := range all {
		if m.Waiting > 0 {
			allowed += m.Allowed
			entries += m.Entries
		}
	}
	if allowed == 0 {
		return -1
	}
	return min(1000, int64(1000*float64(entries)/allowed))
}

func (r *Report) proves(in *Input, s *summary.Report) {
	r.Proof = Proof{Events: s.Summary.Events, Violations: s.Summary.Violations, Complete: s.Until == 0, Records: []RecordOfActs{}}
	for _, rule := range slices.Sorted(maps.Keys(s.Broken)) {
		if r.Proof.Broken == nil {
			r.Proof.Broken = map[string]int{}
		}
		r.Proof.Broken[string(rule)] = s.Broken[rule]
	}
	r.Proof.First = s.Violations[:min(len(s.Violations), shownViolations)]
	for _, record := range in.Records {
		p := &record.Proof
		of := RecordOfActs{Chain: p.Chain, First: p.First, Last: p.Last, Signed: p.Signed}
		if p.Fault != nil {
			of.Fault = p.Fault.Text
			r.Faults = append(r.Faults, Fault{At: s.To, Kind: FaultRecord, Text: p.Fault.Text})
		}
		r.Proof.Records = append(r.Proof.Records, of)
	}
	for _, f := range s.Files {
		r.Sources.Journals = append(r.Sources.Journals, JournalFile{Process: f.Process, Events: f.Events, Closed: f.Closed, Whole: f.Complete})
	}
}

// shownViolations is how many violations are told word for word.
const shownViolations = 20

// settled is within what time, in ms, a journal tells of the epoch in which it begins.
const settled = 1000

func (r *Report) faults(s *summary.Report) {
	for i, e := range s.Epochs {
		if i > 0 || e.At > s.From+settled { // the first is how the journals begin
			r.Faults = append(r.Faults, Fault{At: e.At, Kind: FaultEpoch})
		}
	}
	for _, at := range s.Restores {
		if at > s.From {
			r.Faults = append(r.Faults, Fault{At: at, Kind: FaultRestore})
		}
	}
	if s.Until > 0 {
		r.Faults = append(r.Faults, Fault{At: s.Until, Kind: FaultJournal})
	}
}

// draw holds the journals to the record of the draw.
func (r *Report) draw(in *Input) error {
	v := in.Draw
	if v == nil || v.Result == nil || v.Freeze == nil {
		return nil
	}
	if v.Commitment.Room != r.Room || r.Opening != "" && v.Commitment.Opening != r.Opening {
		return fmt.Errorf("the record is of the draw of %q of room %s", v.Commitment.Opening, v.Commitment.Room)
	}
	d, err := in.Journal.Drawn(v.Freeze, v.Result)
	if err != nil {
		return err
	}
	missing, explained := d.Missing(v.Freeze.N)
	r.Proof.Draw = &DrawProof{
		Seal: v.Commitment.Commit.String(), Seed: v.Result.Seed.String(), N: v.Freeze.N, Lots: d.Lots, Places: d.Places, Called: d.Called,
		Missing: missing, Fits: len(d.Faults) == 0 && explained, Faults: d.Faults,
	}
	return nil
}

// JSON is the report for programs, as it is signed.
func (r *Report) JSON() ([]byte, error) { return json.Marshal(r) }

// At is a time of the report.
func At(ms int64) time.Time { return time.UnixMilli(ms) }
