package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue/plan"
)

// fewEvents are how many of the things to come somebody reads at a glance.
const fewEvents = 10

// planView is what admin plan shows.
func planView(p *operator.PlanInfo, all bool) string {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(strings.TrimRight(clean(fmt.Sprintf(format, args...)), " ") + "\n")
	}
	title := p.ID
	if p.Title != "" {
		title = p.Title + " (" + p.ID + ")"
	}
	if p.AsOf.IsZero() {
		line("%s", title)
	} else {
		line("%s   %s, %s", title, p.AsOf.Format("Mon 2 Jan 2006  15:04:05"), p.Zone)
	}
	line("")
	line("NOW   %s", p.Now)
	line("      %s wait, %s are inside", plan.Figure(p.Waiting), plan.Figure(p.Inside))
	switch {
	case p.Schedule.Empty():
		line("")
		line("There is no schedule: the room is open all the time.")
	case len(p.Schedule.Openings) == 0:
		line("")
		line("There are no openings: the room is open all the time.")
	case len(p.Next) > 0:
		line("")
		b.WriteString(eventLines(p.Next, all))
	}
	for i, w := range p.Warnings {
		if i == 0 {
			line("")
		}
		b.WriteString(wrapped("!  ", w))
	}
	return b.String()
}

// eventLines are what comes next, in columns.
func eventLines(next []operator.PlanEvent, all bool) string {
	shown := next
	if !all && len(shown) > fewEvents {
		shown = shown[:fewEvents]
	}
	when, until := 0, 0
	for i := range shown {
		when, until = max(when, utf8.RuneCountInString(shown[i].Time)), max(until, utf8.RuneCountInString(shown[i].Until))
	}
	var b strings.Builder
	for i := range shown {
		head := "      "
		if i == 0 {
			head = "NEXT  "
		}
		e := &shown[i]
		head += fmt.Sprintf("%-*s  %-*s  ", when, e.Time, until, e.Until)
		b.WriteString(wrapped(head, e.Words))
	}
	if n := len(next) - len(shown); n > 0 {
		fmt.Fprintf(&b, "      … and %d more; --all shows them\n", n)
	}
	return b.String()
}

// wrapped puts a text behind a head, in lines of the width of a screen. It cleans both.
func wrapped(head, text string) string {
	head, text = clean(head), clean(text)
	indent := strings.Repeat(" ", utf8.RuneCountInString(head))
	var b strings.Builder
	line := head
	for i, word := range strings.Fields(text) {
		if i > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > screenWidth && strings.TrimSpace(line) != "" {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = indent
		} else if i > 0 {
			line += " "
		}
		line += word
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
	return b.String()
}

// previewView is what another schedule would change.
func previewView(p *operator.PlanPreview) string {
	var b strings.Builder
	if len(p.Changes) == 0 {
		b.WriteString("Nothing that comes would be different.\n")
	} else {
		fmt.Fprintf(&b, "What would be different in %s (%s):\n", clean(p.Plan.ID), clean(p.Plan.Zone))
	}
	for _, c := range p.Changes {
		b.WriteString(wrapped("   ", c))
	}
	if p.More > 0 {
		fmt.Fprintf(&b, "   … and %d further ones\n", p.More)
	}
	for _, w := range p.Plan.Warnings {
		b.WriteString(wrapped("!  ", w))
	}
	return b.String()
}
