package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/einlass/einlass/loadtest/scenarios"
)

// Markdown writes an overview of all mornings and then each one with its promises.
func Markdown(w io.Writer, mornings []Morning) error {
	var b strings.Builder
	overview(&b, mornings)
	for i := range mornings {
		one(&b, &mornings[i])
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func overview(b *strings.Builder, mornings []Morning) {
	b.WriteString("| morning | people | booked without | booked with the gate | past the knee without / with | " +
		"crashes without / with | wait in line p50 / p90 | rules broken |\n|---|---|---|---|---|---|---|---|\n")
	for i := range mornings {
		m := &mornings[i]
		without, with := runs(m)
		cell := func(r *scenarios.Result, text func(*scenarios.Result) string) string {
			if r == nil {
				return "not played"
			}
			return text(r)
		}
		both := func(text func(*scenarios.Result) string) string {
			return cell(without, text) + " / " + cell(with, text)
		}
		bookings := func(r *scenarios.Result) string {
			return count(r.Site.Booked) + " of " + count(r.Site.Places)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", title(m), count(int64(m.Scenario.People())),
			cell(without, bookings), cell(with, bookings),
			both(func(r *scenarios.Result) string { return span(r.Site.Over) }),
			both(func(r *scenarios.Result) string { return count(r.Site.Crashes) }),
			cell(with, func(r *scenarios.Result) string { return span(r.Waits.P50) + " / " + span(r.Waits.P90) }),
			cell(with, func(r *scenarios.Result) string { return count(r.Checked.Violations) }))
	}
}

// runs are the latest run without and with the gate, nil where there is none.
func runs(m *Morning) (without, with *scenarios.Result) {
	for i := range m.Results {
		if r := &m.Results[i]; r.Gate {
			with = r
		} else {
			without = r
		}
	}
	return without, with
}

// title says when a morning is not as large as it was.
func title(m *Morning) string {
	if m.Scenario.Factor == 1 {
		return m.Scenario.Title
	}
	return fmt.Sprintf("%s, × %.3g", m.Scenario.Title, m.Scenario.Factor)
}

func one(b *strings.Builder, m *Morning) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n*Assumed:* %s\n\n", title(m), m.Scenario.Happened, m.Scenario.Assumed)
	b.WriteString("| figure |")
	for i := range m.Results {
		fmt.Fprintf(b, " %s |", heading(&m.Results[i]))
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(m.Results)) + "\n")
	names, cells := table(m.Results)
	for i, name := range names {
		fmt.Fprintf(b, "| %s | %s |\n", name, strings.Join(cells[i], " | "))
	}
	if all := findings(m); len(all) > 0 {
		b.WriteString("\n| promise | | figure |\n|---|---|---|\n")
		for _, f := range all {
			fmt.Fprintf(b, "| %s | %s | %s |\n", f.Promise, mark(f.Kept), f.Figure)
		}
	}
}

// ErrMarkers means that a document has no place for a section.
var ErrMarkers = errors.New("no markers")

// Splice replaces what stands in the file between <!-- name:begin --> and <!-- name:end -->. The error wraps ErrMarkers
// when the file has not exactly these two, in this order.
func Splice(path, name, text string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("splice %s: %w", name, err)
	}
	begin, end := "<!-- "+name+":begin -->", "<!-- "+name+":end -->"
	before, rest, ok := strings.Cut(string(old), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed || strings.Contains(after, begin) {
		return fmt.Errorf("splice %s into %s: want %s and %s: %w", name, path, begin, end, ErrMarkers)
	}
	whole := before + begin + "\n\n" + strings.TrimSpace(text) + "\n\n" + end + after
	if err := os.WriteFile(path, []byte(whole), 0o644); err != nil {
		return fmt.Errorf("splice %s: %w", name, err)
	}
	return nil
}
