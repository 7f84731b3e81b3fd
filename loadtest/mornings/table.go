package mornings

import (
	"fmt"
	"strings"
	"time"

	"github.com/einlass/einlass/loadtest/scenarios"
)

// Pair is one morning, without the gate and with it.
type Pair struct {
	Scenario scenarios.Scenario // in full size
	Size     Size
	Without  scenarios.Result
	With     scenarios.Result
}

// Markdown is the table of all mornings and what was promised of each.
func Markdown(pairs []Pair) (string, error) {
	var b strings.Builder
	b.WriteString("| morning | size, speed | gate | people | places | booked | told | site: requests | unanswered | crashes | past the knee | down | in flight (knee) | wait p50, p90 |\n")
	b.WriteString("|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for i := range pairs {
		p := &pairs[i]
		row(&b, p, &p.Without)
		row(&b, p, &p.With)
	}
	fmt.Fprintf(&b, "\n%s\n", Played)
	for i := range pairs {
		p := &pairs[i]
		scaled, err := p.Scenario.Scale(p.Size.Factor)
		if err != nil {
			return "", fmt.Errorf("mornings: %w", err)
		}
		fmt.Fprintf(&b, "\n%s, with the gate (%d events checked, %d polls, %v of real time):\n\n",
			p.Scenario.Title, p.With.Checked.Events, p.With.Line.Polls, p.With.Cost.Wall.Round(time.Second))
		for _, f := range scaled.Judge(&p.With) {
			mark := "kept"
			if !f.Kept {
				mark = "**not kept**"
			}
			fmt.Fprintf(&b, "- %s: %s (%s)\n", f.Promise, mark, f.Figure)
		}
	}
	return b.String(), nil
}

func row(b *strings.Builder, p *Pair, r *scenarios.Result) {
	gate, wait := "no", "–"
	if r.Gate {
		gate = "yes"
		wait = fmt.Sprintf("%v, %v", r.Waits.P50.Round(time.Minute), r.Waits.P90.Round(time.Minute))
		wait = strings.ReplaceAll(wait, "m0s", "m")
	}
	fmt.Fprintf(b, "| %s | 1:%.0f, %.0f× | %s | %d | %d | %d | %d | %d | %d | %d | %v | %v | %d (%d) | %s |\n",
		r.Title, 1/p.Size.Factor, p.Size.Speed, gate, r.People.All, r.Site.Places, r.Site.Booked, r.People.Told, r.Site.Requests, r.Site.Requests-r.Site.Served,
		r.Site.Crashes, r.Site.Over.Round(time.Second), r.Site.Down.Round(time.Second), r.Site.Peak, r.Site.Knee, wait)
}

// section is where the page has the tables.
const section = "sockets"
