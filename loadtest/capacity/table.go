package capacity

import (
	"fmt"
	"math"
	"strings"
)

func percentOf(n int, what string) string { return fmt.Sprintf("%d %% %s", n, what) }

// figure prints the median and the spread of figures, and their goal.
func figure(f Figures, u Unit, g Goal) string {
	if len(f) == 0 {
		return "–"
	}
	text := number(f.Median(), u)
	if low, high := number(f[0], u), number(f[len(f)-1], u); low != high {
		text += fmt.Sprintf(" (%s–%s)", strings.TrimSuffix(low, " "+string(u)), strings.TrimSuffix(high, " "+string(u)))
	}
	if g.Is == "" {
		return text
	}
	goal := fmt.Sprintf("%s %g", g.Is, g.Bound)
	if g.Met(f.Median()) {
		return text + ", " + goal
	}
	if m := f.Median(); math.Round(m) == g.Bound { // the whole number would say that the goal is met
		text = fmt.Sprintf("%.1f", m) + strings.TrimPrefix(text, fmt.Sprintf("%.0f", m))
	}
	return "**" + text + "**, short of " + goal
}

func number(x float64, u Unit) string {
	switch u {
	case Percent:
		return fmt.Sprintf("%.0f %%", x)
	case Seconds:
		return fmt.Sprintf("%.1f s", x)
	}
	return fmt.Sprintf("%.0f", x)
}

// Markdown is the table of some results.
func Markdown(results []Result) string {
	var b strings.Builder
	b.WriteString("| case | site | figure | before | first morning | later |\n|---|---|---|---|---|---|\n")
	for i := range results {
		r := &results[i]
		name, site := r.Name, r.Site
		for j := range r.Rows {
			row := &r.Rows[j]
			before := row.Before
			if before == "" {
				before = "–"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", name, site, row.Name, before,
				figure(r.First[j], row.Unit, row.First), figure(r.Later[j], row.Unit, row.Later))
			name, site = "", ""
		}
	}
	return b.String()
}
