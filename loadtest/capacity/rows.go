package capacity

import "github.com/einlass/einlass/pkg/queue"

// What a site says about the end of a visit.
const (
	tells  = "header or `finish:` rules"
	silent = "unmodified"
	stated = "unmodified, `page` stated"
)

// tenMinutes and anHour are the rows of a morning of an hour.
func tenMinutes(before string, first, later Goal) Row {
	return Row{"ten minutes", Percent, before, func(p *Played) float64 { return p.used(10 * Minute) }, first, later}
}

func anHour(first, later Goal) Row {
	return Row{"an hour", Percent, "", func(p *Played) float64 { return p.used(Hour) }, first, later}
}

// small is a morning of an hour with the README's configuration, to which people come who make such a visit.
func small(visit func(Dice) []int64) Morning {
	return Morning{Pace: SmallTown(), Crowd: Visitor(visit), Come: 100, Span: Hour}
}

// Visits are the cases of the README's configuration and visits of two minutes.
func Visits() (cases []Case) {
	for _, s := range Shapes() {
		m := small(s.Visit)
		name := "visits of two minutes: " + s.Name
		cases = append(cases, m.of(name, tells, tenMinutes("97 %", atLeast(97), atLeast(96)), anHour(atLeast(97), atLeast(97))))
		m.Silent = true
		cases = append(cases, m.of(name, silent, tenMinutes("20 %", atLeast(40), atLeast(88)), anHour(atLeast(70), atLeast(90))))
		m.Page = s.Page
		cases = append(cases, m.of(name, stated, tenMinutes("", atLeast(87), atLeast(90)), anHour(atLeast(87), atLeast(90))))
	}
	return cases
}

// Taught are the unmodified mornings after quiet days and after a rehearsal.
func Taught() (cases []Case) {
	for _, s := range Shapes() {
		m := small(s.Visit)
		m.Silent = true
		rows := []Row{tenMinutes("", Goal{}, atLeast(88)), anHour(Goal{}, atLeast(90))}
		quiet := m.of("quiet days before: "+s.Name, silent, rows...)
		quiet.Learn = m.learnQuietly
		rehearsed := m.of("a rehearsal before: "+s.Name, silent, rows...)
		rehearsed.Learn = m.learnByRehearsal
		cases = append(cases, quiet, rehearsed)
	}
	return cases
}

// Unused are the cases of people who do not use what they are given.
func Unused() (cases []Case) {
	sites := func(m Morning, name string, rows func(site string) []Row) {
		cases = append(cases, m.of(name, tells, rows(tells)...))
		m.Silent = true
		cases = append(cases, m.of(name, silent, rows(silent)...))
	}
	for _, percent := range []int{5, 20} {
		m := small(Steady)
		m.Crowd, m.Come = NoShows(percent, m.Crowd), 100-percent
		sites(m, percentOf(percent, "of the called never come"), func(site string) []Row {
			if site == silent {
				return []Row{tenMinutes("", atLeast(40), atLeast(88)), anHour(atLeast(70), atLeast(90))}
			}
			return []Row{tenMinutes("70 %", atLeast(95), atLeast(95)), anHour(atLeast(95), atLeast(95))}
		})
	}
	for _, u := range []struct {
		after        string
		visit        func(Dice) []int64
		first, later float64
	}{{"one page", OnePage, 80, 95}, {"a full visit", Steady, 74, 92}} {
		m := small(Steady)
		m.Crowd = Unfinished(20, u.visit, m.Crowd)
		sites(m, "20 % go in and never finish, after "+u.after, func(site string) []Row {
			if site == silent {
				return []Row{tenMinutes("", atLeast(40), atLeast(88)), anHour(atLeast(70), atLeast(90))}
			}
			return []Row{tenMinutes("64 %", atLeast(u.first), atLeast(u.later)), anHour(atLeast(u.first), atLeast(u.later))}
		})
	}
	for _, percent := range []int{40, 60} {
		m := Morning{Pace: queue.Pace{Rate: 30, Burst: queue.DefaultBurst(30)}, Crowd: NoShows(percent, Visitor(Briefly)), Come: 100 - percent, Span: Hour}
		rows := func(string) []Row {
			return []Row{{"an hour, entries ÷ pace", Percent, "60 %", func(p *Played) float64 { return p.paced(Hour) }, atLeast(97), atLeast(97)}}
		}
		sites(m, percentOf(percent, "no-shows, no bound inside"), rows)
	}
	return cases
}
