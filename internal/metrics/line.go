package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/pkg/queue"
)

type figure struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*queue.Snapshot) float64
	// there reports whether a room has the figure; nil: each has.
	there func(*queue.Snapshot) bool
}

func gauge(name, help string, value func(*queue.Snapshot) float64) figure {
	return figure{desc: describe(name, help), kind: prometheus.GaugeValue, value: value}
}

func count(name, help string, value func(*queue.Snapshot) int64) figure {
	return gauge(name, help, func(f *queue.Snapshot) float64 { return float64(value(f)) })
}

func total(name, help string, value func(*queue.Snapshot) int64) figure {
	return figure{desc: describe(name, help), kind: prometheus.CounterValue, value: func(f *queue.Snapshot) float64 { return float64(value(f)) }}
}

func (g figure) where(there func(*queue.Snapshot) bool) figure {
	g.there = there
	return g
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, append([]string{"room"}, labels...), nil)
}

func hasQuota(f *queue.Snapshot) bool { return f.Opening.Quota >= 0 }

// figures is a constant table.
var figures = []figure{
	count("line_waiting", "Places in the line.", func(f *queue.Snapshot) int64 { return f.Waiting }),
	count("line_front", "Places that came back after their turn and go first.", func(f *queue.Snapshot) int64 { return f.Front }),
	count("line_calls", "Calls that may still be claimed.", func(f *queue.Snapshot) int64 { return f.Calls }),
	count("line_asking", "Visitors at the door: it is their turn, and the room is full.", func(f *queue.Snapshot) int64 { return f.Asking }),
	count("line_inside", "Visitors with a live pass.", func(f *queue.Snapshot) int64 { return f.Live }),
	gauge("line_counted_inside", "Visitors as they count for the bound inside: by the chance that they make another request.", func(f *queue.Snapshot) float64 { return float64(f.Counted) / 1000 }),
	gauge("line_call_claimed_ratio", "Chance that a new call is claimed, as learned.", func(f *queue.Snapshot) float64 { return float64(f.CallChance) / 1000 }),
	gauge("line_last_number", "Highest number given.", func(f *queue.Snapshot) float64 { return float64(f.Last) }),
	gauge("line_head_number", "Highest number called or passed over, of those without a lane of their own.", func(f *queue.Snapshot) float64 { return float64(f.HeadNumbers[0]) }),
	gauge("line_epoch", "Epoch of the numbers; it rises when the store was lost, and with each start of an embedded one.", func(f *queue.Snapshot) float64 { return float64(f.Epoch) }),
	gauge("line_format", "Format of the room in the store; a release that does not read it is refused.", func(f *queue.Snapshot) float64 { return float64(f.Format) }),
	count("line_gateways", "Gateways that share the line.", func(f *queue.Snapshot) int64 { return f.Gateways }),
	gauge("line_frame_timestamp_seconds", "Store time at which these figures were taken.", func(f *queue.Snapshot) float64 { return float64(f.Now) / 1000 }),
	gauge("line_hold_timestamp_seconds", "Store time before which nobody is called.", func(f *queue.Snapshot) float64 { return float64(f.Hold) / 1000 }),
	gauge("pace_calls_per_second", "Configured pace, in entries per second. In earlier releases it was that of calls.", func(f *queue.Snapshot) float64 { return float64(f.Document.Pace.Rate) / 60 }),
	gauge("pace_share_ratio", "Share of the pace in force: what the plan leaves of it, and the site's health.", func(f *queue.Snapshot) float64 { return float64(f.Opening.Share*f.Judgement.Factor) / 1_000_000 }),
	count("pace_max_inside", "Nobody enters while so many count as inside; 0 means no bound. In earlier releases it bounded visitors inside and called together.", func(f *queue.Snapshot) int64 { return f.Document.Pace.MaxInside }),
	count("pace_burst", "Most entries at once. In earlier releases it was that of calls.", func(f *queue.Snapshot) int64 { return f.Document.Pace.Burst }),
	gauge("pace_paused", "Whether nobody is called.", func(f *queue.Snapshot) float64 { return flag(f.Document.Pace.Mode == queue.ModePause) }),
	gauge("pace_open_to_all", "Whether operators let everybody through without a place.", func(f *queue.Snapshot) float64 { return flag(f.Document.Pace.Mode == queue.ModeOpen) }),
	gauge("pace_strict", "Whether each visitor inside counts in full.", func(f *queue.Snapshot) float64 { return flag(f.Document.Pace.Strict) }),
	count("opening_quota", "How many may be booked. Not there without a quota.", func(f *queue.Snapshot) int64 { return f.Opening.Quota }).where(hasQuota),
	count("opening_booked", "How many are booked. Not there without a quota.", func(f *queue.Snapshot) int64 { return f.Opening.Booked }).where(hasQuota),
	total("line_joined_total", "Numbers given.", func(f *queue.Snapshot) int64 { return f.Joined }),
	total("line_called_total", "Places called.", func(f *queue.Snapshot) int64 { return f.Called }),
	total("line_admitted_total", "Entries: stays begun.", func(f *queue.Snapshot) int64 { return f.Admitted }),
	total("line_finished_total", "Stays ended by the visitor or the site.", func(f *queue.Snapshot) int64 { return f.Finished }),
	total("line_left_total", "Places given up.", func(f *queue.Snapshot) int64 { return f.Left }),
}

// phase has one series for each phase of a room.
var phase = describe("opening_phase", "1 for the phase that the room is in, 0 for the others.", "phase")

// paceFactor has one series: what the site's health leaves of the pace.
var paceFactor = describe("pace_factor", "Part of the pace that the site's health leaves in force.")

// heldBack has one series for each reason for which the pace is, or would be, held back.
var heldBack = describe("pace_held_back", "1 for the reason for which the pace is held back, or would be if the judgement of the site's health were acted on; 0 for the others.", "reason")

// reasons are all there are.
var reasons = []admission.Reason{admission.ReasonLatency, admission.ReasonErrors, admission.ReasonDown, admission.ReasonStart}

// promises has one series for each end of a range that was told.
var promises = describe("wait_promises_total", "Ranges of the wait that pages were told and that have ended: the turn came within the range, earlier or later. One of each length is counted every 15 seconds.", "result")

// chances has one series for each word and result: what came of those who were told a chance.
var chances = describe("chance_told_total", "Places that were told a word about the chance that something is left, and what came of it: yes, something was left when the head came by, or no. A few along the line are counted every 15 seconds. Not there before the first one.", "word", "left")

// brier is the score of all of them.
var brier = describe("chance_brier_score", "Mean of (chance - result)² over all places that were told a chance: 0 is a seer, 0.25 says a half of everything. Not there before the first one.")

// collectChances sends how the words about a chance held.
func collectChances(id string, snapshot *queue.Snapshot, out chan<- prometheus.Metric) {
	state := admission.ReadState(snapshot.HealthText())
	if state.Chances == nil || state.Chances.Scores.All() == 0 {
		return
	}
	s := &state.Chances.Scores
	for w := admission.Little; w < admission.Words; w++ {
		for result, n := range map[string]int64{"yes": s.Got[w], "no": s.Told[w] - s.Got[w]} {
			out <- prometheus.MustNewConstMetric(chances, prometheus.CounterValue, float64(n), id, w.String(), result)
		}
	}
	if score, known := s.Brier(); known {
		out <- prometheus.MustNewConstMetric(brier, prometheus.GaugeValue, score, id)
	}
}

// phases are all there are.
var phases = []queue.Phase{
	queue.PhaseOpen, queue.PhaseClosed, queue.PhaseLobby, queue.PhaseDrawing, queue.PhaseLine, queue.PhaseThrough,
}

// Describe implements prometheus.Collector.
func (all *rooms) Describe(out chan<- *prometheus.Desc) {
	for _, f := range figures {
		out <- f.desc
	}
	out <- phase
	out <- promises
	out <- chances
	out <- brier
	out <- heldBack
	out <- paceFactor
	out <- possibleEntries
	out <- usedRatio
	out <- lostRatio
}

// Collect implements prometheus.Collector, for everything that snapshots tell. All figures of a room in one scrape are of
// the same moment. A room without a snapshot has none.
func (all *rooms) Collect(out chan<- prometheus.Metric) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for id, o := range all.open {
		snapshot := o.room.snapshot.Load()
		if snapshot == nil {
			continue
		}
		for _, f := range figures {
			if f.there == nil || f.there(snapshot) {
				out <- prometheus.MustNewConstMetric(f.desc, f.kind, f.value(snapshot), id)
			}
		}
		reason := admission.ReasonNone
		if snapshot.Document.HealthMode() != queue.HealthOff {
			site := admission.ReadState(snapshot.HealthText())
			reason = site.Reason
		}
		out <- prometheus.MustNewConstMetric(paceFactor, prometheus.GaugeValue, float64(snapshot.Judgement.Factor)/1000, id)
		for _, r := range reasons {
			out <- prometheus.MustNewConstMetric(heldBack, prometheus.GaugeValue, flag(r == reason), id, string(r))
		}
		o.room.collectUsage(id, out)
		told := snapshot.Promises()
		for result, n := range map[string]int64{"kept": told.Kept, "early": told.Early, "late": told.Late} {
			out <- prometheus.MustNewConstMetric(promises, prometheus.CounterValue, float64(n), id, result)
		}
		collectChances(id, snapshot, out)
		for _, p := range phases {
			out <- prometheus.MustNewConstMetric(phase, prometheus.GaugeValue, flag(p == snapshot.Opening.Phase), id, p.String())
		}
	}
}
