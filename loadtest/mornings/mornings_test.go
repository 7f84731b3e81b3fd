package mornings

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/loadtest/report"
	"github.com/einlass/einlass/loadtest/scenarios"
)

var program string

func TestMain(m *testing.M) { os.Exit(launchtest.Main(m, &program)) }

// short is a morning for which everybody comes within an hour and a half, in half a minute: pages ask at the door every 4 s, however fast the morning goes.
func short() (scenarios.Scenario, Size) {
	s := scenarios.Goeppingen()
	s.Crowd.Waves[0].Curve = []scenarios.Point{{At: -15 * time.Minute, Weight: 1}, {At: 0, Weight: 1}, {At: time.Hour, Weight: 0.2}}
	s.Ends, s.Counted = s.Starts.Add(4*time.Hour), s.Starts.Add(90*time.Minute)
	o := &s.Gate.Schedule.Openings[0]
	o.End, o.Standby = "11:00", 500
	s.Gate.Pace.MaxInside = 1500 // six: one who does not come when called must not hold up everybody
	return s, Size{Factor: 0.004, Speed: 500, Gentle: 1}
}

func TestAMorningOnSocketsEndsWellBehindTheGate(t *testing.T) {
	t.Parallel()
	s, size := short()
	r, err := Play(t.Context(), s, size, true, program, 1)
	if err != nil {
		t.Fatal(err)
	}
	p, l := &r.People, &r.Line
	if sum := p.Booked + p.GaveUp + p.Told + p.TurnedAway + p.Remaining + p.NoShows; p.All != 108 || sum != p.All {
		t.Errorf("%d people, %d of them accounted for: %+v", p.All, sum, *p)
	}
	if r.Site.Booked != 16 || r.Site.Places != 16 || p.Told == 0 { // how many have read it by the end, the machine decides
		t.Errorf("site %+v, people %+v", r.Site, *p)
	}
	if r.Checked.Violations != 0 || r.Checked.Events < 200 || l.Overtaken != 0 || l.Early != 0 || l.Entered < 16 || l.Polls == 0 || l.MaxInside > l.Bound {
		t.Errorf("checked %+v, line %+v: %v", r.Checked, *l, r.Violations)
	}
	if r.Waits.N == 0 || r.Waits.P50 < time.Minute || r.Waits.Max > 4*time.Hour {
		t.Errorf("waits %+v are not of the morning's time", r.Waits)
	}
}

// Callers who ring before the crowd comes are told the first numbers, and have their appointments: by the link, or by the staff.
func TestCallersOfAMorningAreBookedInTheirTurn(t *testing.T) {
	t.Parallel()
	s, size := short()
	browsers := &s.Crowd.Waves[0]
	browsers.Curve = []scenarios.Point{{At: 15 * time.Minute, Weight: 1}, {At: time.Hour, Weight: 1}}
	s.Crowd.Waves = append(s.Crowd.Waves, scenarios.Wave{
		Name: "at the hotline", Opens: browsers.Opens, People: 2000, Callers: true, Curve: []scenarios.Point{{At: 0, Weight: 1}, {At: 5 * time.Minute, Weight: 1}},
	})
	s.Hotline = scenarios.Hotline{Agents: 750, Take: 6 * time.Second, Dial: 40 * time.Second, Linked: 0.5}
	r, err := Play(t.Context(), s, size, true, program, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := &r.People
	// At this speed a call is good for a part of a second: who is woken late by a busy machine may miss it, and nothing is left afterwards.
	if p.Callers != 8 || p.CallersNumbered != 8 || p.CallersBooked < 6 || p.CallersAssisted == 0 || p.CallersAssisted == 8 {
		t.Errorf("people %+v", *p)
	}
	if sum := p.Booked + p.GaveUp + p.Told + p.TurnedAway + p.Remaining + p.NoShows; sum != p.All || p.Booked <= 8 || r.Site.Booked != p.Booked {
		t.Errorf("%d of them accounted for, site %+v, people %+v", sum, r.Site, *p)
	}
	if r.Checked.Violations != 0 || r.Line.Overtaken != 0 {
		t.Errorf("checked %+v, line %+v: %v", r.Checked, r.Line, r.Violations)
	}
}

func TestTheSameMorningWithoutTheGateIsPlayedAgainstTheSiteItself(t *testing.T) {
	t.Parallel()
	s, size := short()
	r, err := Play(t.Context(), s, size, false, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	if r.Gate || r.People.All != 108 || r.Site.Requests < 108 || r.Line != (scenarios.Line{}) || r.Checked.Events != 0 {
		t.Errorf("%+v", r)
	}
}

func TestAFasterClockKeepsTheHours(t *testing.T) {
	start := time.Date(2021, 6, 14, 7, 30, 0, 0, time.UTC)
	c := &clock{start: start, began: time.Now(), speed: 1000}
	if got := c.at(start.Add(50 * time.Minute)); got != 3*time.Second {
		t.Errorf("an hour comes after %v", got)
	}
	fired := make(chan time.Time, 1)
	c.AfterFunc(time.Minute, func() { fired <- c.Now() })
	if at := <-fired; at.Before(start.Add(time.Minute)) {
		t.Errorf("fired at %v", at)
	}
}

func TestTheTableStandsBetweenTheMarks(t *testing.T) {
	s := scenarios.Speyer()
	pair := Pair{Scenario: s, Size: Size{Factor: 0.02, Speed: 500, Gentle: 0.5}}
	pair.With = scenarios.Result{
		Title: s.Title, Gate: true, Site: scenarios.Site{Places: 50, Booked: 49, Knee: 4, Peak: 9, Over: time.Minute},
		Waits: scenarios.Quantiles{P50: 90 * time.Minute}, Checked: scenarios.Checked{Events: 7},
	}
	pair.Without = scenarios.Result{Title: s.Title, Site: scenarios.Site{Places: 50, Booked: 7, Crashes: 3}}
	text, err := Markdown([]Pair{pair})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| Speyer, 14 June 2021 | 1:50, 500× | no | 0 | 50 | 7 |", "| yes | 0 | 50 | 49 |", "1h30m", "**not kept** (49 of 50)", "9 (4)",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	pair.With.Violations = []string{"at 7: a place was overtaken"}
	if err := kept([]Pair{pair}); !errors.Is(err, ErrNotKept) || !strings.Contains(err.Error(), "49 of 50") || !strings.Contains(err.Error(), "at 7: a place") {
		t.Errorf("the verdict is %v", err)
	}
	const begin, end = "<!-- sockets:begin -->", "<!-- sockets:end -->"
	file := filepath.Join(t.TempDir(), "page.md")
	insert := func(page string) (string, error) {
		if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		err := report.Splice(file, section, text)
		got, readErr := os.ReadFile(file)
		return string(got), errors.Join(err, readErr)
	}
	got, err := insert("a " + begin + " what stood there " + end + " b")
	if err != nil || !strings.HasPrefix(got, "a "+begin) || !strings.HasSuffix(got, end+" b") || strings.Contains(got, "what stood there") {
		t.Errorf("%v: %s", err, got)
	}
	if _, err := insert("no marks"); !errors.Is(err, report.ErrMarkers) {
		t.Error(err)
	}
}

func TestWhatCannotBePlayedIsRefused(t *testing.T) {
	s, size := short()
	for _, bad := range []Size{{}, {Factor: 0.1, Speed: 1e6, Gentle: 1}, {Factor: 0.1, Speed: 10, Gentle: 2}, {Factor: -1, Speed: 10, Gentle: 1}} {
		if _, err := Play(t.Context(), s, bad, false, "", 1); err == nil {
			t.Errorf("%+v is accepted", bad)
		}
	}
	if _, err := Play(t.Context(), s, size, true, program+"-is-not-there", 1); err == nil || !strings.Contains(err.Error(), "gate") {
		t.Errorf("a gate that is not there: %v", err)
	}
}

func TestEveryMorningHasASize(t *testing.T) {
	for _, s := range slices.Concat(scenarios.All(), scenarios.Drawn()) {
		size := sizes()[s.Name]
		if _, err := s.Scale(size.Factor); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}
