package capacity

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A play of a few minutes is the same twice, and another with another seed.
func TestAPlayIsTheSameForTheSameSeed(t *testing.T) {
	t.Parallel()
	m := Morning{Pace: SmallTown(), Crowd: Everybody, Come: 80, Span: 5 * Minute, Silent: true}
	times := func(seed uint64) (all []int64) {
		p, err := m.play(t.Context(), seed, curves{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Entries {
			all = append(all, e.Came, e.Called, e.Entered)
		}
		return all
	}
	one := times(7)
	if two := times(7); !slices.Equal(one, two) {
		t.Errorf("the same seed gave %d entries and then %d others", len(one)/3, len(two)/3)
	}
	if slices.Equal(one, times(8)) {
		t.Error("another seed gave the same play")
	}
}

// habitsFile is the habits' file, parsed.
func habitsFile(t *testing.T) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "habits.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// What people do must not be bent to what the room computes: the file that says it reaches nothing of the room, neither by an
// import nor by a type of this package.
func TestHabitsKnowNothingOfTheRules(t *testing.T) {
	t.Parallel()
	f := habitsFile(t)
	for _, i := range f.Imports {
		if strings.Contains(i.Path.Value, ".") {
			t.Errorf("habits.go imports %s", i.Path.Value)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if ok && slices.Contains([]string{"World", "Person", "Settings", "Played", "Morning", "SmallTown", "Possible", "curves", "opens"}, id.Name) {
			t.Errorf("habits.go speaks of %s", id.Name)
		}
		return true
	})
}

// Each habit is played in some table: a field that no crowd sets is a habit that nobody has, and a function that no row uses
// says nothing about the room.
func TestEachHabitIsPlayed(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, file := range []string{"habits.go", "person.go", "rows.go", "rows_crowd.go"} { // person.go: what everybody does
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, isFunc := d.(*ast.FuncDecl)
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.Ident:
					if !isFunc || n != fn.Name {
						used[n.Name] = true
					}
				case *ast.KeyValueExpr:
					if id, ok := n.Key.(*ast.Ident); ok {
						used["set "+id.Name] = true
					}
				case *ast.AssignStmt:
					for _, l := range n.Lhs {
						if s, ok := l.(*ast.SelectorExpr); ok {
							used["set "+s.Sel.Name] = true
						}
					}
				}
				return true
			})
		}
	}
	for _, d := range habitsFile(t).Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && !used[fn.Name.Name] {
			t.Errorf("no row plays %s", fn.Name.Name)
		}
	}
	habit := reflect.TypeFor[Habit]()
	for i := range habit.NumField() {
		if name := habit.Field(i).Name; !used["set "+name] {
			t.Errorf("nobody has the habit %s", name)
		}
	}
}

// Visits of two minutes take two minutes: what is possible is computed from them.
func TestShapesTakeTwoMinutes(t *testing.T) {
	t.Parallel()
	d := NewDice(1)
	for _, s := range Shapes() {
		const n = 20_000
		var sum, longest, above int64
		for range n {
			for _, gap := range s.Visit(d) {
				sum += gap
				longest = max(longest, gap)
				if gap > s.Page {
					above++
				}
			}
		}
		if mean := sum / n; mean < 115*Second || mean > 125*Second {
			t.Errorf("%s: %d ms in the mean", s.Name, mean)
		}
		if above > n/15 {
			t.Errorf("%s: %d of %d visits have a page longer than the %d ms stated; the longest is %d ms", s.Name, above, n, s.Page, longest)
		}
	}
}

func TestPossibleIsTheLesserOfPaceAndSeats(t *testing.T) {
	t.Parallel()
	pace := SmallTown()
	for _, c := range []struct {
		inside int64
		stay   float64
		want   float64
	}{
		{60, float64(2 * Minute), 300}, // both alike
		{60, float64(Minute), 300},     // the pace
		{60, float64(4 * Minute), 150}, // the seats
		{0, float64(4 * Minute), 300},  // no bound
		{60, 0, 300},                   // nobody stays
	} {
		pace.MaxInside = c.inside
		if got := Possible(pace, 10*Minute, c.stay); got != c.want {
			t.Errorf("%d inside, stays of %.0f ms: %.1f are possible, want %.1f", c.inside, c.stay, got, c.want)
		}
	}
}

// The cheap rows, ten minutes with one seed each.
func TestShortMorningsReachTheirGoals(t *testing.T) {
	t.Parallel()
	first := func(m Morning) float64 {
		m.Span = 10 * Minute
		p, err := m.play(t.Context(), 31, curves{})
		if err != nil {
			t.Fatal(err)
		}
		return p.used(10 * Minute)
	}
	all := small(Steady)
	pageStated := small(Steady)
	pageStated.Silent, pageStated.Page = true, 15*Second
	noShows := small(Steady)
	noShows.Crowd, noShows.Come = NoShows(20, noShows.Crowd), 80
	for _, c := range []struct {
		name string
		m    Morning
		want float64
	}{{"all finish", all, 95}, {"a stated page", pageStated, 87}, {"a fifth never comes", noShows, 93}} {
		if got := first(c.m); got < c.want {
			t.Errorf("%s: %.1f %% of the possible entered, want %.0f", c.name, got, c.want)
		} else {
			t.Logf("%s: %.1f %%", c.name, got)
		}
	}
	for _, c := range Strangers() {
		if !strings.HasPrefix(c.Name, "90 tickets") {
			continue
		}
		p, err := c.Play(t.Context(), 31, curves{})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Rows[0].Of(p); got < 225 {
			t.Errorf("%s: %.0f are in, want 225", c.Name, got)
		}
	}
}

// A figure below its goal is said to be short, and the confirmation counts medians that are far apart.
func TestTablesSayWhatIsShort(t *testing.T) {
	t.Parallel()
	c := Case{Name: "a case", Site: silent, Rows: []Row{{"a row", Percent, "20 %", nil, atLeast(40), atMost(50)}}}
	r := Result{&c, []Figures{{30, 39, 45}}, []Figures{{49}}}
	if got := Markdown([]Result{r}); !strings.Contains(got, "| 20 % | **39 % (30–45)**, short of ≥ 40 | 49 %, ≤ 50 |") {
		t.Errorf("got %s", got)
	}
	nearly := Result{&c, []Figures{{30, 39.7, 45}}, []Figures{{49}}}
	if got := Markdown([]Result{nearly}); !strings.Contains(got, "| **39.7 % (30–45)**, short of ≥ 40 |") {
		t.Errorf("got %s", got)
	}
	other := Result{&c, []Figures{{44.5}}, []Figures{{50}}}
	text, far := Confirmation([]Result{r}, []Result{other})
	if far != 1 || !strings.Contains(text, "| 39 % | 44 % | **5.5** | 49 % | 50 % | 1.0 |") {
		t.Errorf("%d are far apart in\n%s", far, text)
	}
}
