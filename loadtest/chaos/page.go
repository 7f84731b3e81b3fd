package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Page is the result of a run as Markdown.
func Page(cfg Config, outcomes []*Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "`loadtest chaos --seed %d`, %s. ", cfg.Seed, cfg.Of)
	if failures := Failures(outcomes); failures > 0 {
		fmt.Fprintf(&b, "**%d things went wrong.**\n", failures)
	} else {
		b.WriteString("Everything held.\n")
	}
	summary(&b, outcomes)
	for _, o := range outcomes {
		fmt.Fprintf(&b, "\n### %s\n\n| fault | seen by | well again after | numbers (page loads without a ticket) |\n|---|---|---:|---:|\n", o.Topology)
		for _, p := range o.Faults {
			fmt.Fprintf(&b, "| %s | %s%s | %s | %d (%d) |\n", p.Fault, p.Seen, oneLine(p.Error), seconds(p.Took), p.Numbers, p.Asked)
		}
		for _, f := range o.Failures {
			fmt.Fprintf(&b, "\n**%s**\n", oneLine(f))
		}
	}
	return b.String()
}

// Failures is how many things went wrong in all topologies.
func Failures(outcomes []*Outcome) (n int) {
	for _, o := range outcomes {
		n += len(o.Failures)
	}
	return n
}

func oneLine(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", "/") }

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// openingRows are those of the openings.
func openingRows(row func(string, func(*Outcome) string), count func(string, func(*Outcome) int)) {
	row("openings (slots, booked)", func(o *Outcome) string {
		return fmt.Sprintf("%d (%d, %d)", o.Openings.Played, o.Openings.Slots, o.Openings.Booked)
	})
	row("their guests (let in)", func(o *Outcome) string { return fmt.Sprintf("%d (%d)", o.Openings.Guests, o.Openings.In) })
	count("of these, held to the order of the line", func(o *Outcome) int { return o.Openings.Held })
	row("longest from the hour until sold out", func(o *Outcome) string { return seconds(o.Openings.Longest) })
	count("things that went wrong with openings", func(o *Outcome) int { return len(o.Openings.Wrong) })
}

// summary is one column a topology.
func summary(b *strings.Builder, outcomes []*Outcome) {
	b.WriteString("\n| |")
	for _, o := range outcomes {
		fmt.Fprintf(b, " %s |", o.Topology)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(outcomes)) + "\n")
	row := func(name string, value func(*Outcome) string) {
		fmt.Fprintf(b, "| %s |", name)
		for _, o := range outcomes {
			fmt.Fprintf(b, " %s |", value(o))
		}
		b.WriteString("\n")
	}
	count := func(name string, value func(*Outcome) int) {
		row(name, func(o *Outcome) string { return fmt.Sprint(value(o)) })
	}
	count("faults played", func(o *Outcome) int { return len(o.Faults) })
	row("lasted", func(o *Outcome) string { return o.Lasted.Round(time.Second).String() })
	count("visitors", func(o *Outcome) int { return o.Felt.Visitors })
	count("went in", func(o *Outcome) int { return o.Felt.In })
	count("gave their place up", func(o *Outcome) int { return o.Felt.Left })
	count("stayed and did not get in", func(o *Outcome) int { return len(o.Felt.Outside) })
	count("places lost", func(o *Outcome) int { return len(o.Felt.Lost) })
	count("people inside thrown out", func(o *Outcome) int { return len(o.Felt.Thrown) })
	count("numbers twice", func(o *Outcome) int { return o.Felt.Twice })
	count("figures that rose", func(o *Outcome) int { return len(o.Felt.Rose) })
	count("answers of the site to somebody else", func(o *Outcome) int { return len(o.Felt.Wrong) })
	row("highest number (page loads without a ticket)", func(o *Outcome) string { return fmt.Sprintf("%d (%d)", o.Felt.Highest, o.Felt.Asked) })
	row("strangers: page loads, numbers, let in at once", func(o *Outcome) string {
		s := o.Felt.Strangers
		return fmt.Sprintf("%d, %d, %d", s.Loads, s.Numbers, s.Entries)
	})
	row("strangers in frames (numbers)", func(o *Outcome) string {
		return fmt.Sprintf("%d (%d)", o.Felt.Strangers.Frames, o.Felt.Strangers.FrameNumbers)
	})
	count("called and never came in", func(o *Outcome) int { return o.Felt.Silent })
	row("copied cookies (let in when the visit was over)", func(o *Outcome) string { return fmt.Sprintf("%d (%d)", o.Felt.Copies, o.Felt.After) })
	row("entries that were nobody's", func(o *Outcome) string {
		return fmt.Sprintf("%d of %d", o.Felt.Strangers.Entries+o.Felt.Strangers.FrameNumbers, o.Report.Entries)
	})
	openingRows(row, count)
	row("violations found by the checker", func(o *Outcome) string {
		return fmt.Sprint(o.Report.Summary.Violations + o.OpeningReport.Summary.Violations)
	})
	row("of events", func(o *Outcome) string { return fmt.Sprint(o.Report.Summary.Events + o.OpeningReport.Summary.Events) })
	row("losses it saw or was told of (moments)", func(o *Outcome) string { return fmt.Sprint(o.Report.Summary.Losses) })
	count("lines begun anew", func(o *Outcome) int { return max(0, len(o.Report.Epochs)-1) })
	row("entries, of those the pace allows in all", func(o *Outcome) string { return fmt.Sprintf("%d of %d", o.Report.Entries, o.most()) })
	row("wait p50 / p90 / p99 / longest", func(o *Outcome) string {
		f := o.Felt
		return fmt.Sprintf("%s / %s / %s / %s", seconds(f.wait(500)), seconds(f.wait(900)), seconds(f.wait(990)), seconds(f.wait(1000)))
	})
	row("longest silence", func(o *Outcome) string { return seconds(o.Felt.Silence) })
	kinds := map[string]bool{}
	for _, o := range outcomes {
		for kind := range o.Felt.Errors {
			kinds[kind] = true
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		count("requests: "+oneLine(kind), func(o *Outcome) int { return o.Felt.Errors[kind] })
	}
}
