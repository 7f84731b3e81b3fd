package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/einlass/einlass/pkg/queue"
)

// Everybody names, among groups, whoever is in none. They stand in lane 0.
const Everybody = "everybody"

// Group is a part of the people: those with its codes or invitations. Its places stand in a lane of their own, which is the position of the
// group in the schedule + 1.
type Group struct {
	// Name is what openings, codes and invitations call it.
	Name string `json:"name" yaml:"name"`
	// Title is what visitors read, as plain text; empty: the name. Ask says where to ask for a code.
	Title string `json:"title,omitempty" yaml:"title"`
	Ask   string `json:"ask,omitempty" yaml:"ask"`
	// Share is its weight among the lanes that have places, default 1.
	Share int64 `json:"share,omitempty" yaml:"share"`
}

// Rest are the people in no group.
type Rest struct {
	// Share is as that of a Group.
	Share int64 `json:"share,omitempty" yaml:"share"`
}

// Bounds of groups, in bytes. Those of a share are the bounds of a weight in the plan of a room.
const (
	MaxGroups = queue.Lanes - 1
	MaxTitle  = 80
	MaxAsk    = 200
	mostShare = 1000
)

// Door says who may come.
type Door struct {
	// Groups are those that may, in the order of the schedule. Everybody: whoever is in no group may come too, and so may every group.
	Groups    []DoorGroup
	Everybody bool
}

// DoorGroup is a group at the door.
type DoorGroup struct {
	Name, Title, Ask string
	Lane             uint8
}

// Open reports whether everybody may come.
func (d Door) Open() bool { return d.Everybody }

// Lets reports whether a group may come; Everybody asks for those in none.
func (d Door) Lets(group string) bool {
	if group == Everybody {
		return d.Everybody
	}
	return slices.ContainsFunc(d.Groups, func(g DoorGroup) bool { return g.Name == group })
}

// who is a list of groups that was read: by lane, 0 for everybody. No lane: nobody is named.
type who [queue.Lanes]bool

func (w who) named() bool { return w != who{} }

// Door is who may come to an opening, by its name. Any other name has what the schedule says of openings that do not say; a nil
// calendar lets everybody in.
func (c *Calendar) Door(opening string) Door {
	if c == nil {
		return Door{Everybody: true}
	}
	if ch, changed := c.changes[opening]; changed {
		return c.doorOf(ch.rule.who)
	}
	if _, rule := c.named(opening); rule != nil {
		return c.doorOf(rule.who)
	}
	return c.doorOf(who{})
}

func (c *Calendar) doorOf(w who) (d Door) {
	if !w.named() {
		w = c.who
	}
	d.Everybody = w[0] || !w.named()
	for i, g := range c.groups {
		if d.Everybody || w[i+1] {
			d.Groups = append(d.Groups, c.atDoor(uint8(i+1), g))
		}
	}
	return d
}

func (c *Calendar) atDoor(lane uint8, g Group) DoorGroup {
	if g.Title == "" {
		g.Title = g.Name
	}
	return DoorGroup{Name: g.Name, Title: g.Title, Ask: g.Ask, Lane: lane}
}

// Lane is the one of a group; false: there is no such group. Everybody has lane 0, in a nil calendar too.
func (c *Calendar) Lane(group string) (lane uint8, ok bool) {
	if group == Everybody {
		return 0, true
	}
	if c == nil {
		return 0, false
	}
	i := slices.IndexFunc(c.groups, func(g Group) bool { return g.Name == group })
	return uint8(i + 1), i >= 0
}

// Groups are all of the schedule, in order.
func (c *Calendar) Groups() (all []DoorGroup) {
	if c == nil {
		return nil
	}
	for i, g := range c.groups {
		all = append(all, c.atDoor(uint8(i+1), g))
	}
	return all
}

// Who says who may come through a door, each with its share of the pace; empty where the schedule has no groups.
func (c *Calendar) Who(d Door) string {
	if c == nil || len(c.groups) == 0 {
		return ""
	}
	weights := c.weights()
	var parts []string
	if d.Everybody {
		if weights == queue.NewOpening().Weights {
			return Everybody
		}
		parts = append(parts, fmt.Sprintf("%s (share %d)", Everybody, weights[0]))
	}
	for _, g := range d.Groups {
		parts = append(parts, fmt.Sprintf("%s (share %d)", g.Name, weights[g.Lane]))
	}
	return strings.Join(parts, ", ")
}

// whoComes says who may come from a step of an opening on.
func (c *Calendar) whoComes(s *queue.Step) string {
	if c == nil || s.Phase != queue.PhaseLobby && s.Phase != queue.PhaseOpen {
		return ""
	}
	if len(c.openings) > 0 && !c.has(s.Opening) {
		return "" // it puts a changed schedule in force
	}
	return c.Who(c.Door(s.Opening))
}

// weights are those of the lanes: of everybody, and of each group. A lane of none weighs 1.
func (c *Calendar) weights() (all [queue.Lanes]int64) {
	for i := range all {
		all[i] = 1
	}
	all[0] = max(1, c.rest)
	for i, g := range c.groups {
		all[i+1] = max(1, g.Share)
	}
	return all
}

var groupName = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// readGroups reads the groups of a schedule, and who comes where an opening does not say.
func (c *Calendar) readGroups(r *reader, s *Schedule) {
	if len(s.Groups) > MaxGroups {
		r.bad("groups", ProblemCount, len(s.Groups), MaxGroups)
		return
	}
	for i, g := range s.Groups {
		r.at = fmt.Sprintf("groups[%d].", i)
		switch {
		case g.Name == Everybody:
			r.bad("name", ProblemGroupEverybody, Everybody)
		case !groupName.MatchString(g.Name):
			r.bad("name", ProblemGroupName, g.Name)
		case slices.ContainsFunc(s.Groups[:i], func(h Group) bool { return h.Name == g.Name }):
			r.bad("name", ProblemTwice, g.Name)
		}
		r.plain("title", g.Title, MaxTitle)
		r.plain("ask", g.Ask, MaxAsk)
		r.share("share", g.Share)
		c.groups = append(c.groups, g)
	}
	r.at = ""
	r.share("everybody.share", s.Everybody.Share)
	c.rest = s.Everybody.Share
	if s.Everybody != (Rest{}) && len(s.Groups) == 0 {
		r.bad("everybody", ProblemGroupsMissing)
	}
	c.who = c.readWho(r, s.Who)
}

// readWho reads who comes to an opening.
func (c *Calendar) readWho(r *reader, names []string) (w who) {
	for i, name := range names {
		lane, ok := c.Lane(name)
		switch at := fmt.Sprintf("who[%d]", i); {
		case !ok:
			r.bad(at, ProblemGroupUnknown, name, strings.Join(c.accepted(), ", "))
		case w[lane]:
			r.bad(at, ProblemTwice, name)
		default:
			w[lane] = true
		}
	}
	return w
}

func (c *Calendar) accepted() []string {
	names := []string{Everybody}
	for _, g := range c.groups {
		names = append(names, g.Name)
	}
	return names
}

func (r *reader) share(key string, n int64) {
	if n < 0 || n > mostShare {
		r.bad(key, ProblemRange, n, 1, mostShare)
	}
}

// plain refuses what is no line of text.
func (r *reader) plain(key, text string, most int) {
	switch {
	case len(text) > most:
		r.bad(key, ProblemLong, len(text), most)
	case !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl):
		r.bad(key, ProblemControl)
	}
}
