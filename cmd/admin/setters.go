package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/operator"
	"github.com/einlass/einlass/pkg/queue"
)

// setter is one command that changes a room.
type setter struct {
	use, short, long, example string
	// what names what is changed; accepts says which arguments there are.
	what, accepts string
	// set puts the argument behind the room, if there is one, into the change.
	set func(c *operator.Change, arg string) error
	// is describes the value that a room has.
	is func(r *operator.RoomInfo) string
	// size and to are the value that a room has and the one that a change asks for, if a change by the factor 10 has to be
	// confirmed; nil: none has.
	size func(r *operator.RoomInfo) int64
	to   func(c *operator.Change) int64
	// words are the arguments there are, if they are words.
	words []string
	// at: the flag --at N says at how many places instead.
	at bool
	// lang: the flag --lang says for which language.
	lang bool
	// also completes a change by what the room has, as often as that is read; nil: nothing is to be completed.
	also func(c *operator.Change, r *operator.RoomInfo)
}

// setters is a constant table.
var setters = []setter{
	number(setter{
		use: "rate ROOM N", short: "Set how many people may enter a minute", what: "rate",
		long: "Nobody: admin pause. The burst follows if it was one second's worth of the old\nrate.",
		example: "  admin rate termine 120\n" +
			"  admin rate termine 600 --yes      in a script, for a change by ten or more",
		is:   func(r *operator.RoomInfo) string { return fmt.Sprintf("%d a minute", r.Rate) },
		size: func(r *operator.RoomInfo) int64 { return r.Rate },
	}, "people a minute", 1, queue.MaxRate, func(c *operator.Change) **int64 { return &c.Rate }),
	number(setter{
		use: "max-inside ROOM N", short: "Set how many people may be inside", what: "max inside",
		long:    "0 means no bound. Nobody enters while so many count as inside; see strict.",
		example: "  admin max-inside termine 300",
		is: func(r *operator.RoomInfo) string {
			if r.MaxInside == 0 {
				return "no bound"
			}
			return fmt.Sprintf("%d people", r.MaxInside)
		},
		size: func(r *operator.RoomInfo) int64 { return r.MaxInside },
	}, "people", 0, queue.MaxInsideLimit, func(c *operator.Change) **int64 { return &c.MaxInside }),
	number(setter{
		use: "burst ROOM N", short: "Set how many people may enter at once", what: "burst",
		long:    "It is what the room saves up of its rate while nobody enters.",
		example: "  admin burst termine 10",
		is:      func(r *operator.RoomInfo) string { return fmt.Sprintf("%d at once", r.Burst) },
		size:    func(r *operator.RoomInfo) int64 { return r.Burst },
	}, "people", 1, queue.MaxBurst, func(c *operator.Change) **int64 { return &c.Burst }),
	mode("pause ROOM", "Call nobody", "Who was called may still go in; who is inside stays inside.",
		"  admin pause termine --reason \"the site is down\"", queue.ModePause),
	mode("resume ROOM", "Go on calling", "Calls places at the pace again.", "  admin resume termine", queue.ModeRun),
	{
		use: "strict ROOM on|off", short: "Count everybody inside in full, or by chance", what: "strict",
		long: "on: each stay counts in full until it ends, for a bound that is a contract.\n" +
			"off: it counts in full for a moment after each request, then by the chance of\n" +
			"another one, as learned.",
		example: "  admin strict termine on", accepts: "want on or off", words: []string{"on", "off"},
		set: func(c *operator.Change, arg string) error {
			on := arg == "on"
			if !on && arg != "off" {
				return fmt.Errorf("%q: want on or off", arg)
			}
			c.Strict = &on
			return nil
		},
		is: func(r *operator.RoomInfo) string {
			if r.Strict {
				return "on"
			}
			return "off"
		},
	},
	{
		use: "health ROOM act|advise|off", short: "Let the pace follow the site's health, or not", what: "health",
		long: "act: the pace is held back while the site is slow or fails, and nobody is\ncalled while it does not answer.\n" +
			"advise: the rooms say what would be done, and nothing is.\noff: nothing is judged.",
		example: "  admin health termine off --reason \"the site is slow, and we want it so\"",
		accepts: "want act, advise or off", words: []string{"act", "advise", "off"},
		set: func(c *operator.Change, arg string) error {
			m := queue.HealthMode(arg)
			if !m.Valid() {
				return fmt.Errorf("%q: want act, advise or off", arg)
			}
			c.Health = &m
			return nil
		},
		is: func(r *operator.RoomInfo) string { return string(r.Health) },
	},
	doorway("close ROOM", "Give no more numbers",
		"Those who have a place keep it and go on. The door opens when the next opening\nbegins, or by admin open.\n\n"+
			"With --at it closes by itself once N places are in the line (in a lobby:\nnumbers), in each opening; 0: it does not.",
		"  admin close termine --reason \"enough for today\"\n  admin close termine --at 5000", queue.DoorClosed),
	doorway("open ROOM", "Give numbers again",
		"It stays open, however many come, until the next opening begins. This opens the\ndoor; admin plan start begins an opening.",
		"  admin open termine", queue.DoorOpen),
	{
		use: "message ROOM TEXT", short: "Show a text to everybody who waits", what: "message",
		long: "TEXT is plain text of at most 2000 bytes; \"\" takes the message away, and those\nfor single languages with it.\n" +
			"A text that begins with - goes behind --.\n\n" +
			"With --lang the text is for the pages of one language, which else show the\ntext for all; \"\" takes away that one.",
		example: "  admin message termine \"Das Amt hat eine Störung bis 11 Uhr.\"\n" +
			"  admin message termine --lang en \"The office has a disturbance until 11.\"\n" +
			"  admin message termine \"\"",
		accepts: "a text that begins with - goes behind --: admin message ROOM -- TEXT", lang: true,
		set: func(c *operator.Change, text string) error { c.Message = &text; return nil },
		is:  messagesOf, also: withoutMessages,
	},
}

// messagesOf are the text for all and those for single languages.
func messagesOf(r *operator.RoomInfo) string {
	var parts []string
	if r.Message != "" {
		parts = append(parts, fmt.Sprintf("»%s«", r.Message))
	}
	for _, tag := range slices.Sorted(maps.Keys(r.Messages)) {
		parts = append(parts, fmt.Sprintf("%s »%s«", tag, r.Messages[tag]))
	}
	if parts == nil {
		return "none"
	}
	text := strings.Join(parts, ", ")
	if r.MessageExpired {
		return text + ", over since " + r.MessageUntil
	}
	if r.MessageUntil != "" {
		return text + ", until " + r.MessageUntil
	}
	return text
}

// withoutMessages has a message that is taken away take those for single languages along: nobody shall read what is over.
func withoutMessages(c *operator.Change, r *operator.RoomInfo) {
	if c.Message == nil || *c.Message != "" {
		return
	}
	c.Messages = nil
	for tag := range r.Messages {
		if c.Messages == nil {
			c.Messages = map[string]*string{}
		}
		c.Messages[tag] = nil
	}
}

// forLanguage makes a message one for the pages of a language.
func forLanguage(c *operator.Change, lang string) {
	text := c.Message
	if *text == "" {
		text = nil
	}
	c.Message, c.Messages = nil, map[string]*string{operator.CanonicalTag(lang): text}
}

// endsAt says when a message is over.
func endsAt(c *operator.Change, text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("--until %q: want a time such as 2026-12-01T11:00:00+01:00", text)
	}
	utc := at.UTC().Format(time.RFC3339) // as rooms show it
	c.MessageUntil = &utc
	return nil
}

// number completes a setter of a whole number.
func number(s setter, unit string, least, most int64, member func(*operator.Change) **int64) setter {
	s.accepts = fmt.Sprintf("want a whole number of %s, %d to %d", unit, least, most)
	s.long = fmt.Sprintf("N is a whole number of %s, %d to %d.\n%s\n\n"+
		"A change to ten times as much or more, to a tenth or less, from 0 or to 0 is\nasked about at a terminal; "+
		"elsewhere it takes --yes.", unit, least, most, s.long)
	s.set = func(c *operator.Change, arg string) error {
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || n < least || n > most {
			return fmt.Errorf("%q: %s", arg, s.accepts)
		}
		*member(c) = &n
		return nil
	}
	s.to = func(c *operator.Change) int64 { return **member(c) }
	return s
}

// mode is a setter of a mode.
func mode(use, short, long, example string, m queue.Mode) setter {
	return setter{
		use: use, short: short, long: long, example: example, what: "state",
		set: func(c *operator.Change, _ string) error { c.Mode = &m; return nil },
		is:  state,
	}
}

// closesAt is the setter behind --at.
var closesAt = setter{
	what: "close at",
	is: func(r *operator.RoomInfo) string {
		if r.CloseAt == 0 {
			return "never"
		}
		return fmt.Sprintf("%d places", r.CloseAt)
	},
}

// doorway is a setter of the door.
func doorway(use, short, long, example, state string) setter {
	return setter{
		use: use, short: short, long: long, example: example, what: "door", at: state == queue.DoorClosed,
		set: func(c *operator.Change, _ string) error { c.Door = &state; return nil },
		is:  func(r *operator.RoomInfo) string { return r.Door },
	}
}

func state(r *operator.RoomInfo) string {
	switch r.Mode {
	case queue.ModePause:
		return "paused"
	case queue.ModeOpen:
		return "open to all"
	default:
		return "running"
	}
}
