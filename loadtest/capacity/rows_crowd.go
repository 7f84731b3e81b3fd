package capacity

import (
	"context"
	"errors"
	"slices"
)

// Bound are the cases of how many people are truly inside of a room for sixty. All of them make longer visits than anybody has
// said, and a line waits for their seats.
func Bound() (cases []Case) {
	inside := func(first, later Goal) Row {
		return Row{"most people in a visit at once", People, "60", func(p *Played) float64 { return float64(p.Most.Inside) }, first, later}
	}
	live := Row{"most live stays", People, "60", func(p *Played) float64 { return float64(p.Most.Live) }, atMost(60), atMost(60)}
	used := Row{"entries of the possible", Percent, "", func(p *Played) float64 { return p.used(p.Now() - p.From) }, Goal{}, Goal{}}
	quarter := small(LongForm)
	quarter.Silent, quarter.Span = true, 2*Hour
	bounded := inside(atMost(75), atMost(68))
	for _, visits := range []struct {
		name  string
		visit func(Dice) []int64
	}{
		{"forms of 3 to 8 minutes", Form},
		{"readers who idle for 8 minutes and more", Reader},
	} {
		m := small(visits.visit)
		m.Silent, m.Span = true, 2*Hour
		cases = append(cases, m.of(visits.name, silent, bounded, used))
		m.Pace.Strict = true
		cases = append(cases, m.of(visits.name, silent+", `inside: strict`", inside(atMost(60), atMost(60)), live, used))
	}
	cases = append(cases, quarter.of("forms of a quarter of an hour", silent, bounded, used))
	quarter.Idle, quarter.Page = 20*Minute, 17*Minute
	cases = append(cases, quarter.of("forms of a quarter of an hour", stated+", `idle` 20 min", bounded, used))
	quarter.Pace.Strict = true
	cases = append(cases, quarter.of("forms of a quarter of an hour", "`inside: strict`, `idle` 20 min", inside(atMost(60), atMost(60)), live, used))
	return cases
}

// Crowds are the cases of everybody at once.
func Crowds() (cases []Case) {
	for _, s := range []string{tells, silent} {
		m := Morning{Pace: readme(30, 150), Crowd: Everybody, Come: 80, Span: Hour, Silent: s == silent}
		inside := Row{"most people in a visit at once, of 150", People, "", func(p *Played) float64 { return float64(p.Most.Inside) }, Goal{}, Goal{}}
		cases = append(cases, m.of("all kinds of people", s, tenMinutes("", Goal{}, Goal{}), anHour(Goal{}, Goal{}), inside))
	}
	return cases
}

// strangers is a room that is open while citizens come, ten a minute for ten minutes, beside somebody else.
type strangers struct {
	beside func(*World)
	silent bool
}

// comeFor is how long citizens come.
const comeFor = 10 * Minute

func (s strangers) play(ctx context.Context, seed uint64, c curves) (*Played, error) {
	var faults []error
	w, err := NewWorld(ctx, Settings{Seed: seed, Curves: c, Silent: s.silent, Report: func(err error) { faults = append(faults, err) }})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	from := w.Now()
	s.beside(w)
	w.In(w.Between(0, 900), func() {
		w.Every(6*Second, func() {
			if w.Now() < from+comeFor {
				w.Arrive(Habit{Press: Countdown, Visit: Steady, Finishes: true})
			}
		})
	})
	w.Run(comeFor + Minute)
	w.Paced(SmallTown())
	return &Played{World: w, From: from, Pace: SmallTown()}, errors.Join(append(faults, ctx.Err())...)
}

func (s strangers) learn(ctx context.Context, seed uint64) (c curves, err error) {
	p, err := s.play(ctx, seed, c)
	if err != nil {
		return c, err
	}
	return p.Snapshot().Curves, nil
}

// waits are those of the citizens, the longest last; who is not in has waited to the end.
func (p *Played) waits() (waits []int64) {
	for _, c := range p.People {
		if c.habit.Cookieless || c.habit.NoShow || c.habit.Deaf {
			continue
		}
		if c.Entered == 0 {
			waits = append(waits, p.Now()-c.Came)
		} else {
			waits = append(waits, c.Entered-c.Came)
		}
	}
	slices.Sort(waits)
	return waits
}

// in is the share of the citizens that are in.
func (p *Played) in() float64 {
	n, all := 0, 0
	for _, c := range p.People {
		if c.habit.Cookieless || c.habit.NoShow || c.habit.Deaf {
			continue
		}
		if all++; c.Entered != 0 {
			n++
		}
	}
	return 100 * float64(n) / float64(all)
}

// Strangers are the cases of what is nobody's.
func Strangers() (cases []Case) {
	each := func(gap int64, h func(Dice) Habit) func(*World) {
		return func(w *World) { w.Every(gap, func() { w.Arrive(h(w.Dice)) }) }
	}
	rows := func(before string, half float64) []Row {
		return []Row{
			{"citizens who are in", Percent, before, (*Played).in, atLeast(100), atLeast(100)},
			{"half of them waited no longer than", Seconds, "", func(p *Played) float64 { w := p.waits(); return float64(w[len(w)/2]) / 1000 }, atMost(half), atMost(half)},
			{"nine of ten no longer than", Seconds, "", func(p *Played) float64 { w := p.waits(); return float64(w[len(w)*9/10]) / 1000 }, Goal{}, Goal{}},
			{"most of 60 places that counted, citizens' and others'", People, "", func(p *Played) float64 { return float64(p.Most.Counted) / 1000 }, Goal{}, Goal{}},
		}
	}
	for _, site := range []string{tells, silent} {
		few := strangers{each(5*Second, Ghost), site == silent}
		many := strangers{each(Second, Ghost), site == silent}
		cases = append(cases,
			Case{"ten citizens a minute beside twelve requests without cookies", site, few.play, few.learn, rows(told(site, "60 of 60 places are ghosts'"), 0)},
			Case{"ten citizens a minute beside sixty requests without cookies", site, many.play, many.learn, rows(told(site, "32 % (35 of 110)"), 10)})
	}
	for _, before := range []struct {
		name, measured string
		habit          func(Dice) Habit
		n              int
	}{{"90 tickets ahead that nobody claims", "0 of 300", Unclaimed, 90}, {"2,000 tickets ahead that were parked", "", Parked, 2000}} {
		b := behind{before.habit, before.n}
		cases = append(cases, Case{before.name + ", 330 citizens behind", tells, b.play, nil, []Row{
			{"citizens who are in after ten minutes, 300 by the pace", People, before.measured, func(p *Played) float64 { return float64(p.Entered(p.From, p.From+10*Minute)) }, atLeast(225), Goal{}},
		}})
	}
	return cases
}

// told is what was measured before, of sites that tell the end of a visit; of others nothing was.
func told(site, measured string) string {
	if site == silent {
		return ""
	}
	return measured
}

// behind is a line of citizens behind tickets that nobody claims.
type behind struct {
	habit func(Dice) Habit
	n     int
}

func (b behind) play(ctx context.Context, seed uint64, c curves) (*Played, error) {
	var faults []error
	w, err := NewWorld(ctx, Settings{Seed: seed, Curves: c, Paused: true, Report: func(err error) { faults = append(faults, err) }})
	if err != nil {
		return nil, err
	}
	defer w.Close()
	w.Spread(b.n, 20*Second, func() { w.Arrive(b.habit(w.Dice)) })
	w.Run(30 * Second)
	w.Spread(330, 30*Second, func() { w.Arrive(Habit{Press: Countdown, Visit: Briefly, Finishes: true}) })
	w.Run(Minute)
	w.Open()
	from := w.Now()
	w.Run(10 * Minute)
	w.Paced(SmallTown())
	return &Played{World: w, From: from, Pace: SmallTown()}, errors.Join(append(faults, ctx.Err())...)
}
