package capacity

import "slices"

// What visitors do. Nothing here knows how the room counts, whom it calls, or how it is set; what people do at the site does
// not depend on whether a room is there. A test holds this file to its imports.
//
// Where it is known from. Few of these figures are measured anywhere: nobody publishes what people in a line of a town hall do.
// Each habit says its source; "assumed" means that no source is known, and that the rows play a range instead of one figure.
//
//   - Time on a page: Weibull with a shape below 1 (the longer somebody has been there, the longer they stay), for 98.5 % of
//     sites; C. Liu, R. White, S. Dumais, "Understanding web browsing behaviors through Weibull analysis of dwell time", SIGIR
//     2010 (cited from memory). The mean and the number of pages are assumed.
//   - Six pages a visit, the form ten times as long as the others: the portal of Speyer as internal/demo has it
//     (internal/demo/README.md; fitted to what is known of its morning, not measured).
//   - A page each ten seconds for two minutes, which the site ends: the client that measured the README's configuration from
//     outside, with 60 entries in ten minutes where 300 were possible.
//   - Each page brings requests for its parts within a second: style, script, pictures. The median page of the web asks for some 70
//     (HTTP Archive, state of the web, 2024; cited from memory); that the last of them counts, and when it comes, is assumed.
//   - Presses: of those who come, 15 % press by hand after a minute in the mean, the page of the others goes in by itself
//     within seconds (assumed for the first check of how calls count; since then the countdown of the page is 2 s).
//   - Who does not come: 3 to 18 % of the called, and more the longer they have waited, up to 60 % (assumed for the checks of
//     the wait; 40 and 60 % are the outsider's measurement). The mornings of docs/mornings.md have 15 to 30 %.
//   - Timers of a hidden tab run once a minute: Chrome since version 88 ("intensive throttling", after five minutes).
//   - Programs that keep no cookie: twelve a minute, one a second: what stood in the way of citizens when it was measured from
//     outside. Real bots come in every number.

// hiddenTimer is how rarely timers of a hidden tab run.
const hiddenTimer = Minute

// Habit is what somebody does.
type Habit struct {
	// NoShow: the page stays open, and nobody presses when the turn comes.
	NoShow bool
	// Hidden: the page is in the background while its owner waits.
	Hidden bool
	// Press is how long it takes from the page's call to the press.
	Press func(Dice) int64
	// Quits is after how long somebody closes the page who has not been called by then, for good; nil: nobody does.
	Quits func(Dice) int64
	// Returns is after how long somebody closes the page who has not been called, and for how long; nil: nobody does.
	Returns func(Dice) (after, span int64)
	// Beacon: a page that is closed says so. Pages that are killed, or lose the network, say nothing.
	Beacon bool
	// Visit are the times between the pages that are asked for inside; after the last one somebody goes.
	Visit func(Dice) []int64
	// Finishes: the visit ends with the site's confirmation, from which a site that knows of the room, or a rule, knows its end.
	Finishes bool
	// Cookieless: whatever is given is lost at once.
	Cookieless bool
	// Deaf: the page is closed before it asks for the first time.
	Deaf bool
}

// PartsAfter is how long after a page the last of its parts are asked for.
func PartsAfter(d Dice) int64 { return d.Between(100, 900) }

// Countdown is how long the page waits before it goes in by itself, where somebody is looking at it.
func Countdown(d Dice) int64 { return d.Between(2*Second, 2500) }

// Promptly presses within seconds, most people at once.
func Promptly(d Dice) int64 { return 500 + min(d.About(4*Second), Minute) }

// ByHand is the countdown for most people; the others are called back by the tab's title or a sound.
func ByHand(d Dice) int64 {
	if d.Chance(15) {
		return min(d.About(Minute), 150*Second)
	}
	return Countdown(d)
}

// Steady is a visit of two minutes with a page each ten seconds.
func Steady(Dice) []int64 { return slices.Repeat([]int64{10 * Second}, 12) }

// Portal is a visit of six pages, the form ten times as long as the others: two minutes in the mean.
func Portal(d Dice) []int64 {
	const think = 8 * Second
	return []int64{d.About(think), d.About(think), d.About(think), d.About(10 * think), d.About(think), d.About(think)}
}

// Browse is a visit of as many pages as please: four in the mean, half a minute each in the mean.
func Browse(d Dice) []int64 {
	pages := []int64{d.Weibull(30*Second, 0.7)}
	for d.Chance(75) {
		pages = append(pages, d.Weibull(30*Second, 0.7))
	}
	return pages
}

// OneForm is a visit to one form that takes nearly all of two minutes.
func OneForm(d Dice) []int64 {
	return []int64{d.Between(5, 15) * Second, d.Between(80, 120) * Second, 10 * Second}
}

// Mixed are visits of forty seconds by half of the people, of two minutes by a third, of six by the rest: two in the mean.
func Mixed(d Dice) []int64 {
	switch n := d.IntN(6); {
	case n < 3:
		return slices.Repeat([]int64{10 * Second}, 4)
	case n < 5:
		return Steady(d)
	default:
		return []int64{30 * Second, 300 * Second, 30 * Second}
	}
}

// Briefly is a visit of a few quick pages.
func Briefly(d Dice) []int64 {
	return []int64{d.Between(5, 20) * Second, d.Between(10, 60) * Second, d.Between(5, 20) * Second}
}

// Form is a few pages, a form of three to eight minutes, and a confirmation.
func Form(d Dice) []int64 {
	return []int64{d.Between(5, 20) * Second, d.Between(5, 30) * Second, d.Between(3*Minute, 8*Minute), Second}
}

// LongForm is a form of a quarter of an hour: papers are looked for, and nothing is asked of the site meanwhile.
func LongForm(d Dice) []int64 {
	return []int64{d.Between(5, 20) * Second, d.Between(13*Minute, 17*Minute), Second}
}

// Reader comes for a page and reads it for eight to nine and a half minutes before the next one.
func Reader(d Dice) []int64 {
	return []int64{d.Between(5, 20) * Second, d.Between(8*Minute, 570*Second), d.Between(5, 20) * Second}
}

// OnePage sees the first page and goes after ten seconds.
func OnePage(Dice) []int64 { return []int64{10 * Second} }

// Shape is a kind of visit.
type Shape struct {
	Name  string
	Visit func(Dice) []int64
	// Page is the longest time on one page, as somebody who knows the site would say it.
	Page int64
}

// Shapes are five kinds of visits of two minutes in the mean.
func Shapes() []Shape {
	return []Shape{
		{"a page each ten seconds", Steady, 15 * Second},
		{"six pages, the form ten times as long", Portal, 4 * Minute},
		{"as many pages as please", Browse, 3 * Minute},
		{"one form", OneForm, 2 * Minute},
		{"40 s, 2 and 6 minutes mixed", Mixed, 5 * Minute},
	}
}

// Visitor is somebody who comes in when called and stays to the confirmation.
func Visitor(visit func(Dice) []int64) func(Dice) Habit {
	return func(Dice) Habit { return Habit{Press: Promptly, Visit: visit, Finishes: true} }
}

// NoShows are people of whom so many of a hundred never come when they are called.
func NoShows(percent int, of func(Dice) Habit) func(Dice) Habit {
	return func(d Dice) Habit {
		h := of(d)
		h.NoShow = d.Chance(percent)
		return h
	}
}

// Unfinished are people of whom so many of a hundred make another visit, which never ends with a confirmation.
func Unfinished(percent int, visit func(Dice) []int64, of func(Dice) Habit) func(Dice) Habit {
	return func(d Dice) Habit {
		h := of(d)
		if d.Chance(percent) {
			h.Visit, h.Finishes = visit, false
		}
		return h
	}
}

// Everybody is a crowd of all kinds: a tenth gives up in the line, half of them with a beacon; a tenth closes the page and
// comes back within a quarter of an hour; a fifth waits in a background tab; a tenth never comes when called; visits are quick,
// ordinary, long and very long.
func Everybody(d Dice) Habit {
	visits := []func(Dice) []int64{Briefly, Steady, Portal, Browse, OneForm, Form, Reader, LongForm}
	h := Habit{Press: ByHand, Visit: visits[d.IntN(len(visits))], Finishes: d.Chance(80), Hidden: d.Chance(20), Beacon: d.Chance(50)}
	switch n := d.IntN(10); n {
	case 0:
		h.Quits = func(d Dice) int64 { return d.About(10 * Minute) }
	case 1:
		h.Returns = func(d Dice) (after, span int64) { return d.About(5 * Minute), d.Between(Minute, 15*Minute) }
	case 2:
		h.NoShow = true
	}
	return h
}

// Ghost keeps no cookie: each of its requests is a new arrival.
func Ghost(Dice) Habit { return Habit{Cookieless: true} }

// Unclaimed waits with its page open, and nobody presses.
func Unclaimed(Dice) Habit { return Habit{NoShow: true} }

// Parked takes a ticket and is never heard of again.
func Parked(Dice) Habit { return Habit{Deaf: true} }
