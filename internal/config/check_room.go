package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/route"
	"github.com/einlass/einlass/pkg/queue"
)

// idForm is the form of a room's id. It stands in cookie names, store keys and metric labels.
// markup is what a page would show as it stands.
var markup = regexp.MustCompile(`<[A-Za-z/!]|&[a-z#0-9]+;`)

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// maxRooms bounds what one process serves and what metrics are labelled with.
const maxRooms = 1000

// longest is the longest time that a store accepts.
const longest = 366 * 24 * time.Hour

func (ch *checker) rooms(c *Config) {
	if len(c.Rooms) == 0 {
		ch.bad("rooms", "no room is configured; want at least one with id and backend.url")
	}
	if len(c.Rooms) > maxRooms {
		ch.bad("rooms", "%d rooms are more than %d", len(c.Rooms), maxRooms)
		return
	}
	ids := map[string]int{}
	for i := range c.Rooms {
		r, at := &c.Rooms[i], fmt.Sprintf("rooms[%d]", i)
		if first, taken := ids[r.ID]; taken && r.ID != "" {
			ch.bad(at+".id", "%q is already rooms[%d].id", r.ID, first)
		} else {
			ids[r.ID] = i
		}
		ch.room(r, at)
		ch.finish(at+".finish", r.Finish, c.Prefix)
		ch.outcomes(at+".bookings", r.Bookings, c.Prefix)
		ch.outcomes(at+".frees", r.Frees, c.Prefix)
		ch.commands(at+".commands", r.Commands)
		ch.schedule(at+".schedule", &r.Schedule)
		ch.draw(at+".draw", &r.Draw)
		ch.home(c, r, at)
		ch.links(c, r, at+".links")
		ch.backend(&r.Backend, at+".backend")
		ch.notItself(c, &r.Backend, at+".backend")
	}
	ch.routes(c)
}

func (ch *checker) room(r *Room, at string) {
	key := func(name string) string { return at + "." + name }
	switch {
	case r.ID == "":
		ch.bad(key("id"), "is missing; want 1 to 32 lower-case letters, digits and hyphens, not a hyphen first")
	case !idForm.MatchString(r.ID):
		ch.bad(key("id"), "%q is not 1 to 32 lower-case letters, digits and hyphens, not a hyphen first", r.ID)
	}
	ch.line(key("title"), r.Title, 120)
	ch.plain(key("message"), r.Message, 2000)
	ch.line(key("contact"), r.Contact, 200)
	ch.line(key("site_name"), r.SiteName, 60)
	if markup.MatchString(r.SiteName) {
		ch.bad(key("site_name"), "has HTML, which would be read as it stands; want plain text: Die Terminbuchung")
	}
	ch.hook(r.SMS.URL, r.SMS.SecretFile, key("sms"))
	between(ch, key("close_at"), r.CloseAt, 0, queue.MaxInsideLimit, " (0: never)")
	between(ch, key("pace.rate"), r.Pace.Rate, 0, queue.MaxRate, " entries per minute")
	between(ch, key("pace.max_inside"), r.Pace.MaxInside, 0, queue.MaxInsideLimit, " (0: no bound)")
	between(ch, key("pace.burst"), r.Pace.Burst, 0, queue.MaxBurst, " entries (0: one second's worth)")
	ch.oneOf(key("pace.inside"), r.Pace.Inside, InsideExpected, InsideStrict)
	ch.oneOf(key("pace.health"), r.Pace.Health, string(queue.HealthAct), string(queue.HealthAdvise), string(queue.HealthOff))
	ch.oneOf(key("mode"), r.Mode, string(queue.ModeRun), string(queue.ModePause), string(queue.ModeOpen))
	ch.oneOf(key("on_store_failure"), r.OnStoreFailure, "hold", "local", "open")
	ch.roomTimes(r, key)
	ch.prefixes(key("session.quiet"), r.Session.Quiet)
	ch.prefixes(key("once"), r.Once)
	for i, tag := range r.Languages {
		at := fmt.Sprintf("%s[%d]", key("languages"), i)
		switch {
		// With a folder it is asked when it is read.
		case r.Pages == "" && ch.languages != nil && !slices.Contains(ch.languages, tag):
			ch.bad(at, "there are no pages in %q; want some of %s", tag, strings.Join(ch.languages, ", "))
		case slices.Contains(r.Languages[:i], tag):
			ch.bad(at, "%q is given twice", tag)
		}
	}
}

func (ch *checker) roomTimes(r *Room, key func(string) string) {
	between(ch, key("poll.min"), r.Poll.Min, 100*time.Millisecond, time.Minute, "")
	between(ch, key("poll.max"), r.Poll.Max, max(r.Poll.Min, 100*time.Millisecond), 2*time.Minute, " (from poll.min)")
	between(ch, key("session.idle"), r.Session.Idle, time.Second, 24*time.Hour, "")
	offOr(ch, key("session.max"), r.Session.Max, max(r.Session.Idle, time.Second), longest, " (from session.idle)")
	between(ch, key("session.resume"), r.Session.Resume, 0, 24*time.Hour, "")
	ch.active(r, key("session.active"))
	between(ch, key("session.page"), r.Session.Page, 0, r.Session.Idle, " (to session.idle, which 0 stands for)")
	offOr(ch, key("session.visit"), r.Session.Visit, time.Second, max(r.Timing().Max, time.Second), " (to session.max)")
	between(ch, key("session.form_grace"), r.Session.FormGrace, 0, 24*time.Hour, "")
	between(ch, key("claim_window"), r.ClaimWindow, max(time.Second, r.Poll.Max), 24*time.Hour,
		" (from poll.max: a waiting page must hear of its call in time)")
	offOr(ch, key("entry"), r.Entry, 3*time.Second, time.Minute, " (whoever is told must have time to hear it)")
	between(ch, key("absent_after"), r.AbsentAfter, 5*time.Minute, 24*time.Hour, " (browsers and phones pause pages in the background)")
	between(ch, key("confirm_within"), r.ConfirmWithin, 12*time.Second, 4*time.Minute, " (a page without script asks every 10s at the door)")
	between(ch, key("ticket_life"), r.TicketLife, max(r.AbsentAfter, r.ClaimWindow, r.Session.Idle), longest,
		" (from absent_after, claim_window and session.idle)")
	for _, t := range []struct {
		name    string
		d, unit time.Duration
	}{
		{"poll.min", r.Poll.Min, time.Millisecond},
		{"poll.max", r.Poll.Max, time.Millisecond},
		{"session.idle", r.Session.Idle, time.Second}, // tokens count in seconds
		{"session.max", r.Session.Max, time.Second},
		{"session.resume", r.Session.Resume, time.Second},
		{"session.page", r.Session.Page, time.Second},
		{"session.visit", r.Session.Visit, time.Second},
		{"session.form_grace", r.Session.FormGrace, time.Second},
		{"claim_window", r.ClaimWindow, time.Second},
		{"entry", r.Entry, time.Second},
		{"absent_after", r.AbsentAfter, time.Second},
		{"confirm_within", r.ConfirmWithin, time.Second},
		{"ticket_life", r.TicketLife, time.Second},
	} {
		ch.whole(key(t.name), t.d, t.unit)
	}
}

// active checks that a stay stops counting in full where another chance begins: at an age that chances are learned for, or at the
// stay's end. What is longer than the stay is cut, see Room.cuts.
func (ch *checker) active(r *Room, path string) {
	active := r.Session.Active
	if active >= r.Session.Idle || slices.Contains(queue.CurveEdges(), active) {
		return
	}
	var accepted []string
	for _, edge := range queue.CurveEdges() {
		accepted = append(accepted, edge.String())
	}
	ch.bad(path, "%v is not accepted; want %s or session.idle", active, strings.Join(accepted, ", "))
}

// prefixes checks prefixes of paths, in the form of a room's paths.
func (ch *checker) prefixes(at string, paths []string) {
	for i, path := range paths {
		if _, err := route.ParseRule(path); err != nil {
			ch.bad(fmt.Sprintf("%s[%d]", at, i), "%q %v", path, err)
		}
	}
}
