package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue/journal"
	"github.com/einlass/einlass/pkg/queue/journal/summary"
)

// Report is what happened in one room.
type Report = summary.Report

// Run checks and counts a merged journal.
func Run(m *journal.Merged) (*Report, error) { return summary.Run(m) }

// page is a report for people.
type page struct{ *Report }

// Markdown is the report for people.
func Markdown(report *Report) string {
	var b strings.Builder
	r := page{report}
	fmt.Fprintf(&b, "# Room %s, %s to %s UTC\n\n%s\n", r.Room, day(r.From), clock(r.To), r.verdict())
	r.people(&b)
	r.minutes(&b)
	r.events(&b)
	r.sources(&b)
	return b.String()
}

func day(ms int64) string   { return time.UnixMilli(ms).UTC().Format("2006-01-02 15:04:05") }
func clock(ms int64) string { return time.UnixMilli(ms).UTC().Format("15:04:05") }

func span(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

func (r page) verdict() string {
	var b strings.Builder
	if r.Until > 0 {
		fmt.Fprintf(&b, "**The journals are complete only until %s.** A gateway could not write its journal after that, so nothing later is judged or counted.\n\n", clock(r.Until))
	}
	if r.Summary.Violations == 0 {
		fmt.Fprintf(&b, "**No rule of the line was broken** in %d events.\n", r.Summary.Events)
		return b.String()
	}
	fmt.Fprintf(&b, "**%d violations** in %d events:\n\n", r.Summary.Violations, r.Summary.Events)
	for _, rule := range slices.Sorted(maps.Keys(r.Broken)) {
		fmt.Fprintf(&b, "- %s: %d\n", rule, r.Broken[rule])
	}
	b.WriteString("\n```\n" + strings.Join(r.Violations, "\n") + "\n```\n")
	return b.String()
}

func (r page) people(b *strings.Builder) {
	b.WriteString("\n| people | |\n|---|---:|\n")
	for _, row := range []struct {
		name  string
		value int64
	}{
		{"arrived and got a number", r.Arrivals},
		{"of these straight in", r.StraightIn},
		{"got no number: closed, full or sold out", r.Refused},
		{"calls", r.Calls},
		{"went in", r.Entries},
		{"waited at the door when it was their turn", r.AtDoor},
		{"came back after their stay had run out", r.Resumed},
		{"booked, as the site told", r.Booked},
		{"done inside", r.Finished},
		{"gave their place up", r.Left},
		{"did not claim their call, or not yet", r.Unclaimed},
		{"passed over while away, and not back", r.Absent},
		{"still in line", r.StillThere},
		{"with a request that the store did not answer", r.Uncertain},
	} {
		fmt.Fprintf(b, "| %s | %d |\n", row.name, row.value)
	}
	w := r.Waits
	fmt.Fprintf(b, "\n| wait of %d who went in from the line | p50 | p90 | p99 | longest |\n|---|---:|---:|---:|---:|\n", w.Count)
	fmt.Fprintf(b, "| from number to entry | %s | %s | %s | %s |\n", span(w.P50), span(w.P90), span(w.P99), span(w.Max))
}

func (r page) minutes(b *strings.Builder) {
	b.WriteString("\n| minute | arrivals | calls | set pace allows | went in | in line | inside |\n|---|---:|---:|---:|---:|---:|---:|\n")
	for _, m := range r.Minutes {
		fmt.Fprintf(b, "| %s | %d | %d | %.1f | %d | %d | %d |\n",
			time.UnixMilli(m.At).UTC().Format("15:04"), m.Arrivals, m.Calls, m.Allowed, m.Entries, m.Waiting, m.Inside)
	}
	b.WriteString("\nA minute may have more entries than its pace allows by what was saved up before it, " +
		"and fewer where nobody was there or the store was away.\n")
}

func (r page) events(b *strings.Builder) {
	b.WriteString("\n| when | what |\n|---|---|\n")
	type note struct {
		at   int64
		text string
	}
	var notes []note
	for _, c := range r.Controls {
		text := fmt.Sprintf("controls version %d: %s, %d a minute, at most %d inside (0: no bound), burst %d",
			c.Version, c.Pace.Mode, c.Pace.Rate, c.Pace.MaxInside, c.Pace.Burst)
		if c.Pace.Strict {
			text += ", strict"
		}
		notes = append(notes, note{c.At, text})
	}
	for i, e := range r.Epochs {
		what := "the line begins"
		if i > 0 {
			what = "a new epoch begins: the store was lost, or an embedded one has started"
		}
		notes = append(notes, note{e.At, fmt.Sprintf("%s, epoch %d", what, e.Epoch)})
	}
	for _, s := range r.Steps {
		notes = append(notes, note{s.At, stepText(&s)})
	}
	for _, at := range r.Restores {
		notes = append(notes, note{at, "a gateway tells the store what it remembers"})
	}
	slices.SortStableFunc(notes, func(a, b note) int { return int(a.at - b.at) })
	for _, n := range notes {
		fmt.Fprintf(b, "| %s | %s |\n", clock(n.at), n.text)
	}
	fmt.Fprintf(b, "\n%d losses of the store or starts of an embedded one, %d places came back by their tickets.\n", r.Summary.Losses, r.Summary.Returned)
}

func stepText(s *summary.Step) string {
	switch {
	case s.Rank > 0:
		return fmt.Sprintf("opening %s: step %d", s.Opening, s.Rank)
	case s.Frozen > 0:
		return fmt.Sprintf("opening %s: the lobby is closed, %d numbers are drawn", s.Opening, s.Frozen)
	}
	return fmt.Sprintf("opening %s: the seed of the draw is %s", s.Opening, s.Seed)
}

func (r page) sources(b *strings.Builder) {
	b.WriteString("\n| journal | from | to | events | ended | calls under way then |\n|---|---|---|---:|---|---:|\n")
	for _, f := range r.Files {
		end := "killed, or still running"
		switch {
		case f.Closed:
			end = "in order"
		case !f.Complete:
			end = "could not be written"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %d | %s | %d |\n", f.Process, clock(f.First), clock(f.Last), f.Events, end, f.Open)
	}
}
