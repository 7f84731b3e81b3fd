package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// column is one column of the table of rooms.
type column struct {
	title string
	right bool
	cell  func(r *operator.RoomInfo) string
}

func count(title string, value func(*operator.RoomInfo) int64) column {
	return column{title, true, func(r *operator.RoomInfo) string { return strconv.FormatInt(value(r), 10) }}
}

// columns is a constant table: what somebody looks at during a morning. It fits 80 columns, with figures of a large town; what is
// unusual stands below it, in notes.
var columns = []column{
	{"ROOM", false, func(r *operator.RoomInfo) string { return r.ID }},
	{"STATE", false, func(r *operator.RoomInfo) string {
		if words := phaseWords(r); words != "" && state(r) == "running" {
			return words
		}
		return state(r)
	}},
	count("WAITING", func(r *operator.RoomInfo) int64 { return r.Waiting + r.Front }),
	count("ASKING", func(r *operator.RoomInfo) int64 { return r.Asking }),
	count("INSIDE", func(r *operator.RoomInfo) int64 { return r.Inside }),
	{"COUNTED", true, func(r *operator.RoomInfo) string { return strconv.FormatFloat(r.Counted, 'f', 1, 64) }},
	{"MAX", true, func(r *operator.RoomInfo) string {
		if r.MaxInside == 0 {
			return "-"
		}
		return strconv.FormatInt(r.MaxInside, 10)
	}},
	count("PER MIN", func(r *operator.RoomInfo) int64 { return r.Rate }),
	{"USED", true, used},
	{"BACKEND", false, backends},
}

// more are the columns of the wide table behind the others. It is a constant table.
var more = []column{
	count("CALLED", func(r *operator.RoomInfo) int64 { return r.Calls }),
	{"HEAD", true, func(r *operator.RoomInfo) string { return strconv.FormatUint(r.HeadNumber, 10) }},
	{"LAST", true, func(r *operator.RoomInfo) string { return strconv.FormatUint(r.LastNumber, 10) }},
	count("ADMITTED", func(r *operator.RoomInfo) int64 { return r.Totals.Admitted }),
	count("GATEWAYS", func(r *operator.RoomInfo) int64 { return r.Gateways }),
	{"STORE", false, store},
	{"FAILED", true, func(r *operator.RoomInfo) string {
		failed, all := failures(r)
		return fmt.Sprintf("%d of %d", failed, all)
	}},
	{"ANSWERS IN", true, slowest},
	count("VERSION", func(r *operator.RoomInfo) int64 { return r.Version }),
}

// used is the share of the possible entries of the last ten minutes.
func used(r *operator.RoomInfo) string {
	ratio, known := r.Usage.Ratio()
	if !known {
		return "-"
	}
	return strconv.FormatFloat(100*ratio, 'f', 0, 64) + "%"
}

func store(r *operator.RoomInfo) string {
	switch {
	case r.Store.OK:
		return "ok"
	case r.Store.StaleSince != nil:
		return "away since " + r.Store.StaleSince.Local().Format("15:04:05")
	default:
		return "away"
	}
}

// failures are how many requests to the room's site failed in the last minute, and of how many.
func failures(r *operator.RoomInfo) (failed, all int) {
	for i := range r.Backends {
		failed += r.Backends[i].Failed
		all += r.Backends[i].Requests
	}
	return failed, all
}

// slowest is in what time the slowest address of the site gave nearly all of its answers.
func slowest(r *operator.RoomInfo) string {
	slow := 0.0
	for i := range r.Backends {
		slow = max(slow, r.Backends[i].Slow)
	}
	if slow == 0 {
		return "-"
	}
	return "< " + time.Duration(slow*float64(time.Second)).String()
}

func backends(r *operator.RoomInfo) string {
	up, failing := 0, 0
	for _, b := range r.Backends {
		switch {
		case b.Up:
			up++
		case b.State == "failing":
			failing++
		}
	}
	switch {
	case failing > 0 && failing == len(r.Backends):
		return "FAILING"
	case len(r.Backends) == 0:
		return "-"
	case up == len(r.Backends):
		return "ok"
	case up == 0:
		return "DOWN"
	}
	return fmt.Sprintf("%d of %d", up, len(r.Backends))
}

// screenWidth is what a terminal shows in one line unless somebody makes it larger.
const screenWidth = 80

// overview is what rooms and watch show. When some id is too long for the table, each id has a line of its own above its figures.
func overview(rooms []operator.RoomInfo, wide bool) string {
	if wide {
		return table(rooms, append(columns[:len(columns):len(columns)], more...)) + notes(rooms)
	}
	text := table(rooms, columns)
	if line, _, _ := strings.Cut(text, "\n"); utf8.RuneCountInString(line) > screenWidth {
		text = folded(rooms)
	}
	return text + notes(rooms)
}

// folded is the table with the ids above the rows.
func folded(rooms []operator.RoomInfo) string {
	blank := column{"", false, func(*operator.RoomInfo) string { return "" }}
	lines := strings.SplitAfter(table(rooms, append([]column{blank}, columns[1:]...)), "\n")
	var b strings.Builder
	b.WriteString("ROOM\n" + lines[0])
	for i := range rooms {
		b.WriteString(clean(rooms[i].ID) + "\n" + lines[i+1])
	}
	return b.String()
}

// notes are what is unusual in the rooms, a line each.
func notes(rooms []operator.RoomInfo) string {
	var b strings.Builder
	for i := range rooms {
		r := &rooms[i]
		note := func(format string, args ...any) {
			b.WriteString(shorten(clean(r.ID+": "+fmt.Sprintf(format, args...)), screenWidth) + "\n")
		}
		if !r.Store.OK {
			note("the store is %s: nobody is called", store(r))
		}
		for _, back := range r.Backends {
			if !back.Up {
				note("%s (backend %s)", backendTrouble(&back), back.Address)
			}
		}
		if r.Site.Words != "" {
			note("%s", r.Site.Words)
		}
		switch r.Health {
		case queue.HealthOff:
			note("health off: the pace does not follow the site")
		case queue.HealthAdvise:
			note("health advise: the pace does not follow the site, it is only said")
		}
		if r.Door == queue.DoorClosed {
			note("the door is closed until the next opening begins, or admin open")
		}
		if r.Strict {
			note("strict on: everybody inside counts in full until the stay ends")
		}
		if r.Usage.Words != "" {
			note("%s", r.Usage.Words)
		}
		if r.Message != "" || len(r.Messages) > 0 {
			note("message %s", messagesOf(r))
		}
	}
	return prefixed("\n", b.String())
}

// backendTrouble is what is wrong with an address, the most important first: the line is cut at the width of a screen.
func backendTrouble(b *operator.Backend) string {
	state := b.State
	if state == "" {
		state = "down" // a gateway of the release before
	}
	return state + prefixed(": ", b.Detail)
}

func prefixed(with, text string) string {
	if text == "" {
		return ""
	}
	return with + text
}

// table lays rooms out in columns, numbers to the right.
func table(rooms []operator.RoomInfo, columns []column) string {
	rows := make([][]string, 0, len(rooms)+1)
	widths := make([]int, len(columns))
	add := func(cell func(c column) string) {
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = cell(c)
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
		rows = append(rows, row)
	}
	add(func(c column) string { return c.title })
	for i := range rooms {
		add(func(c column) string { return clean(c.cell(&rooms[i])) })
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if columns[i].right {
				line.WriteString(pad + cell + "  ")
			} else {
				line.WriteString(cell + pad + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// clean keeps text on one line and away from the terminal's controls.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, s)
}

func shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}
