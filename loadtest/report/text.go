package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Text prints each morning's figures side by side, then its promises, then what broke them.
func Text(w io.Writer, mornings []Morning) error {
	var b strings.Builder
	for i := range mornings {
		m := &mornings[i]
		fmt.Fprintf(&b, "%s (factor %.3g, %s)\n", m.Scenario.Title, m.Scenario.Factor, medium(m))
		names, cells := table(m.Results)
		lines := [][]string{{""}}
		for j := range m.Results {
			lines[0] = append(lines[0], heading(&m.Results[j]))
		}
		for j, name := range names {
			lines = append(lines, append([]string{name}, cells[j]...))
		}
		align(&b, lines)
		for _, f := range findings(m) {
			fmt.Fprintf(&b, "  %-6s  %s: %s\n", mark(f.Kept), f.Promise, f.Figure)
		}
		for j := range m.Results {
			for _, v := range m.Results[j].Violations {
				fmt.Fprintf(&b, "  %s\n", v)
			}
		}
		b.WriteByte('\n')
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	return nil
}

func medium(m *Morning) string {
	if len(m.Results) == 0 {
		return "not played"
	}
	return m.Results[0].Medium
}

// align pads columns by characters, not bytes.
func align(b *strings.Builder, lines [][]string) {
	var width []int
	for _, l := range lines {
		for i, c := range l {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for _, l := range lines {
		text := ""
		for i, c := range l {
			text += "  " + c + strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
		}
		b.WriteString(strings.TrimRight(text, " "))
		b.WriteByte('\n')
	}
}
