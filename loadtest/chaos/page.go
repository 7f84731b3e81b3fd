package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Page is the result of a run as Markdown.
func Page(cfg Config, acts []*Act) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Seed %d. ", cfg.Seed)
	if failures := Failures(acts); failures > 0 {
		fmt.Fprintf(&b, "**%d things went wrong.**\n", failures)
	} else {
		b.WriteString("Everything held.\n")
	}
	summary(&b, acts)
	for _, a := range acts {
		fmt.Fprintf(&b, "\n### %s\n\n| fault | seen by | well again after | numbers (page loads without a ticket) |\n|---|---|---:|---:|\n", a.Topology)
		for _, p := range a.Faults {
			fmt.Fprintf(&b, "| %s | %s%s | %s | %d (%d) |\n", p.Fault, p.Seen, oneLine(p.Error), seconds(p.Took), p.Numbers, p.Asked)
		}
		for _, f := range a.Failures {
			fmt.Fprintf(&b, "\n**%s**\n", oneLine(f))
		}
	}
	return b.String()
}

// Failures is how many things went wrong in all acts.
func Failures(acts []*Act) (n int) {
	for _, a := range acts {
		n += len(a.Failures)
	}
	return n
}

func oneLine(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", "/") }

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// summary is one column an act.
func summary(b *strings.Builder, acts []*Act) {
	b.WriteString("\n| |")
	for _, a := range acts {
		fmt.Fprintf(b, " %s |", a.Topology)
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(acts)) + "\n")
	row := func(name string, value func(*Act) string) {
		fmt.Fprintf(b, "| %s |", name)
		for _, a := range acts {
			fmt.Fprintf(b, " %s |", value(a))
		}
		b.WriteString("\n")
	}
	count := func(name string, value func(*Act) int) {
		row(name, func(a *Act) string { return fmt.Sprint(value(a)) })
	}
	count("faults played", func(a *Act) int { return len(a.Faults) })
	row("lasted", func(a *Act) string { return a.Lasted.Round(time.Second).String() })
	count("visitors", func(a *Act) int { return a.Felt.Visitors })
	count("went in", func(a *Act) int { return a.Felt.In })
	count("gave their place up", func(a *Act) int { return a.Felt.Left })
	count("stayed and did not get in", func(a *Act) int { return len(a.Felt.Outside) })
	count("places lost", func(a *Act) int { return len(a.Felt.Lost) })
	count("people inside thrown out", func(a *Act) int { return len(a.Felt.Thrown) })
	count("numbers twice", func(a *Act) int { return a.Felt.Twice })
	count("figures that rose", func(a *Act) int { return len(a.Felt.Rose) })
	count("answers of the site to somebody else", func(a *Act) int { return len(a.Felt.Wrong) })
	row("highest number (page loads without a ticket)", func(a *Act) string { return fmt.Sprintf("%d (%d)", a.Felt.Highest, a.Felt.Asked) })
	row("strangers: page loads, numbers, let in at once", func(a *Act) string {
		s := a.Felt.Strangers
		return fmt.Sprintf("%d, %d, %d", s.Loads, s.Numbers, s.Entries)
	})
	row("strangers in frames (numbers)", func(a *Act) string {
		return fmt.Sprintf("%d (%d)", a.Felt.Strangers.Frames, a.Felt.Strangers.FrameNumbers)
	})
	count("called and never came in", func(a *Act) int { return a.Felt.Silent })
	row("copied cookies (let in when the visit was over)", func(a *Act) string { return fmt.Sprintf("%d (%d)", a.Felt.Copies, a.Felt.After) })
	row("entries that were nobody's", func(a *Act) string {
		return fmt.Sprintf("%d of %d", a.Felt.Strangers.Entries+a.Felt.Strangers.FrameNumbers, a.Report.Entries)
	})
	row("violations found by the checker", func(a *Act) string { return fmt.Sprint(a.Report.Summary.Violations) })
	row("of events", func(a *Act) string { return fmt.Sprint(a.Report.Summary.Events) })
	row("losses it saw or was told of (moments)", func(a *Act) string { return fmt.Sprint(a.Report.Summary.Losses) })
	count("lines begun anew", func(a *Act) int { return max(0, len(a.Report.Epochs)-1) })
	row("entries, of those the pace allows in all", func(a *Act) string { return fmt.Sprintf("%d of %d", a.Report.Entries, a.most()) })
	row("wait p50 / p90 / p99 / longest", func(a *Act) string {
		f := a.Felt
		return fmt.Sprintf("%s / %s / %s / %s", seconds(f.wait(500)), seconds(f.wait(900)), seconds(f.wait(990)), seconds(f.wait(1000)))
	})
	row("longest silence", func(a *Act) string { return seconds(a.Felt.Silence) })
	kinds := map[string]bool{}
	for _, a := range acts {
		for kind := range a.Felt.Errors {
			kinds[kind] = true
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		count("requests: "+oneLine(kind), func(a *Act) int { return a.Felt.Errors[kind] })
	}
}
