package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/operator"
)

// colours are all that may change how a sign looks: bold, in reverse, and the terminal's own red, which its owner has chosen for a light
// ground or a dark one.
var colours = regexp.MustCompile(`^\x1b\[(0|1|7|31|1;31)?m$`)

var sequence = regexp.MustCompile(`\x1b[^a-zA-Z]*[a-zA-Z]`)

// narrow is a screen of a town where much is to be said, so many columns wide.
func narrow(t *testing.T, width int) *panel {
	t.Helper()
	g := townOf(3)
	quota := int64(2500)
	r := &g.next.rooms[0]
	r.Title, r.Opening.Booked, r.Opening.Quota, r.Front, r.Waiting = "Termine 🏛️ im Bürgerbüro 会場 am Markt, Erdgeschoss, links", 1412, &quota, 0, 123_456
	r.MaxInside, r.Inside = 1000, 1012
	r.Backends = []operator.Backend{{Address: "http://10.0.0.7:8080", State: "unreachable"}}
	g.next.alerts = []alerts.Alert{{
		Name: "A", Severity: alerts.Critical, Room: "termine",
		En: alerts.Words{What: "The site does not answer, and nobody can be let in.", Do: "Call the people who run the site, and pause the room until it is well."},
	}}
	p := g.panel(t)
	p.Update(tea.WindowSizeMsg{Width: width, Height: 30})
	return p
}

func TestTheScreenIsReadableAtEachWidth(t *testing.T) {
	for width, titles := range map[int]string{
		120: "  ROOM                                     STATE       WAITING     INSIDE ASKED IN FORCE ENTERED    BOOKED",
		80:  "  ROOM           STATE       WAITING     INSIDE ASKED IN FORCE ENTERED    BOOKED",
		78:  "  ROOM         STATE       WAITING     INSIDE ASKED IN FORCE ENTERED    BOOKED",
		77:  "  ROOM                STATE       WAITING     INSIDE ASKED IN FORCE    BOOKED",
		60:  "  ROOM     STATE       WAITING     INSIDE IN FORCE    BOOKED",
		40:  "  ROOM               STATE       WAITING",
	} {
		p := narrow(t, width)
		if got := p.titles(); strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(titles), " ") || lipgloss.Width(got) > width {
			t.Errorf("%d columns: the titles are %q, want %q", width, got, titles)
		}
		shown := text(t, p)
		row := "> termine"
		if width >= 60 {
			row = fmt.Sprintf("> termine%*s running      123456  1012/1000", max(0, p.ids()-7), "")
		}
		for _, want := range []string{row, "08:00:00"} {
			if !strings.Contains(shown, want) {
				t.Errorf("%d columns: no %q in\n%s", width, want, shown)
			}
		}
		if width >= 60 {
			for _, want := range []string{"1412/2500", "nobody can be let in.", "until it is well.", "q quit", "the site http://10.0.0.7:8080 is unre"} {
				if !strings.Contains(strings.Join(strings.Fields(shown), " "), want) {
					t.Errorf("%d columns: no %q in\n%s", width, want, shown)
				}
			}
			keys(t, p, "?")
			if help := text(t, p); strings.Contains(help, "…") || !strings.Contains(help, "Any key goes back.") {
				t.Errorf("%d columns: the keys are cut off:\n%s", width, help)
			}
			keys(t, p, "x", "p")
			if asks := text(t, p); !strings.Contains(asks, "Pause termine?") || !strings.Contains(asks, "y yes   any other key no") {
				t.Errorf("%d columns: the question is\n%s", width, asks)
			}
		}
	}
}

// A line that is wider than the terminal would wrap, and push the others down.
func TestNothingOnTheScreenWrapsOrHasAColourOfItsOwn(t *testing.T) {
	for _, width := range []int{60, 78, 80, 120} {
		p := narrow(t, width)
		for _, pressed := range []string{"", "?", "x", "p", "n"} {
			if pressed != "" {
				keys(t, p, pressed)
			}
			drawn := p.View().Content
			lines := strings.Split(drawn, "\n")
			for _, l := range lines {
				if n := lipgloss.Width(l); n > width {
					t.Errorf("%d columns: %q takes %d", width, l, n)
				}
			}
			if len(lines) != 30 {
				t.Errorf("%d columns: %d lines", width, len(lines))
			}
			for _, s := range sequence.FindAllString(drawn, -1) {
				if !colours.MatchString(s) {
					t.Errorf("%d columns: %q is a colour that may not be seen on some ground", width, s)
				}
			}
			if !strings.Contains(drawn, "\x1b[7m") {
				t.Errorf("%d columns: nothing is marked", width)
			}
		}
	}
}

// ids is how wide the ids of rooms are.
func (s *panel) ids() int {
	ids, _ := s.columns()
	return ids
}
