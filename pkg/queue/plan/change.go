package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/einlass/einlass/pkg/queue"
)

// change is a Change that was read: the rule as it is on its date.
type change struct {
	date date
	skip bool
	rule opening
}

// readChanges reads what single openings do otherwise.
func (c *Calendar) readChanges(r *reader, changes []Change) {
	if len(changes) > queue.MaxOpenings {
		r.bad("changes", ProblemCount, len(changes), queue.MaxOpenings)
	}
	c.changes = map[string]change{}
	for i := range changes {
		r.at = fmt.Sprintf("changes[%d].", i)
		name := changes[i].Opening
		d, rule := c.named(name)
		switch _, twice := c.changes[name]; {
		case twice:
			r.bad("opening", ProblemOpeningTwice, name)
		case rule == nil:
			r.bad("opening", ProblemOpeningUnknown, name)
		default:
			as := r.changed(*rule, &changes[i])
			if w := c.readWho(r, changes[i].Who); w.named() {
				as.who = w
			}
			c.changes[name] = change{d, changes[i].Skip, as}
		}
	}
	r.at = ""
}

// named is the date and the rule of an opening by its name; nil: no rule has it.
func (c *Calendar) named(name string) (d date, rule *opening) {
	day, _, _ := strings.Cut(name, " ")
	d, err := parseDate(day)
	if err != nil {
		return 0, nil
	}
	for i := range c.openings {
		if o := &c.openings[i]; o.on(d) && o.name(d) == name {
			return d, o
		}
	}
	return 0, nil
}

// changed is the rule as a change makes it.
func (r *reader) changed(rule opening, ch *Change) opening {
	out := rule
	out.path = strings.TrimSuffix(r.at, ".")
	if ch.Start != "" {
		out.start, _ = r.clock("start", ch.Start, true)
	}
	r.changedEdge("lobby", ch.Lobby, &out.lobby, &out.hasLobby)
	r.changedEdge("end", ch.End, &out.end, &out.hasEnd)
	overnight := rule.hasLobby && !rule.lobby.earlier(rule.start)
	if ch.Lobby == "" && rule.hasLobby && !overnight && !out.lobby.earlier(out.start) {
		out.hasLobby = false
	}
	if out.hasLobby && out.lobby == out.start {
		r.bad("lobby", ProblemLobbyAtStart, out.lobby)
	}
	if ch.End == "" && rule.hasEnd && rule.start.earlier(rule.end) && !out.start.earlier(out.end) {
		r.bad("start", ProblemStartAfterEnd, out.start, out.end)
	}
	for _, n := range []struct {
		key  string
		from *int64
		to   *int64
	}{{"quota", ch.Quota, &out.quota}, {"standby", ch.Standby, &out.standby}, {"close_at", ch.CloseAt, &out.closeAt}} {
		if n.from != nil {
			r.bound(n.key, *n.from, 0)
			*n.to = *n.from
		}
	}
	r.changedReleases(&out, ch)
	if out.quota == 0 {
		if ch.Standby != nil && *ch.Standby > 0 || len(ch.More) > 0 {
			r.bad("quota", ProblemQuotaMissing)
		}
		out.more, out.standby = nil, 0
	}
	return out
}

// changedEdge reads another lobby or end.
func (r *reader) changedEdge(key, text string, to *clock, has *bool) {
	switch text {
	case "":
	case None:
		*has = false
	default:
		*to, *has = r.clock(key, text, true)
	}
}

// changedReleases puts the releases of a change among those of the rule. What is not after a new start is given with it, whoever wrote it
// down and when, and what a new end leaves no time for is not given at all.
func (r *reader) changedReleases(out *opening, ch *Change) {
	all := slices.Clone(out.more)
	for i := range ch.More {
		key := fmt.Sprintf("more[%d]", i)
		at, ok := r.clock(key+".at", ch.More[i].At, true)
		r.bound(key+".quota", ch.More[i].Quota, 0)
		if ok && ch.Start == "" && !out.start.earlier(at) {
			r.bad(key+".at", ProblemReleaseEarly, at, out.start)
		}
		if ok && out.endsBefore(at) {
			r.bad(key+".at", ProblemReleaseLate, at, out.end)
		}
		all = slices.DeleteFunc(all, func(m release) bool { return m.at == at })
		if ch.More[i].Quota > 0 {
			all = append(all, release{at, ch.More[i].Quota})
		}
	}
	slices.SortStableFunc(all, func(a, b release) int { return int(a.at - b.at) })
	out.more, out.early = nil, nil
	total := out.quota
	for _, m := range all {
		switch {
		case !out.start.earlier(m.at) && out.quota > 0:
			out.quota += m.quota
			out.early = append(out.early, m)
		case !out.endsBefore(m.at):
			out.more = append(out.more, m)
		}
		total += m.quota
	}
	if total > queue.MaxInsideLimit {
		r.bad("more", ProblemReleaseSum, total, queue.MaxInsideLimit)
	}
}

// CloseAt is at how many places the door of an opening closes by the schedule; 0: it does not say, as a nil calendar.
func (c *Calendar) CloseAt(opening string) int64 {
	if c == nil {
		return 0
	}
	if ch, changed := c.changes[opening]; changed {
		return ch.rule.closeAt
	}
	if _, rule := c.named(opening); rule != nil {
		return rule.closeAt
	}
	return 0
}
