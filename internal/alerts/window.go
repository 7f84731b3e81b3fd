package alerts

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Interval is how often the metrics are looked at.
const Interval = 10 * time.Second

// kept is how far back a rule may look.
const kept = 30 * time.Minute

// series is a name with its labels. All samples of a window share it: what a sample costs is two words, however many labels there are.
type series struct {
	name   string
	labels map[string]string
	// seen is the number of the latest moment that had it.
	seen int
}

// sample is one figure of one moment.
type sample struct {
	*series
	value float64
}

// window holds the samples of the last half an hour that rules look at. It is not safe for concurrent use.
type window struct {
	names   map[string]bool // of metrics, without their namespace
	times   []time.Time
	samples [][]sample
	known   map[string]*series // by name and labels
	moment  int                // counts moments
}

// inExpr is the name of a metric of ours in an expression.
var inExpr = regexp.MustCompile(`\beinlass_([a-z_]+)`)

// newWindow makes a window for rules, whose expressions name what their other form looks at too.
func newWindow(rules []Rule) window {
	names := map[string]bool{}
	for i := range rules {
		for _, found := range inExpr.FindAllStringSubmatch(rules[i].Expr, -1) {
			names[found[1]] = true
		}
	}
	return window{names: names, known: map[string]*series{}}
}

// take takes the samples of one moment, which is later than those before.
func (w *window) take(now time.Time, from prometheus.Gatherer) error {
	families, err := from.Gather()
	if err != nil {
		return fmt.Errorf("gather metrics: %w", err)
	}
	w.moment++
	all := make([]sample, 0, w.latestCount())
	for _, f := range families {
		name, ours := strings.CutPrefix(f.GetName(), "einlass_")
		if !ours || !w.names[name] {
			continue
		}
		for _, m := range f.GetMetric() {
			if value, ok := valueOf(m); ok {
				all = append(all, sample{w.seriesOf(name, m), value})
			}
		}
	}
	w.times, w.samples = append(w.times, now), append(w.samples, all)
	for now.Sub(w.times[0]) > kept {
		w.times, w.samples = w.times[1:], w.samples[1:]
	}
	maps.DeleteFunc(w.known, func(_ string, s *series) bool { return s.seen <= w.moment-len(w.times) })
	return nil
}

// latestCount is how many samples the latest moment has.
func (w *window) latestCount() int {
	if len(w.samples) == 0 {
		return 0
	}
	return len(w.samples[len(w.samples)-1])
}

// seriesOf is the series of a metric at this moment. Labels of a gatherer are sorted by name.
func (w *window) seriesOf(name string, m *dto.Metric) *series {
	key := []byte(name)
	for _, l := range m.GetLabel() {
		key = append(append(append(append(key, 0xff), l.GetName()...), 0xff), l.GetValue()...) // no byte of UTF-8
	}
	s := w.known[string(key)]
	if s == nil {
		s = &series{name: name, labels: map[string]string{}}
		for _, l := range m.GetLabel() {
			s.labels[l.GetName()] = l.GetValue()
		}
		w.known[string(key)] = s
	}
	s.seen = w.moment
	return s
}

// valueOf reads counters and gauges; no rule asks for a histogram.
func valueOf(m *dto.Metric) (value float64, ok bool) {
	switch {
	case m.GetCounter() != nil:
		return m.GetCounter().GetValue(), true
	case m.GetGauge() != nil:
		return m.GetGauge().GetValue(), true
	}
	return 0, false
}

// now is the moment of the latest samples.
func (w *window) now() time.Time { return w.times[len(w.times)-1] }

// figures are values by room; "" is the gateway itself.
type figures map[string]float64

// at are the figures of a name at one moment, and with these labels ("name", "value", …); join makes one of several of a room.
func (w *window) at(i int, join func(a, b float64) float64, name string, labels ...string) figures {
	out := figures{}
next:
	for _, s := range w.samples[i] {
		if s.name != name {
			continue
		}
		for l := 0; l+1 < len(labels); l += 2 {
			if !oneOf(s.labels[labels[l]], labels[l+1]) {
				continue next
			}
		}
		room := s.labels["room"]
		if before, there := out[room]; there {
			out[room] = join(before, s.value)
		} else {
			out[room] = s.value
		}
	}
	return out
}

// oneOf reports whether a value is one of those with strokes between them.
func oneOf(value, of string) bool { return slices.Contains(strings.Split(of, "|"), value) }

func sum(a, b float64) float64 { return a + b }

// latest is the greatest value of each room now.
func (w *window) latest(name string, labels ...string) figures {
	return w.at(len(w.samples)-1, math.Max, name, labels...)
}

// highest is the greatest value of each room over a span.
func (w *window) highest(span time.Duration, name string, labels ...string) figures {
	out := figures{}
	for i := w.first(span); i < len(w.samples); i++ {
		for room, v := range w.at(i, math.Max, name, labels...) {
			if before, there := out[room]; !there || v > before {
				out[room] = v
			}
		}
	}
	return out
}

// increase is by how much the counters of each room have risen over a span; one that began again counts from zero, and one that was
// not there at the begin of the span from the moment that it was.
func (w *window) increase(span time.Duration, name string, labels ...string) figures {
	out, before := figures{}, figures{}
	for i := w.first(span); i < len(w.samples); i++ {
		for room, v := range w.at(i, sum, name, labels...) {
			last, there := before[room]
			switch {
			case !there:
				out[room] = 0
			case v < last:
				out[room] += v
			default:
				out[room] += v - last
			}
			before[room] = v
		}
	}
	return out
}

// first is the index of the first samples of a span.
func (w *window) first(span time.Duration) int {
	for i, t := range w.times {
		if w.now().Sub(t) <= span {
			return i
		}
	}
	return len(w.times) - 1
}

// covers reports whether the window reaches back over a span.
func (w *window) covers(span time.Duration) bool { return w.now().Sub(w.times[0]) >= span }

func (f figures) where(holds func(float64) bool) figures {
	out := figures{}
	for room, v := range f {
		if holds(v) {
			out[room] = v
		}
	}
	return out
}

func (f figures) is(n float64) figures    { return f.where(func(v float64) bool { return v == n }) }
func (f figures) above(n float64) figures { return f.where(func(v float64) bool { return v > n }) }
func (f figures) below(n float64) figures { return f.where(func(v float64) bool { return v < n }) }

// and keeps the rooms that each of the others has.
func (f figures) and(others ...figures) figures {
	out := figures{}
next:
	for room, v := range f {
		for _, o := range others {
			if _, there := o[room]; !there {
				continue next
			}
		}
		out[room] = v
	}
	return out
}

// per divides by the figures of another; rooms that it has not, or with zero, are left out.
func (f figures) per(other figures) figures {
	out := figures{}
	for room, v := range f {
		if o := other[room]; o != 0 {
			out[room] = v / o
		}
	}
	return out
}
