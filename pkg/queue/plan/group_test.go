package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// grouped is a day for those over 80 in the morning and everybody in the afternoon.
func grouped() *Schedule {
	return &Schedule{
		Zone:      "Europe/Berlin",
		Groups:    []Group{{Name: "over80", Title: "80 und älter", Ask: "Fragen: 06232 14-0", Share: 3}, {Name: "staff"}},
		Everybody: Rest{Share: 2},
		Who:       []string{"staff"},
		Openings: []Opening{
			{Days: []string{"monday"}, Start: "08:00", End: "12:00", Who: []string{"over80", "staff"}},
			{Days: []string{"monday"}, Lobby: "13:30", Start: "14:00", End: "18:00", Who: []string{Everybody}},
			{Days: []string{"tuesday"}, Start: "08:00", End: "12:00"},
		},
		Changes: []Change{{Opening: "2026-12-15 08:00", Who: []string{"over80"}}},
	}
}

func TestTheDoorOfAnOpeningLetsItsGroupsIn(t *testing.T) {
	c := mustParse(t, grouped())
	for name, want := range map[string]string{
		"2026-12-07 08:00": "over80 staff", "2026-12-07 14:00": "over80 staff everybody", "2026-12-08 08:00": "staff",
		"2026-12-15 08:00": "over80", "": "staff", "schedule": "staff", "2026-12-09 08:00": "staff",
	} {
		d := c.Door(name)
		var got []string
		for _, g := range d.Groups {
			got = append(got, g.Name)
		}
		if d.Open() {
			got = append(got, Everybody)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("to %q come %s, want %s", name, s, want)
		}
		for _, g := range []string{"over80", "staff", Everybody} {
			if d.Lets(g) != slices.Contains(got, g) {
				t.Errorf("to %q: %s %v", name, g, d.Lets(g))
			}
		}
	}
	d := c.Door("2026-12-07 08:00")
	if want := (DoorGroup{Name: "over80", Title: "80 und älter", Ask: "Fragen: 06232 14-0", Lane: 1}); d.Groups[0] != want {
		t.Errorf("%+v", d.Groups[0])
	}
	if g := d.Groups[1]; g.Title != "staff" || g.Lane != 2 {
		t.Errorf("%+v", g)
	}
}

func TestWithoutAScheduleOrGroupsEverybodyMayCome(t *testing.T) {
	var none *Calendar
	plain := mustParse(t, &Schedule{Zone: "UTC", Openings: []Opening{{Days: []string{"monday"}, Start: "08:00"}}})
	for _, c := range []*Calendar{none, plain} {
		if d := c.Door("2026-12-07 08:00"); !d.Open() || len(d.Groups) != 0 || !d.Lets(Everybody) || d.Lets("over80") {
			t.Errorf("%+v", d)
		}
		if lane, ok := c.Lane(Everybody); lane != 0 || !ok {
			t.Errorf("everybody stands in lane %d, %v", lane, ok)
		}
		if _, ok := c.Lane("over80"); ok || len(c.Groups()) != 0 {
			t.Error("there is a group")
		}
	}
}

func TestALaneIsThePositionOfItsGroup(t *testing.T) {
	c := mustParse(t, grouped())
	for name, want := range map[string]uint8{Everybody: 0, "over80": 1, "staff": 2} {
		if lane, ok := c.Lane(name); lane != want || !ok {
			t.Errorf("%s stands in lane %d, %v", name, lane, ok)
		}
	}
	if _, ok := c.Lane("nobody"); ok || len(c.Groups()) != 2 {
		t.Errorf("groups are %+v", c.Groups())
	}
}

func TestWhatIsWrongWithGroupsIsToldByItsPath(t *testing.T) {
	for name, tc := range map[string]struct {
		change     func(*Schedule)
		path, text string
	}{
		"no name":       {func(s *Schedule) { s.Groups[0].Name = "" }, "groups[0].name", "want 1 to 32 of a-z, 0-9 and -"},
		"a wrong name":  {func(s *Schedule) { s.Groups[0].Name = "Über80" }, "groups[0].name", "want 1 to 32"},
		"a long name":   {func(s *Schedule) { s.Groups[0].Name = strings.Repeat("a", 33) }, "groups[0].name", "want 1 to 32"},
		"everybody":     {func(s *Schedule) { s.Groups[1].Name = Everybody }, "groups[1].name", "those in no group"},
		"a twin":        {func(s *Schedule) { s.Groups[1].Name = "over80" }, "groups[1].name", "twice"},
		"a long title":  {func(s *Schedule) { s.Groups[0].Title = strings.Repeat("ä", 41) }, "groups[0].title", "at most 80"},
		"lines":         {func(s *Schedule) { s.Groups[0].Title = "a\nb" }, "groups[0].title", "plain text in one line"},
		"a long ask":    {func(s *Schedule) { s.Groups[0].Ask = strings.Repeat("x", 201) }, "groups[0].ask", "at most 200"},
		"no text":       {func(s *Schedule) { s.Groups[0].Ask = "\xff" }, "groups[0].ask", "plain text"},
		"a share":       {func(s *Schedule) { s.Groups[0].Share = 1001 }, "groups[0].share", "want 1 to 1000"},
		"a share below": {func(s *Schedule) { s.Groups[0].Share = -1 }, "groups[0].share", "want 1 to 1000"},
		"the rest":      {func(s *Schedule) { s.Everybody.Share = 1001 }, "everybody.share", "want 1 to 1000"},
		"who":           {func(s *Schedule) { s.Who[0] = "others" }, "who[0]", "want everybody, over80, staff"},
		"who twice":     {func(s *Schedule) { s.Who = []string{"staff", "staff"} }, "who[1]", "twice"},
		"who comes":     {func(s *Schedule) { s.Openings[0].Who[1] = "others" }, "openings[0].who[1]", "want everybody, over80, staff"},
		"who on a day":  {func(s *Schedule) { s.Changes[0].Who[0] = "others" }, "changes[0].who[0]", "want everybody, over80, staff"},
		"too many":      {func(s *Schedule) { s.Groups = make([]Group, 8) }, "groups", "want at most 7"},
		"nobody to part": {func(s *Schedule) {
			*s = Schedule{Zone: "UTC", Openings: s.Openings[1:2], Everybody: s.Everybody}
		}, "everybody", "without groups"},
		"no opening":   {func(s *Schedule) { *s = Schedule{Zone: "UTC"} }, "openings", "want 1 to 64"},
		"between none": {func(s *Schedule) { s.Openings, s.Changes, s.Between = nil, nil, Line }, "between", "without openings"},
	} {
		s := grouped()
		tc.change(s)
		_, problems := Parse(s)
		if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Path == tc.path && strings.Contains(p.Text, tc.text) }) {
			t.Errorf("%s: %s", name, fmt.Sprint(problems))
		}
	}
}

func TestAChangeOfWhoComesIsKeptWithOthers(t *testing.T) {
	now := time.Date(2026, 12, 7, 7, 0, 0, 0, time.UTC)
	s := grouped().With(Change{Opening: "2026-12-15 08:00", End: "11:00"}, now)
	if got := s.Changes[0]; got.End != "11:00" || !slices.Equal(got.Who, []string{"over80"}) {
		t.Errorf("%+v", got)
	}
	s = s.With(Change{Opening: "2026-12-15 08:00", Who: []string{Everybody}}, now)
	d := mustParse(t, &s).Door("2026-12-15 08:00")
	if !d.Open() {
		t.Errorf("%+v", d)
	}
	only := Change{Who: []string{"staff"}}
	if only.Empty() {
		t.Error("a change of who may come is no change")
	}
}
