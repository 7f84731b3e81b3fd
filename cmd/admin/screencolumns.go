package main

import (
	"fmt"
	"strings"

	"github.com/einlass/einlass/internal/operator"
)

// screenColumn is one of the table on the screen.
type screenColumn struct {
	title string
	width int
	left  bool // text stands at the left, figures at the right
	of    func(*panel, *operator.RoomInfo) string
}

// columns are those for which the screen is wide enough, and what they leave for the ids. Rather than half a figure none is shown: what
// the detail of a room says as well goes first.
func (s *panel) columns() (ids int, shown []screenColumn) {
	const (
		usual, least, most = 12, 8, 40 // for the ids
		edges              = 3         // the mark, and the space behind the id
	)
	shown = allColumns()
	for _, drop := range []struct {
		title string
		ids   int
	}{{"ENTERED", usual}, {"ASKED", usual}, {"BOOKED", least}, {"IN FORCE", least}, {"INSIDE", least}, {"WAITING", least}} {
		if ids = s.width - edges - widthOf(shown); ids >= drop.ids {
			break
		}
		rest := shown[:0:0]
		for i := range shown {
			if shown[i].title != drop.title {
				rest = append(rest, shown[i])
			}
		}
		shown, ids = rest, s.width-edges-widthOf(rest)
	}
	return min(max(least, ids), most), shown
}

func allColumns() []screenColumn {
	return []screenColumn{
		{"STATE", 11, true, func(_ *panel, r *operator.RoomInfo) string { return stateWords(r) }},
		{"WAITING", 7, false, func(_ *panel, r *operator.RoomInfo) string { return fmt.Sprint(r.Waiting + r.Front) }},
		{"INSIDE", 10, false, func(_ *panel, r *operator.RoomInfo) string {
			if r.MaxInside > 0 {
				return fmt.Sprintf("%d/%d", r.Inside, r.MaxInside)
			}
			return fmt.Sprint(r.Inside)
		}},
		{"ASKED", 5, false, func(_ *panel, r *operator.RoomInfo) string { return rounded(asked(r)) }},
		{"IN FORCE", 8, false, func(_ *panel, r *operator.RoomInfo) string { return inForce(r) }},
		{"ENTERED", 7, false, func(s *panel, r *operator.RoomInfo) string {
			if tr := s.trends[r.ID]; tr != nil {
				if n, known := tr.perMinute(); known {
					return rounded(n)
				}
			}
			return "-"
		}},
		{"BOOKED", 9, false, func(_ *panel, r *operator.RoomInfo) string {
			if q := r.Opening.Quota; q != nil {
				return fmt.Sprintf("%d/%d", r.Opening.Booked, *q)
			}
			return fmt.Sprint(r.Opening.Booked)
		}},
	}
}

func widthOf(cols []screenColumn) (all int) {
	for i := range cols {
		all += cols[i].width + 1
	}
	return all - 1
}

// row lays out an id and what each figure says.
func row(ids int, id string, cols []screenColumn, says func(*screenColumn) string) string {
	text := fmt.Sprintf("%-*s", ids, shorten(clean(id), ids))
	for i := range cols {
		width := cols[i].width
		if cols[i].left {
			width = -width
		}
		text += fmt.Sprintf(" %*s", width, says(&cols[i]))
	}
	return strings.TrimRight(text, " ")
}
