package plan

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/einlass/einlass/pkg/queue"
)

// room applies steps as stores do.
type room struct {
	opening queue.Opening
	plan    []queue.Step
	log     []string
	again   string // an opening whose lobby began twice
}

func newRoom() *room { return &room{opening: queue.NewOpening()} }

func (r *room) tick(now time.Time) {
	for _, s := range queue.InOrder(r.plan) {
		if s.At > now.UnixMilli() || s.Rank <= r.opening.Done[s.Opening].Rank {
			continue
		}
		o := &r.opening
		if s.Phase == queue.PhaseLobby && o.Phase == s.Phase && o.Name == s.Opening {
			r.again = s.Opening // stores begin a new lobby, and forget who is in the one before
		}
		o.Cursor++
		o.Done[s.Opening] = queue.Done{Rank: s.Rank, Cursor: o.Cursor}
		if s.SetQuota {
			o.Quota, o.Per, o.Standby = s.Quota, s.Per, s.Standby
			if s.Reset {
				o.Booked = 0
			}
		}
		if s.SetShare {
			o.Share = s.Share
		}
		if s.SetWeights {
			o.Weights = s.Weights
		}
		if s.Phase != o.Phase || s.Floor {
			floor := ""
			if s.Floor {
				floor = ", the line ends"
			}
			r.log = append(r.log, fmt.Sprintf("%s %v%s", now.Format("02 15:04"), s.Phase, floor))
		}
		o.Phase, o.Name = s.Phase, s.Opening
	}
}

// next is what a gateway does now and then.
func (r *room) next(c *Calendar, now time.Time) {
	r.plan = Next(c, Past{r.plan, &r.opening}, now)
}

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func mustParse(t testing.TB, s *Schedule) *Calendar {
	t.Helper()
	c, problems := Parse(s)
	if len(problems) > 0 {
		t.Fatalf("%+v: %v", s, problems)
	}
	return c
}

func contingents() *Schedule {
	return &Schedule{Zone: "Europe/Berlin", Openings: []Opening{{
		Dates: []string{"2026-12-01", "2026-12-02"}, Lobby: "07:00", Start: "08:00", End: "18:00", Quota: 625, Standby: 800,
		More:    []Release{{"11:00", 625}, {"14:00", 625}, {"17:00", 625}},
		Profile: []Point{{"0s", 50}, {"5m", 100}}, CarryOver: true,
	}}}
}

func TestADayOfFourContingents(t *testing.T) {
	c := mustParse(t, contingents())
	zone := berlin(t)
	r := newRoom()
	quotas := map[string]int64{}
	for now := time.Date(2026, 12, 1, 0, 0, 0, 0, zone); now.Day() < 4; now = now.Add(5 * time.Minute) {
		r.next(c, now)
		r.tick(now)
		quotas[now.Format("02 15:04")] = r.opening.Quota
		if err := (&queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Burst: 1}, Timing: queue.DefaultTiming(), Plan: r.plan}).Validate(); err != nil {
			t.Fatalf("%v: %v", now, err)
		}
	}
	want := []string{"01 00:00 closed", "01 07:00 lobby", "01 08:00 open", "01 18:00 closed", "02 07:00 lobby", "02 08:00 open", "02 18:00 closed"}
	if !slices.Equal(r.log, want) {
		t.Errorf("got %q, want %q", r.log, want)
	}
	for at, want := range map[string]int64{"01 07:00": 625, "01 10:55": 625, "01 11:00": 1250, "01 14:00": 1875, "01 17:00": 2500, "02 07:00": 625} {
		if quotas[at] != want {
			t.Errorf("quota at %s: got %d, want %d", at, quotas[at], want)
		}
	}
}

func TestAnOpeningHappensOnceADateOnTheDaysOnWhichClocksChange(t *testing.T) {
	zone := berlin(t)
	for _, tt := range []struct{ start, day, want string }{
		{"02:30", "2027-03-28", "2027-03-28T03:30:00+02:00"}, // there is no 02:30
		{"02:30", "2026-10-25", "2026-10-25T02:30:00+02:00"}, // there are two
		{"03:00", "2027-03-28", "2027-03-28T03:00:00+02:00"},
		{"03:00", "2026-10-25", "2026-10-25T03:00:00+01:00"},
		{"01:59", "2026-10-25", "2026-10-25T01:59:00+02:00"},
	} {
		c := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{{Days: []string{"sunday"}, Start: tt.start}}})
		noon, err := time.ParseInLocation(time.DateOnly, tt.day, zone)
		if err != nil {
			t.Fatal(err)
		}
		all := c.Between(noon.Add(-day), noon.Add(2*day))
		if len(all) != 1 || all[0].Start.Format(time.RFC3339) != tt.want || all[0].Name != tt.day+" "+tt.start {
			t.Errorf("%s on %s: got %v, want %s", tt.start, tt.day, all, tt.want)
		}
	}
	half := mustParse(t, &Schedule{Zone: "Australia/Lord_Howe", Openings: []Opening{{Dates: []string{"2026-10-04", "2027-04-04"}, Start: "02:15"}, {Dates: []string{"2027-04-04"}, Start: "01:45"}}})
	from := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	var got []string
	for _, o := range half.Between(from, from.Add(200*day)) {
		got = append(got, o.Start.Format(time.RFC3339))
	}
	if want := []string{"2026-10-04T02:45:00+11:00", "2027-04-04T01:45:00+11:00", "2027-04-04T02:15:00+10:30"}; !slices.Equal(got, want) {
		t.Errorf("where clocks change by half an hour: got %q, want %q", got, want)
	}
}

func TestAClockMayHaveSeconds(t *testing.T) {
	c := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{{Dates: []string{"2026-12-01"}, Lobby: "08:59:30", Start: "09:00:07", End: "09:01"}}})
	zone := berlin(t)
	all := c.Between(time.Date(2026, 12, 1, 0, 0, 0, 0, zone), time.Date(2026, 12, 2, 0, 0, 0, 0, zone))
	if len(all) != 1 || all[0].Name != "2026-12-01 09:00:07" || !all[0].Begins.Equal(time.Date(2026, 12, 1, 8, 59, 30, 0, zone)) ||
		!all[0].Start.Equal(time.Date(2026, 12, 1, 9, 0, 7, 0, zone)) || !all[0].End.Equal(time.Date(2026, 12, 1, 9, 1, 0, 0, zone)) {
		t.Errorf("%+v", all)
	}
	for _, bad := range []string{"9:00:07", "09:00:7", "09:00:60", "09:00:07.5"} {
		if _, err := parseClock(bad); err == nil {
			t.Errorf("%q is a clock", bad)
		}
	}
}

func TestWeeklyRulesHaveBoundsAndExceptions(t *testing.T) {
	zone := berlin(t)
	c := mustParse(t, &Schedule{Zone: "Europe/Berlin", Openings: []Opening{
		{Days: []string{"Monday", "thursday"}, From: "2026-12-03", Until: "2026-12-31", Except: []string{"2026-12-24"}, Start: "08:00", End: "12:00"},
		{Dates: []string{"2026-12-24"}, Lobby: "22:00", Start: "10:00", End: "01:00"},
	}})
	var got []string
	for _, o := range c.Between(time.Date(2026, 11, 1, 0, 0, 0, 0, zone), time.Date(2027, 2, 1, 0, 0, 0, 0, zone)) {
		got = append(got, o.Begins.Format("02 15:04")+" "+o.Name+" "+o.End.Format("02 15:04"))
	}
	want := []string{
		"03 08:00 2026-12-03 08:00 03 12:00", "07 08:00 2026-12-07 08:00 07 12:00", "10 08:00 2026-12-10 08:00 10 12:00",
		"14 08:00 2026-12-14 08:00 14 12:00", "17 08:00 2026-12-17 08:00 17 12:00", "21 08:00 2026-12-21 08:00 21 12:00",
		"23 22:00 2026-12-24 10:00 25 01:00", "28 08:00 2026-12-28 08:00 28 12:00", "31 08:00 2026-12-31 08:00 31 12:00",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestTheRestOfTheDayCanBeChanged changes a schedule while its opening is under way.
func TestTheRestOfTheDayCanBeChanged(t *testing.T) {
	zone := berlin(t)
	at := func(text string) time.Time {
		t, err := time.ParseInLocation("15:04", text, zone)
		if err != nil {
			panic(err)
		}
		return time.Date(2026, 12, 1, t.Hour(), t.Minute(), 0, 0, zone)
	}
	opening := func(change func(*Schedule)) *Schedule {
		s := contingents()
		change(s)
		return s
	}
	for _, tt := range []struct {
		name   string
		when   string
		change *Schedule
		log    []string
		quota  map[string]int64
		share  map[string]int64
	}{
		{
			"the quota of the part that is given", "09:00", opening(func(s *Schedule) { s.Openings[0].Quota = 700 }),
			[]string{"01 18:00 closed"},
			map[string]int64{"09:00": 700, "11:00": 1325, "17:00": 2575},
			nil,
		},
		{
			"a part to come is earlier", "09:00", opening(func(s *Schedule) { s.Openings[0].More[0].At = "10:00" }),
			[]string{"01 18:00 closed"},
			map[string]int64{"09:00": 625, "10:00": 1250, "14:00": 1875},
			nil,
		},
		{
			"a part that has been given is taken away", "12:00", opening(func(s *Schedule) { s.Openings[0].More = s.Openings[0].More[1:] }),
			[]string{"01 18:00 closed"},
			map[string]int64{"11:59": 1250, "12:00": 625, "14:00": 1250, "17:00": 1875},
			nil,
		},
		{
			"the end is earlier", "09:00", opening(func(s *Schedule) { s.Openings[0].End, s.Openings[0].More = "10:00", nil }),
			[]string{"01 10:00 closed"},
			map[string]int64{"11:00": 625},
			nil,
		},
		{
			"the end is over, and the line with it", "12:00", opening(func(s *Schedule) {
				s.Openings[0].End, s.Openings[0].More, s.Openings[0].CarryOver = "10:00", nil, false
			}),
			[]string{"01 12:00 closed, the line ends"},
			nil, nil,
		},
		{
			"the end is later", "17:30", opening(func(s *Schedule) { s.Openings[0].End = "19:30" }),
			[]string{"01 19:30 closed"},
			map[string]int64{"19:00": 2500},
			nil,
		},
		{
			"the profile goes on", "08:10", opening(func(s *Schedule) { s.Openings[0].Profile = []Point{{"0s", 20}, {"30m", 80}} }),
			[]string{"01 18:00 closed"},
			nil,
			map[string]int64{"08:09": 1000, "08:10": 200, "08:29": 200, "08:30": 800},
		},
		{
			"the lobby opens later than it has", "07:30", opening(func(s *Schedule) { s.Openings[0].Lobby = "07:45" }),
			[]string{"01 07:30 closed", "01 07:45 lobby", "01 08:00 open", "01 18:00 closed"},
			nil, nil,
		},
		{
			"another opening takes its place", "09:00", opening(func(s *Schedule) {
				s.Openings[0].Dates, s.Openings[0].Lobby, s.Openings[0].Start = []string{"2026-12-01"}, "", "10:30"
			}),
			[]string{"01 09:00 closed", "01 10:30 open", "01 18:00 closed"},
			map[string]int64{"10:30": 625, "11:00": 1250},
			nil,
		},
		{
			"none is left, and the room is open", "09:00", nil,
			[]string{},
			map[string]int64{"09:00": -1},
			nil,
		},
		{
			"what is between", "18:30", opening(func(s *Schedule) { s.Between = Line }),
			[]string{"01 18:30 line"},
			nil, nil,
		},
	} {
		r := newRoom()
		c := mustParse(t, contingents())
		quota, share := map[string]int64{}, map[string]int64{}
		changed := 0
		for now := at("00:00"); now.Day() == 1; now = now.Add(time.Minute) {
			if now.Equal(at(tt.when)) {
				c, r.log = nil, nil
				if tt.change != nil {
					c = mustParse(t, tt.change)
				}
			}
			before := r.plan
			r.next(c, now)
			if !now.Before(at(tt.when)) && !slices.Equal(before, r.plan) {
				changed++
			}
			r.tick(now)
			r.opening.Booked++
			quota[now.Format("15:04")], share[now.Format("15:04")] = r.opening.Quota, r.opening.Share
		}
		if !slices.Equal(r.log, tt.log) {
			t.Errorf("%s: got %q, want %q", tt.name, r.log, tt.log)
		}
		for at, want := range tt.quota {
			if quota[at] != want {
				t.Errorf("%s: quota at %s: got %d, want %d", tt.name, at, quota[at], want)
			}
		}
		for at, want := range tt.share {
			if share[at] != want {
				t.Errorf("%s: share at %s: got %d, want %d", tt.name, at, share[at], want)
			}
		}
		if changed > 2 {
			t.Errorf("%s: the plan was made anew %d times", tt.name, changed)
		}
	}
}

// TestWhateverHappensAnOpeningOpensOnceAndTheRoomEndsWhereItsScheduleSays restarts, jumps and edits at random.
func TestWhateverHappensAnOpeningOpensOnceAndTheRoomEndsWhereItsScheduleSays(t *testing.T) {
	zone := berlin(t)
	setChecks(t, days)
	rapid.Check(t, func(t *rapid.T) {
		c := mustParseRapid(t, drawSchedule(t))
		r := newRoom()
		now := time.Date(2026, 12, 1, 0, 0, 0, 0, zone)
		opened := map[string]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				c = mustParseRapid(t, drawSchedule(t))
			case 1:
				now = now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes")) * time.Minute)
			default:
				now = now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "minutes")) * time.Minute)
			}
			r.next(c, now)
			for _, s := range r.plan {
				if s.Reset && s.At <= now.UnixMilli() && s.Rank > r.opening.Done[s.Opening].Rank && opened[s.Opening] {
					t.Fatalf("at %v %s begins to count again", now, s.Opening)
				}
			}
			r.tick(now)
			if err := (&queue.Document{Version: 1, Pace: queue.Pace{Mode: queue.ModeRun, Burst: 1}, Timing: queue.DefaultTiming(), Plan: r.plan}).Validate(); err != nil {
				t.Fatal(err)
			}
			if r.again != "" {
				t.Fatalf("at %v the lobby of %s begins again", now, r.again)
			}
			if r.opening.Phase == queue.PhaseOpen {
				opened[r.opening.Name] = true
			}
			want := c.at(now)
			got := stateOf(&r.opening)
			if got.phase == queue.PhaseLobby && want.phase == got.phase {
				got = want // what is changed then holds from the start on
			}
			if !got.like(want) {
				t.Fatalf("at %v: got %+v, want %+v", now, got, want)
			}
			r.next(c, now) // what was applied has left room for openings further ahead
			if !slices.Equal(Next(c, Past{r.plan, &r.opening}, now), r.plan) {
				t.Fatalf("at %v the plan is not settled", now)
			}
		}
	})
}

// setChecks says how many cases rapid tries, unless the command line does.
func setChecks(t *testing.T, n int) {
	t.Helper()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if set {
		return
	}
	value := flag.Lookup("rapid.checks").Value
	was := value.String()
	t.Cleanup(func() { _ = value.Set(was) })
	if err := value.Set(strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
}

// at is what a schedule says of a time, found in another way: all steps from the beginning, whatever was applied.
func (c *Calendar) at(now time.Time) state {
	s := state{phase: c.between, quota: -1, per: 1, share: whole, weights: c.weights()}
	var o Occurrence
	for d, last := dateOf(now.In(c.zone))+1, dateOf(now.In(c.zone))-400; d > last && o.rule == nil; d-- {
		for _, one := range c.on(d) {
			if !one.Begins.After(now) && !one.Begins.Before(o.Begins) {
				o = one
			}
		}
	}
	if o.rule == nil {
		return s
	}
	if !o.End.IsZero() && !o.End.After(now) {
		return s
	}
	for _, step := range c.steps(&o, false) {
		if step.At <= now.UnixMilli() {
			s.apply(&step)
		}
	}
	return s
}

func mustParseRapid(t *rapid.T, s *Schedule) *Calendar {
	c, problems := Parse(s)
	if len(problems) > 0 {
		t.Skip(problems)
	}
	return c
}

func drawSchedule(t *rapid.T) *Schedule {
	clock := func(name string, low, high int) string {
		return fmt.Sprint(clock(10 * rapid.IntRange(low, high).Draw(t, name)))
	}
	s := &Schedule{Zone: "Europe/Berlin", Between: rapid.SampledFrom([]string{Closed, Line, Through}).Draw(t, "between")}
	for i := range rapid.IntRange(1, 2).Draw(t, "openings") {
		base := i * 72
		o := Opening{Start: clock("start", base+12, base+24), CarryOver: rapid.Bool().Draw(t, "carry")}
		if rapid.Bool().Draw(t, "weekly") {
			o.Days = rapid.SampledFrom([][]string{weekdays(), {"tuesday", "wednesday"}}).Draw(t, "days")
		} else {
			o.Dates = []string{"2026-12-01", "2026-12-03"}
		}
		if rapid.Bool().Draw(t, "lobby") {
			o.Lobby = clock("lobby", base+1, base+11)
		}
		if rapid.Bool().Draw(t, "end") {
			o.End = clock("end", base+50, base+70)
		}
		if rapid.Bool().Draw(t, "quota") {
			o.Quota = int64(rapid.IntRange(1, 9).Draw(t, "n"))
			if rapid.Bool().Draw(t, "more") {
				o.More = []Release{{clock("at", base+30, base+40), 3}}
			}
		}
		if rapid.Bool().Draw(t, "profile") {
			o.Profile = []Point{{"0s", 50}, {fmt.Sprintf("%dm", rapid.IntRange(1, 200).Draw(t, "after")), 100}}
		}
		s.Openings = append(s.Openings, o)
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "groups") {
		s.Groups = append(s.Groups, Group{Name: fmt.Sprint("group-", i), Share: int64(rapid.IntRange(1, 3).Draw(t, "weight"))})
	}
	if len(s.Groups) > 0 && rapid.IntRange(0, 3).Draw(t, "always") == 0 {
		return &Schedule{Groups: s.Groups}
	}
	for i := range s.Openings {
		if rapid.Bool().Draw(t, "changed") {
			s.Changes = append(s.Changes, drawChange(t, i*72, &s.Openings[i]))
		}
	}
	return s
}

func drawChange(t *rapid.T, base int, o *Opening) Change {
	ch := Change{Opening: "2026-12-01 " + o.Start, Skip: rapid.IntRange(0, 3).Draw(t, "skip") == 0}
	pick := func(name string, low, high int) string {
		if rapid.Bool().Draw(t, "no "+name) {
			return ""
		}
		return fmt.Sprint(clock(10 * rapid.IntRange(low, high).Draw(t, name)))
	}
	ch.Start, ch.End = pick("other start", base+5, base+40), pick("other end", base+45, base+71)
	if o.Quota > 0 {
		quota := int64(rapid.IntRange(1, 9).Draw(t, "other n"))
		ch.Quota = &quota
		ch.More = []Release{{fmt.Sprint(clock(10 * (base + 41))), int64(rapid.IntRange(0, 2).Draw(t, "other more"))}}
	}
	return ch
}

func TestEveryProblemOfAScheduleIsToldAtOnce(t *testing.T) {
	_, problems := Parse(&Schedule{Zone: "Local", Between: "shut", Openings: []Opening{
		{Start: "8:00", End: "25:00", Order: "fair", Per: 2},
		{
			Days: []string{"someday", "monday", "Monday"}, From: "2027-01-01", Until: "2026-01-01", Start: "08:00", Lobby: "08:00", Order: "draw", Quota: 5,
			More: []Release{{"07:00", 0}}, Profile: []Point{{"5m", 101}, {"5m", 50}},
		},
		{Dates: []string{"2026-02-30", "2026-12-01", "2026-12-01"}, Except: []string{"2026-12-24"}, Start: "08:00", Order: "draw"},
	}})
	var got []string
	for _, p := range problems {
		got = append(got, p.Path+": "+p.Text)
	}
	want := []string{
		`zone: "Local" is no zone; want for example Europe/Berlin`,
		`between: "shut" is not accepted; want one of closed, line, through`,
		`openings[0].days: and dates are empty; want weekdays, dates or both`,
		`openings[0].start: "8:00" is no clock; want 00:00 to 23:59, for example 08:00`,
		`openings[0].end: "25:00" is no clock; want 00:00 to 23:59, for example 08:00`,
		`openings[0].order: "fair" is not accepted; want one of arrival, draw`,
		`openings[0].per: means nothing without a quota`,
		`openings[1].days[0]: "someday" is no weekday; want one of sunday, monday, tuesday, wednesday, thursday, friday, saturday`,
		`openings[1].days[2]: Monday is given twice`,
		`openings[1].until: 2026-01-01 is before from 2027-01-01`,
		`openings[1].lobby: 08:00 is the start; want an earlier clock, or none`,
		`openings[1].more[0].quota: 0 is not accepted; want 1 to 1000000000`,
		`openings[1].more[0].at: 07:00 is not after 08:00; want the same day, and later`,
		`openings[1].profile[0].percent: 101 is not accepted; want 0 to 100`,
		`openings[1].profile[1].after: 5m0s is not after the point before, 5m0s`,
		`openings[2].dates[0]: "2026-02-30" is no date; want for example 2026-12-01`,
		`openings[2].dates[2]: 2026-12-01 is given twice`,
		`openings[2].days: are empty, and from, until and except are bounds of a weekly rule`,
		`openings[2].order: draw orders those who came to a lobby; want a lobby`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOpeningsThatOverlapAreRefused(t *testing.T) {
	for _, tt := range []struct {
		openings []Opening
		want     string
	}{
		{[]Opening{{Days: []string{"monday"}, Start: "08:00", End: "12:00"}, {Days: []string{"monday"}, Start: "12:00"}}, ""},
		{[]Opening{{Days: []string{"monday"}, Start: "08:00", End: "12:00"}, {Days: []string{"monday"}, Lobby: "11:00", Start: "13:00"}}, "openings[1]"},
		{[]Opening{{Days: []string{"monday"}, Start: "08:00"}, {Dates: []string{"2031-06-02"}, Start: "08:00"}}, "openings[1]"},
		{[]Opening{{Days: []string{"monday"}, Start: "08:00", Except: []string{"2031-06-02"}}, {Dates: []string{"2031-06-02"}, Start: "08:00"}}, ""},
		{[]Opening{{Days: []string{"monday", "tuesday"}, Lobby: "07:00", Start: "08:00", End: "07:30"}}, "openings[0]"},
		{[]Opening{{Days: []string{"sunday"}, Start: "23:00", End: "02:00"}, {Days: []string{"monday"}, Start: "01:00"}}, "openings[1]"},
		{[]Opening{{Days: []string{"monday"}, Start: "08:00"}, {Days: []string{"monday"}, Lobby: "07:00", Start: "09:00"}}, "openings[0]"},
	} {
		_, problems := Parse(&Schedule{Zone: "Europe/Berlin", Openings: tt.openings})
		var got []string
		for _, p := range problems {
			got = append(got, p.Path)
		}
		if fmt.Sprint(got) != "["+tt.want+"]" {
			t.Errorf("%+v: got %v, want %s", tt.openings, problems, tt.want)
		}
	}
}
