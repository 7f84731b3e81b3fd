package main

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// tone is how a line looks. Its words say the same without colours.
type tone int

const (
	normal tone = iota
	strong
	chosen // the selected room
	bar    // head and foot
	alarm
)

// style is one of the terminal's own colours, so that it can be read on light ground and on dark.
func (t tone) style() lipgloss.Style {
	s := lipgloss.NewStyle()
	switch t {
	case strong:
		return s.Bold(true)
	case chosen, bar:
		return s.Reverse(true)
	case alarm:
		return s.Bold(true).Foreground(lipgloss.Red)
	}
	return s
}

// line is one line of the screen.
type line struct {
	tone tone
	text string
}

// View draws the screen.
func (s *panel) View() tea.View {
	var b strings.Builder
	for i, l := range s.lines() {
		if i > 0 {
			b.WriteByte('\n')
		}
		text := shorten(clean(l.text), s.width)
		if l.tone == bar || l.tone == chosen {
			text += strings.Repeat(" ", max(0, s.width-lipgloss.Width(text)))
		}
		b.WriteString(l.tone.style().MaxWidth(s.width).Render(text)) // signs of two columns would make a line wrap
	}
	v := tea.NewView(b.String())
	v.AltScreen, v.WindowTitle = true, "Einlass"
	return v
}

// lines are exactly as many as the screen is high.
func (s *panel) lines() []line {
	middle := s.height - 2
	var body []line
	switch {
	case s.help:
		body = keysHelp()
	case s.last.rooms == nil:
		body = []line{{normal, ""}, {normal, " waiting for the gateway …"}}
		if s.last.err != nil {
			body = []line{{normal, ""}, {alarm, " " + s.explain(s.last.err)}, {normal, " It is asked again and again; q ends this."}}
		}
	default:
		body = s.body(middle)
	}
	for len(body) < middle {
		body = append(body, line{})
	}
	return append(append([]line{s.head()}, body[:middle]...), s.foot())
}

// head has the address and the clock.
func (s *panel) head() line {
	clock := s.now.In(s.zone).Format("15:04:05 ")
	left := " Einlass  " + s.address
	if n := len(s.last.rooms); n > 0 {
		waiting := int64(0)
		for i := range s.last.rooms {
			waiting += s.last.rooms[i].Waiting + s.last.rooms[i].Front
		}
		left += fmt.Sprintf("  %d waiting", waiting)
	}
	left = shorten(clean(left), s.width-len(clock)-1)
	return line{bar, left + strings.Repeat(" ", s.width-utf8.RuneCountInString(left)-len(clock)) + clock}
}

// foot has what is to be confirmed, what was done, or the keys.
func (s *panel) foot() line {
	switch {
	case s.asked == queue.ModePause:
		return s.question("Pause %s?", " Nobody is called until it runs again.")
	case s.asked != "":
		return s.question("Let %s run again?", "")
	case s.note != "" && s.wrong:
		return line{alarm, " " + s.note}
	case s.note != "":
		return line{bar, " " + s.note}
	}
	return line{bar, " ↑↓ room   p pause or run   ? help   q quit"}
}

// question names the selected room, as much of it as leaves space for the keys, and says what it would be if there is space for that.
func (s *panel) question(form, effect string) line {
	const keys = "   y yes   any other key no"
	id := shorten(clean(s.selected), max(1, s.width-len(form)-len(keys)+1))
	text := " " + fmt.Sprintf(form, id)
	if utf8.RuneCountInString(text+effect+keys) <= s.width {
		text += effect
	}
	return line{bar, text + keys}
}

// keysHelp fits a terminal of 60 columns.
func keysHelp() []line {
	return []line{
		{},
		{strong, " Keys"},
		{normal, " ↑ ↓ or k j   select a room: more of it stands below"},
		{normal, " p            pause it, or let it run again; y confirms"},
		{normal, " q            end; the rooms do not notice"},
		{},
		{strong, " Columns"},
		{normal, " WAITING      in the line"},
		{normal, " INSIDE       with a live pass, of the bound"},
		{normal, " ASKED        entries a minute by operators and plan"},
		{normal, " IN FORCE     how many can be now; below it why not more"},
		{normal, " ENTERED      how many there were in the last minute"},
		{normal, " BOOKED       of the quota, where the opening has one"},
		{},
		{normal, " The dots are those who waited in the last thirty minutes,"},
		{normal, " the highest as many as at most. None: nobody looked."},
		{normal, " A narrow terminal has fewer columns."},
		{},
		{normal, " Any key goes back."},
	}
}

// body is the table, what is known of the selected room, and the alerts.
func (s *panel) body(height int) []line {
	var top []line
	if s.last.err != nil {
		top = append(top, line{alarm, fmt.Sprintf(" NO ANSWER since %s: %s", s.since.In(s.zone).Format("15:04:05"), s.explain(s.last.err))})
	}
	low := s.alarms(max(2, height/4))
	space := height - len(top) - len(low) - 1
	rows := 2 * len(s.last.rooms)
	var detail []line
	if r := s.room(); r != nil && space >= 10 {
		detail = s.detail(r)
		if most := max(4, space-max(4, min(rows, space/2))); len(detail) > most {
			detail = detail[:most]
		}
	}
	all := append(append(top, line{strong, s.titles()}), s.table(space-len(detail))...)
	if all = append(all, detail...); len(all)+len(low) > height {
		all = all[:height-len(low)]
	}
	for len(all)+len(low) < height {
		all = append(all, line{})
	}
	return append(all, low...)
}

func (s *panel) titles() string {
	width, cols := s.columns()
	return "  " + row(width, "ROOM", cols, func(c *screenColumn) string { return c.title })
}

// table is two lines a room, and says how many rooms have no space. The selected one always has.
func (s *panel) table(space int) (out []line) {
	rooms := s.last.rooms
	fit := max(1, space/2)
	if len(rooms) > fit {
		fit = max(1, (space-1)/2)
	}
	first := 0
	if i := s.index(); i >= fit {
		first = i - fit + 1
	}
	for i := first; i < min(first+fit, len(rooms)); i++ {
		out = append(out, s.roomLines(&rooms[i])...)
	}
	if len(rooms) > fit {
		out = append(out, line{normal, fmt.Sprintf("  rooms %d to %d of %d", first+1, min(first+fit, len(rooms)), len(rooms))})
	}
	return out
}

const (
	// slim is a width at which what is wrong with a room needs the space of the older dots.
	slim     = 78
	slimDots = 10
)

// roomLines are the figures of a room, and below them its trend and what is unusual.
func (s *panel) roomLines(r *operator.RoomInfo) []line {
	t, mark := normal, "  "
	if r.ID == s.selected {
		t, mark = chosen, "> "
	}
	dots := ""
	if tr := s.trends[r.ID]; tr != nil {
		dots = sparkline(tr.waiting)
	}
	if all := []rune(dots); s.width < slim && len(all) > slimDots {
		dots = string(all[len(all)-slimDots:])
	}
	width, cols := s.columns()
	figures := mark + row(width, r.ID, cols, func(c *screenColumn) string { return c.of(s, r) })
	under := line{normal, "    " + dots + "  " + r.Why.Words}
	if words := trouble(r); words != "" {
		under = line{alarm, "    " + dots + "  " + words}
	}
	return []line{{t, figures}, under}
}

// asked is the pace that operators and plan allow. A gateway of the release before tells only the rate.
func asked(r *operator.RoomInfo) float64 {
	if r.Why.Asked == 0 && r.Why.Reason == "" {
		return float64(r.Rate)
	}
	return r.Why.Asked
}

func inForce(r *operator.RoomInfo) string {
	if r.Why.InForce == nil {
		return "-"
	}
	return rounded(*r.Why.InForce)
}

// stateWords say in at most eleven characters what a room does. Capitals: somebody has to know it.
func stateWords(r *operator.RoomInfo) string {
	switch {
	case !r.Store.OK:
		return "STORE AWAY"
	case r.Mode == queue.ModePause:
		return "PAUSED"
	case r.Mode == queue.ModeOpen:
		return "OPEN TO ALL"
	}
	if words := phaseWords(r); words != "" {
		return words
	}
	switch {
	case r.Left != nil && *r.Left == 0:
		return "all booked"
	case r.Door == queue.DoorClosed:
		return "door closed"
	}
	return "running"
}

// phaseWords say in at most eight characters what the plan makes of a room; empty: people are let in.
func phaseWords(r *operator.RoomInfo) string {
	switch r.Opening.Phase {
	case queue.PhaseClosed.String():
		return "closed"
	case queue.PhaseLobby.String():
		return "lobby"
	case queue.PhaseDrawing.String():
		return "drawing"
	case queue.PhaseLine.String():
		return "not yet"
	case queue.PhaseThrough.String():
		return "no queue"
	}
	return ""
}

// trouble is what is wrong with a room, the most important first; empty: nothing.
func trouble(r *operator.RoomInfo) string {
	if !r.Store.OK {
		return "the store is " + store(r)
	}
	for i := range r.Backends {
		if b := &r.Backends[i]; !b.Up {
			return fmt.Sprintf("the site %s is %s", b.Address, backendTrouble(b))
		}
	}
	return ""
}

// detail is what is known of one room.
func (s *panel) detail(r *operator.RoomInfo) []line {
	out := []line{{}, {strong, " " + r.ID + prefixed("  ", r.Title)}}
	add := func(title, format string, args ...any) {
		for _, part := range folds(clean(fmt.Sprintf(format, args...)), s.width-14, 2) {
			out = append(out, line{normal, fmt.Sprintf("   %-10s ", title) + part})
			title = ""
		}
	}
	if w := waitWords(&r.Wait, s.zone); w != "" {
		add("wait", "%s", w)
	}
	if r.Why.Words != "" {
		add("pace", "%s", r.Why.Words)
	}
	add("inside", "%d, of which %.1f count; %d asking at the door, %d called", r.Inside, r.Counted, r.Asking, r.Calls)
	if r.Opening.Quota != nil {
		add("bookings", "%d booked, %d left", r.Opening.Booked, max(0, *r.Opening.Quota-r.Opening.Booked))
	}
	failed, all := failures(r)
	add("site", "%s; %d of %d requests failed in a minute; answers in %s", backends(r), failed, all, slowest(r))
	add("promises", "%d of the last %d kept; %d gave up", r.Promises.RecentKept, r.Promises.Recent, r.Totals.Left)
	add("gateways", "%d; store %s", r.Gateways, store(r))
	if r.Message != "" || len(r.Messages) > 0 {
		add("message", "%s", messagesOf(r))
	}
	return out
}

// folds is a text in at most so many lines, each ended between words; the last has what is left.
func folds(text string, width, most int) (lines []string) {
	for width > 0 && len(lines) < most-1 && utf8.RuneCountInString(text) > width {
		head := string([]rune(text)[:width])
		cut := strings.LastIndexByte(head, ' ')
		if cut <= 0 {
			break
		}
		lines, text = append(lines, text[:cut]), text[cut+1:]
	}
	return append(lines, text)
}

// waitWords are how long somebody waits who joins now, and when the last gets in of those who wait.
func waitWords(w *operator.Wait, zone *time.Location) string {
	if w.Low == nil || w.High == nil {
		return ""
	}
	text := fmt.Sprintf("%s to %s min for who joins now", rounded(math.Floor(*w.Low/60)), rounded(math.Ceil(*w.High/60)))
	if w.EndFrom != nil && w.EndTo != nil {
		text += fmt.Sprintf("; the last one enters %s to %s", w.EndFrom.In(zone).Format("15:04"), w.EndTo.In(zone).Format("15:04"))
	}
	return text
}

// alarms are the alerts, two lines each or a few more, as many as have space.
func (s *panel) alarms(most int) (out []line) {
	switch {
	case !s.last.told:
		return []line{{normal, " This gateway tells no alerts."}}
	case len(s.last.alerts) == 0:
		return []line{{normal, " No alerts."}}
	}
	for i := range s.last.alerts {
		one := s.alarmLines(&s.last.alerts[i])
		if len(out)+len(one) > most && i > 0 {
			return append(out[:len(out)-1], line{strong, fmt.Sprintf(" and %d more: admin alerts", len(s.last.alerts)-i)})
		}
		out = append(out, one[:min(len(one), most)]...)
	}
	return out
}

func (s *panel) alarmLines(al *alerts.Alert) (out []line) {
	t, mark := strong, " ! "
	if al.Severity == alerts.Critical {
		t = alarm
	}
	for _, part := range folds(clean(alertLine(al)), s.width-len(mark), 2) {
		out, mark = append(out, line{t, mark + part}), "   "
	}
	for _, part := range folds(clean(al.En.Do), s.width-len(mark), 2) {
		out = append(out, line{normal, mark + part})
	}
	return out
}
