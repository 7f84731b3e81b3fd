package scenarios

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Crowd describes the citizens that come. Shares are in [0, 1]; means are of exponential distributions.
type Crowd struct {
	Waves []Wave

	// At the site, with or without a gate.
	Think   time.Duration // mean time on a page
	Typing  time.Duration // mean time on the form
	Reload  time.Duration // mean time until a page that did not come is asked for again
	Timeout time.Duration // after which a browser gives a request up
	// Patience is the mean time after which a citizen without a gate that sees nothing but errors gives up.
	Patience time.Duration

	// In the line.
	Impatient float64       // share that does not stay
	Stay      time.Duration // mean time until those leave
	Polite    float64       // share of those that says so; the others just close the page

	Tabs     float64       // share with a second tab of the same browser: one cookie, one ticket
	Devices  float64       // share with a second device: a second ticket for the same person
	Greedy   float64       // share of those that tries to book with both
	Reloads  float64       // share that reloads the waiting page
	ReloadIn time.Duration // mean time between two of these reloads

	Sleepers float64       // share whose phone falls asleep in the line: no polls
	AwakeFor time.Duration // mean time until it does
	SleepFor time.Duration // mean time until it is back

	Bots     float64       // share that polls at its own interval, whatever it is told
	BotEvery time.Duration // that interval

	NoShow float64       // share that is away from the screen when called and comes back too late
	AwayBy time.Duration // mean time by which they miss the end of their call
	React  time.Duration // mean time between the call on the screen and the click

	// Pairs is the share that books a second place in the same visit, for somebody else, if there is one.
	Pairs float64
	// Cancels is the share of bookings that is given back; behind a gate until twenty minutes before the end of the day, so that
	// there is time to hand them on.
	Cancels  float64
	CancelIn time.Duration // mean time until then
}

// Wave is the part of the crowd that comes for one hour.
type Wave struct {
	Name   string
	Opens  time.Time // what the offsets of Curve count from
	People int
	// Curve is the density of arrivals, linear between its points; only the proportions of the weights matter.
	Curve []Point
	// Callers have no browser: the hotline takes a place for them, see Hotline. They have none of a browser's habits and do not lose
	// patience.
	Callers bool
}

// Point is one point of a density.
type Point struct {
	At     time.Duration // from the wave's Opens, may be negative
	Weight float64       // 0 or more
}

// Offset is when, from Opens, the share u of the wave has come; u in [0, 1]. Uniform u give arrivals by the curve.
func (w *Wave) Offset(u float64) time.Duration {
	rest := u * w.mass()
	for i := 1; i < len(w.Curve); i++ {
		a, b := w.Curve[i-1], w.Curve[i]
		m := area(a, b)
		if rest > m && i < len(w.Curve)-1 {
			rest -= m
			continue
		}
		return a.At + time.Duration(float64(b.At-a.At)*within(a.Weight, b.Weight, min(1, rest/m)))
	}
	return w.Curve[len(w.Curve)-1].At
}

// within is the share of a trapezoid's width that holds the share u of its area.
func within(a, b, u float64) float64 {
	if math.Abs(b-a) < 1e-12*(a+b) {
		return u
	}
	return (math.Sqrt(a*a+u*(b*b-a*a)) - a) / (b - a)
}

func area(a, b Point) float64 { return (a.Weight + b.Weight) / 2 * float64(b.At-a.At) }

func (w *Wave) mass() float64 {
	sum := 0.0
	for i := 1; i < len(w.Curve); i++ {
		sum += area(w.Curve[i-1], w.Curve[i])
	}
	return sum
}

func (w *Wave) validate(path string, starts, ends time.Time) error {
	if w.People < 1 || len(w.Curve) < 2 {
		return fmt.Errorf("%s: must have people and a curve of at least two points", path)
	}
	var errs []error
	for i, p := range w.Curve {
		if !(p.Weight >= 0) || math.IsInf(p.Weight, 0) {
			errs = append(errs, fmt.Errorf("%s.curve[%d].weight: must be finite and not below 0, is %v", path, i, p.Weight))
		}
		if i > 0 && p.At <= w.Curve[i-1].At {
			errs = append(errs, fmt.Errorf("%s.curve[%d].at: must be later than the one before", path, i))
		}
	}
	if len(errs) == 0 && !(w.mass() > 0) {
		errs = append(errs, fmt.Errorf("%s.curve: must have a weight above 0", path))
	}
	if w.Opens.Add(w.Curve[0].At).Before(starts) || w.Opens.Add(w.Curve[len(w.Curve)-1].At).After(ends) {
		errs = append(errs, fmt.Errorf("%s.curve: must lie within starts and ends", path))
	}
	return errors.Join(errs...)
}

func (c *Crowd) validate(starts, ends time.Time) error {
	var errs []error
	if len(c.Waves) == 0 {
		errs = append(errs, errors.New("crowd.waves: must not be empty"))
	}
	for i := range c.Waves {
		errs = append(errs, c.Waves[i].validate(fmt.Sprintf("crowd.waves[%d]", i), starts, ends))
	}
	for _, f := range []struct {
		name  string
		share float64
	}{
		{"impatient", c.Impatient},
		{"polite", c.Polite},
		{"tabs", c.Tabs},
		{"devices", c.Devices},
		{"reloads", c.Reloads},
		{"sleepers", c.Sleepers},
		{"bots", c.Bots},
		{"no_show", c.NoShow},
		{"cancels", c.Cancels},
		{"pairs", c.Pairs},
	} {
		if !(f.share >= 0 && f.share <= 1) {
			errs = append(errs, fmt.Errorf("crowd.%s: must be a share in [0, 1], is %v", f.name, f.share))
		}
	}
	for _, f := range []struct {
		name string
		mean time.Duration
	}{
		{"think", c.Think},
		{"typing", c.Typing},
		{"reload", c.Reload},
		{"timeout", c.Timeout},
		{"patience", c.Patience},
		{"stay", c.Stay},
		{"reload_in", c.ReloadIn},
		{"awake_for", c.AwakeFor},
		{"sleep_for", c.SleepFor},
		{"bot_every", c.BotEvery},
		{"away_by", c.AwayBy},
		{"react", c.React},
		{"cancel_in", c.CancelIn},
	} {
		if f.mean < 100*time.Millisecond || f.mean > 24*time.Hour {
			errs = append(errs, fmt.Errorf("crowd.%s: must be 100ms to 24h, is %v", f.name, f.mean))
		}
	}
	return errors.Join(errs...)
}

// ordinary are the habits that the mornings share; each then says in what its crowd differs.
func ordinary() Crowd {
	return Crowd{
		Think: 6 * time.Second, Typing: time.Minute, Reload: 20 * time.Second, Timeout: 30 * time.Second,
		Patience:  40 * time.Minute,
		Impatient: 0.3, Stay: 20 * time.Minute, Polite: 0.3,
		Tabs: 0.25, Devices: 0.1, Greedy: 0.2, Reloads: 0.1, ReloadIn: 45 * time.Second,
		Sleepers: 0.3, AwakeFor: 15 * time.Minute, SleepFor: 8 * time.Minute,
		Bots: 0.01, BotEvery: time.Second,
		NoShow: 0.04, AwayBy: 10 * time.Minute, React: 12 * time.Second,
		Cancels: 0.02, CancelIn: 30 * time.Minute,
	}
}

// forTheHour is the crowd of one opening: 40 % within minutes of it, most of those before, the rest over three hours
// as they hear of it.
func forTheHour() []Point {
	return []Point{
		{-12 * time.Minute, 0},
		{-2 * time.Minute, 0.04},
		{0, 0.042},
		{8 * time.Minute, 0.0088},
		{30 * time.Minute, 0.0061},
		{time.Hour, 0.0037},
		{90 * time.Minute, 0.0022},
		{2 * time.Hour, 0.00135},
		{150 * time.Minute, 0.0008},
		{3 * time.Hour, 0.0005},
	}
}
