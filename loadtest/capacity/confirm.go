package capacity

import (
	"fmt"
	"math"
	"strings"
)

// Seeds of the printed figures, and further ones on which nothing was tuned.
const (
	firstSeed, printedSeeds  = 1, 5
	furtherSeed, furtherMore = 1001, 20
)

func seedsFrom(first, n uint64) (all []uint64) {
	for i := range n {
		all = append(all, first+i)
	}
	return all
}

// distant is how far, in points, a confirmation may be away.
const distant = 5

// Confirmation sets the medians of the printed seeds beside those of the further ones. far counts those that are more than 5
// points apart.
func Confirmation(printed, further []Result) (text string, far int) {
	var b strings.Builder
	b.WriteString("| case | site | figure | first: 5 seeds | 20 others | apart | later: 5 seeds | 20 others | apart |\n|---|---|---|---|---|---|---|---|---|\n")
	for i := range printed {
		p, f := &printed[i], &further[i]
		for j := range p.Rows {
			fmt.Fprintf(&b, "| %s | %s | %s |", p.Name, p.Site, p.Rows[j].Name)
			for _, pair := range [][2]Figures{{p.First[j], f.First[j]}, {p.Later[j], f.Later[j]}} {
				if len(pair[0]) == 0 {
					b.WriteString(" – | – | – |")
					continue
				}
				u := p.Rows[j].Unit
				apart := math.Abs(pair[0].Median() - pair[1].Median())
				mark := ""
				if apart > distant {
					far++
					mark = "**"
				}
				fmt.Fprintf(&b, " %s | %s | %s%.1f%s |", number(pair[0].Median(), u), number(pair[1].Median(), u), mark, apart, mark)
			}
			b.WriteString("\n")
		}
	}
	return b.String(), far
}
