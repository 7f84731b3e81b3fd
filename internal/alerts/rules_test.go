package alerts_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/internal/alerts"
	"github.com/einlass/einlass/internal/metrics"
	"github.com/einlass/einlass/pkg/queue"
)

// world is what metrics are moved by.
type world struct {
	m    *metrics.Metrics
	room *metrics.Room
	f    queue.Snapshot
	told [3]int // ranges kept, early and late
}

const address = "http://10.0.0.1"

func newWorld(t *testing.T) (*world, *prometheus.Registry) {
	reg := prometheus.NewRegistry()
	m, err := metrics.New(reg, metrics.Config{Refusals: []string{"full"}, Connections: func() int64 { return 1 }})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{m: m, room: m.OpenRoom(metrics.RoomConfig{ID: "termine", Backends: []string{address}})}
	w.f = queue.Snapshot{Waiting: 12, Gateways: 3, Document: queue.Document{Pace: queue.Pace{Mode: queue.ModeRun, Rate: 60}}, Opening: queue.NewOpening()}
	w.f.Judgement.Factor = 1000
	m.Certificate(time.Unix(100*24*3600, 0))
	return w, reg
}

// pass lets ten seconds of an ordinary morning pass: people enter, the site answers.
func (w *world) pass(now time.Time) {
	w.f.Now = now.UnixMilli()
	w.f.Admitted += 10
	for range 10 {
		w.room.Answer(address, 200, time.Millisecond)
	}
	w.told[0]++
	w.room.Backend(address, true, true)
}

// show puts the line into the metrics.
func (w *world) show() {
	f := w.f
	if f.Judgement.Blob == "" {
		f.Judgement.Blob = fmt.Sprintf("1 7\n%d,%d,%d,100,90,1000000,0", w.told[0], w.told[1], w.told[2]) + strings.Repeat(",-205000,235000", 18) + "\n"
	}
	w.room.Snapshot(&f)
}

// causes make the condition of each rule, from a moment on; until is how long it goes on before somebody must have been told.
var causes = map[string]struct {
	until time.Duration
	do    func(w *world)
	after func(w *world) // what show would undo
}{
	"EinlassStoreAway": {until: time.Minute, after: func(w *world) { w.room.StoreUp(false) }},
	"EinlassSiteDown":  {until: time.Minute, after: func(w *world) { w.room.Backend(address, false, true) }},
	"EinlassNobodyEnters": {until: 4 * time.Minute, do: func(w *world) {
		w.f.Admitted -= 10
		w.f.Opening.Quota, w.f.Opening.Booked, w.f.Live = 10, 5, 2 // there is something to enter for
	}},
	"EinlassSiteErrors": {until: 4 * time.Minute, do: func(w *world) {
		for range 5 {
			w.room.NoAnswer(address, metrics.Timeout)
		}
	}},
	"EinlassPaceHeldBack":            {until: 6 * time.Minute, do: func(w *world) { w.f.Judgement.Factor = 300 }},
	"EinlassPausedWhilePeopleWait":   {until: 11 * time.Minute, do: func(w *world) { w.f.Document.Pace.Mode = queue.ModePause }},
	"EinlassPromisesBroken":          {until: 20 * time.Minute, do: func(w *world) { w.told[2]++ }},
	"EinlassGatewayMissing":          {until: 2 * time.Minute, do: func(w *world) { w.f.Gateways = 2 }},
	"EinlassStoreEvicts":             {until: 10 * time.Second, do: func(w *world) { w.m.StoreEvicts(true) }},
	"EinlassCertificateEnds":         {until: 10 * time.Second, do: func(w *world) { w.m.Certificate(time.Unix(13*24*3600, 0)) }},
	"EinlassConfigurationNotInForce": {until: 10 * time.Second, do: func(w *world) { w.m.Reloaded(metrics.NotAccepted) }},
	"EinlassRecordNotWritten":        {until: 2 * time.Minute, do: func(w *world) { w.m.Audit(5, 3, 2, 0) }},
	"EinlassWrongTokens":             {until: 3 * time.Minute, do: func(w *world) { w.m.AdminRefused("wrong"); w.m.AdminRefused("crowd") }},
	"EinlassUntrustedProxy":          {until: 20 * time.Second, do: func(w *world) { w.m.UntrustedProxy() }},
	"EinlassPanic":                   {until: 20 * time.Second, do: func(w *world) { w.m.Panic() }},
	"EinlassConnectionsRefused": {until: 3 * time.Minute, do: func(w *world) {
		for range 20 {
			w.m.ConnectionRefused("full")
		}
	}},
}

// calm is how long nothing is wrong at first.
const calm = 10 * time.Minute

// What Prometheus would say of the same figures, its own test tool says: each rule begins by its cause, and by nothing before it.
func TestEachRuleIsFiredByItsCauseHereAndInPrometheus(t *testing.T) {
	file := rulesFile(t)
	for _, rule := range alerts.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			cause, there := causes[rule.Name]
			if !there {
				t.Fatal("nothing makes it happen")
			}
			w, reg := newWorld(t)
			watch, err := alerts.New(reg, nil, zap.NewNop())
			if err != nil {
				t.Fatal(err)
			}
			var seen series
			for at := time.Duration(0); at <= calm+cause.until; at += alerts.Interval {
				now := time.Unix(0, 0).Add(at)
				w.pass(now)
				if at > calm && cause.do != nil {
					cause.do(w)
				}
				w.show()
				if at > calm && cause.after != nil {
					cause.after(w)
				}
				seen.take(t, reg)
				watch.Look(now)
				if names := namesOf(watch.Active()); at <= calm && len(names) > 0 {
					t.Fatalf("after %v, with nothing wrong: %v", at, names)
				}
			}
			names := namesOf(watch.Active())
			if !slices.Contains(names, rule.Name) {
				t.Fatalf("%v after its cause began it is not said; said: %v", cause.until, names)
			}
			promtool(t, file, rule, &seen, cause.until, watch.Active())
		})
	}
}

// When all is booked, and when those inside hold what is left, nobody enters and nothing is wrong.
func TestNobodyIsMissedWhereNobodyCanEnter(t *testing.T) {
	file := rulesFile(t)
	for name, opening := range map[string]struct{ booked, live int64 }{"sold out": {10, 0}, "those inside hold the last places": {7, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, reg := newWorld(t)
			watch, err := alerts.New(reg, nil, zap.NewNop())
			if err != nil {
				t.Fatal(err)
			}
			var seen series
			for at := time.Duration(0); at <= calm+4*time.Minute; at += alerts.Interval {
				now := time.Unix(0, 0).Add(at)
				w.pass(now)
				if at > calm {
					w.f.Admitted -= 10
				}
				w.f.Opening.Quota, w.f.Opening.Booked, w.f.Live = 10, opening.booked, opening.live
				w.show()
				seen.take(t, reg)
				watch.Look(now)
			}
			if names := namesOf(watch.Active()); slices.Contains(names, "EinlassNobodyEnters") {
				t.Errorf("it is said: %v", names)
			}
			rules := alerts.Rules()
			i := slices.IndexFunc(rules, func(r alerts.Rule) bool { return r.Name == "EinlassNobodyEnters" })
			promtool(t, file, rules[i], &seen, 4*time.Minute, watch.Active())
		})
	}
}

func namesOf(all []alerts.Alert) (names []string) {
	for _, a := range all {
		names = append(names, a.Name)
	}
	return names
}

// series are the samples of a run, as promtool wants them.
type series struct {
	steps  int
	values map[string][]string
}

func (s *series) take(t *testing.T, from prometheus.Gatherer) {
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if s.values == nil {
		s.values = map[string][]string{}
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			value := m.GetCounter().GetValue() + m.GetGauge().GetValue()
			if m.GetHistogram() != nil {
				continue
			}
			name := f.GetName() + "{" + strings.Join(labels, ",") + "}"
			for len(s.values[name]) < s.steps {
				s.values[name] = append(s.values[name], "_")
			}
			s.values[name] = append(s.values[name], fmt.Sprint(value))
		}
	}
	s.steps++
}

type inputSeries struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type expected struct {
	Labels      map[string]string `yaml:"exp_labels"`
	Annotations map[string]string `yaml:"exp_annotations"`
}

type ruleTest struct {
	EvalTime string     `yaml:"eval_time"`
	Alert    string     `yaml:"alertname"`
	Expected []expected `yaml:"exp_alerts,omitempty"`
}

// promtool holds the rule in the file to the same samples: silent while it was calm, and said at the end for the same rooms.
func promtool(t *testing.T, file string, rule alerts.Rule, s *series, until time.Duration, active []alerts.Alert) {
	var input []inputSeries
	for name, values := range s.values {
		input = append(input, inputSeries{name, strings.Join(values, " ")})
	}
	last := ruleTest{EvalTime: promTime(calm + until), Alert: rule.Name}
	for _, a := range active {
		if a.Name != rule.Name {
			continue
		}
		labels := map[string]string{"severity": string(rule.Severity)}
		if a.Room != "" {
			labels["room"] = a.Room
		}
		last.Expected = append(last.Expected, expected{labels, annotations(rule)})
	}
	doc := map[string]any{
		"rule_files": []string{file}, "evaluation_interval": "10s",
		"tests": []any{map[string]any{"interval": "10s", "input_series": input, "alert_rule_test": []ruleTest{{EvalTime: promTime(calm), Alert: rule.Name}, last}}},
	}
	text, err := yaml.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.yml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "promtool", "test", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("Prometheus says otherwise: %v\n%s", err, out)
	}
}

func promTime(d time.Duration) string { return fmt.Sprintf("%ds", int(d/time.Second)) }

func annotations(r alerts.Rule) map[string]string {
	return map[string]string{"summary": r.En.What, "description": r.En.Do, "summary_de": r.De.What, "description_de": r.De.Do}
}
