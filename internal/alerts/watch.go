package alerts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Alert is one rule that holds, for one room or the gateway.
type Alert struct {
	Name     string   `json:"name"`
	Severity Severity `json:"severity"`
	Room     string   `json:"room,omitempty"`
	// Since is when the condition was first seen to hold.
	Since time.Time `json:"since"`
	En    Words     `json:"en"`
	De    Words     `json:"de"`
}

// Change is what began or ended since the last message.
type Change struct {
	Began, Ended []Alert
}

// Sender takes changes. It returns at once.
type Sender interface{ Tell(Change) }

// key names an alert.
type key struct{ name, room string }

// Watch looks at the metrics of this process. Make one with New. Safe for concurrent use.
type Watch struct {
	rules  []Rule
	from   prometheus.Gatherer
	sender Sender
	log    *zap.Logger

	looking sync.Mutex // one look at a time
	window  window

	mu    sync.Mutex
	since map[key]time.Time // conditions that hold
	said  map[key]Alert     // of them, those that are alerts
}

// New makes a watch over the metrics of a gatherer. sender may be nil.
func New(from prometheus.Gatherer, sender Sender, log *zap.Logger) (*Watch, error) {
	if from == nil || log == nil {
		return nil, errors.New("alerts: metrics and log are required")
	}
	rules := Rules()
	return &Watch{rules: rules, window: newWindow(rules), from: from, sender: sender, log: log, since: map[key]time.Time{}, said: map[key]Alert{}}, nil
}

// Run looks each Interval until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			w.Look(now)
		}
	}
}

// Look takes the metrics of a moment and says what has begun and ended.
func (w *Watch) Look(now time.Time) {
	w.looking.Lock()
	defer w.looking.Unlock()
	if err := w.window.take(now, w.from); err != nil {
		w.log.Warn("metrics not read for alerts", zap.Error(err))
		return
	}
	change := w.judge(now)
	for _, a := range change.Began {
		w.log.Warn("alert", zap.String("alert", a.Name), zap.String("room", a.Room), zap.String("severity", string(a.Severity)), zap.String("what", a.En.What), zap.String("do", a.En.Do))
	}
	for _, a := range change.Ended {
		w.log.Info("alert is over", zap.String("alert", a.Name), zap.String("room", a.Room), zap.Duration("after", now.Sub(a.Since).Round(time.Second)))
	}
	if w.sender != nil && len(change.Began)+len(change.Ended) > 0 {
		w.sender.Tell(change)
	}
}

// judge asks each rule.
func (w *Watch) judge(now time.Time) (c Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	holds := map[key]bool{}
	for i := range w.rules {
		r := &w.rules[i]
		for room := range r.holds(&w.window) {
			k := key{r.Name, room}
			holds[k] = true
			if _, there := w.since[k]; !there {
				w.since[k] = now
			}
			if _, said := w.said[k]; said || now.Sub(w.since[k]) < r.For {
				continue
			}
			w.said[k] = Alert{Name: r.Name, Severity: r.Severity, Room: room, Since: w.since[k], En: r.En, De: r.De}
			c.Began = append(c.Began, w.said[k])
		}
	}
	for k := range w.since {
		if holds[k] {
			continue
		}
		if a, said := w.said[k]; said {
			c.Ended = append(c.Ended, a)
		}
		delete(w.since, k)
		delete(w.said, k)
	}
	order(c.Began)
	order(c.Ended)
	return c
}

// Active are the alerts of the moment, the gravest and oldest first.
func (w *Watch) Active() []Alert {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Alert, 0, len(w.said))
	for _, a := range w.said {
		all = append(all, a)
	}
	order(all)
	return all
}

// order sorts by severity, then age, then name and room.
func order(all []Alert) {
	slices.SortFunc(all, func(a, b Alert) int {
		if a.Severity != b.Severity {
			return strings.Compare(string(a.Severity), string(b.Severity)) // critical comes before warning
		}
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Room, b.Room)
	})
}
