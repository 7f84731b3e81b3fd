package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/einlass/einlass/pkg/queue"
)

// Visit is what became of a request.
type Visit uint8

const (
	// Arrival got a place in the line and the waiting page.
	Arrival Visit = iota
	// Straight arrived and was let in at once.
	Straight
	// Poll asked for news of its place.
	Poll
	// Page was shown the waiting page again, or a page that says why there is no place.
	Page
	// Claim went in because it was its turn.
	Claim
	// Forward had a pass and was sent to the backend.
	Forward
	// Unguarded was sent to the backend because its path needs no pass.
	Unguarded
	// Late was a form with a pass that had run out a moment ago, and was sent to the backend.
	Late
	// Refused was not a page and has no pass: status 429.
	Refused
	// Limited came from a network that sends too many arrivals: status 429.
	Limited
	// Left gave its place up.
	Left
	// Failed could not be served: the backend or the store was away.
	Failed
	// Shared had a pass that is used from too many networks: status 429.
	Shared
	// Busy had a pass with too many requests under way: status 429.
	Busy
	visits
)

var visitNames = [visits]string{
	"arrival", "straight", "poll", "page", "claim", "forward", "unguarded", "late", "refused", "limited", "left", "failed", "shared", "busy",
}

// Room counts for one room. A nil Room counts nothing.
type Room struct {
	visits   [visits]prometheus.Counter
	storeUp  prometheus.Gauge
	answers  map[string]prometheus.Counter
	answered prometheus.Observer
	backends map[string]backend
	frame    atomic.Pointer[queue.Snapshot]
}

// backend is one address.
type backend struct{ up, reused prometheus.Gauge }

// Outcomes of a request to a backend that are not a status.
const (
	// Down: no connection, or it broke before the answer.
	Down = "down"
	// Timeout: no answer in time.
	Timeout = "timeout"
	// QueueFull: too many requests were under way.
	QueueFull = "queue_full"
	// ClientGone: the visitor left before the answer.
	ClientGone = "client_gone"
)

var outcomes = []string{"1xx", "2xx", "3xx", "4xx", "5xx", Down, Timeout, QueueFull, ClientGone, other}

func (m *Metrics) addRooms(r *registrar, rooms []RoomConfig) {
	visitors := r.counters("visits_total", "Requests of visitors, by room and what became of them.", "room", "kind")
	storeUp := r.gauges("store_up", "Whether the store answered for this room the last time it was asked.", "room")
	answers := r.counters("backend_requests_total", "Requests sent to a backend, by class of status or by fault.", "room", "outcome")
	answered := r.histograms("backend_response_duration_seconds",
		"Time from forwarding a request to the first byte of the backend's answer.", backendBuckets, "room")
	up := r.gauges("backend_up", "Whether people inside are sent to an address of a backend.", "room", "address")
	reused := r.gauges("backend_reused", "Whether connections to an address are used again. 0 since it sent more than it announced.", "room", "address")
	lines := &lines{rooms: map[string]*Room{}}
	for _, cfg := range rooms {
		room := &Room{
			storeUp:  storeUp.WithLabelValues(cfg.ID),
			answered: answered.WithLabelValues(cfg.ID),
			answers:  map[string]prometheus.Counter{},
			backends: map[string]backend{},
		}
		for kind, name := range visitNames {
			room.visits[kind] = visitors.WithLabelValues(cfg.ID, name)
		}
		for _, outcome := range outcomes {
			room.answers[outcome] = answers.WithLabelValues(cfg.ID, outcome)
		}
		for _, address := range cfg.Backends {
			room.backends[address] = backend{up.WithLabelValues(cfg.ID, address), reused.WithLabelValues(cfg.ID, address)}
		}
		m.rooms[cfg.ID] = room
		lines.rooms[cfg.ID] = room
	}
	r.add(lines)
}

// backendBuckets reach from a static file to a report that takes a minute.
var backendBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// Room is the counter of a configured room; nil for any other id.
func (m *Metrics) Room(id string) *Room { return m.rooms[id] }

// Visit counts a request. It costs one atomic addition.
func (r *Room) Visit(kind Visit) {
	if r != nil && kind < visits {
		r.visits[kind].Inc()
	}
}

// Answer counts a backend's answer: the status, and the time until its first byte.
func (r *Room) Answer(status int, took time.Duration) {
	if r == nil {
		return
	}
	outcome := other
	if class := status / 100; class >= 1 && class <= 5 {
		outcome = outcomes[class-1]
	}
	r.answers[outcome].Inc()
	r.answered.Observe(took.Seconds())
}

// NoAnswer counts a request to the backend that got none: Down, Timeout, QueueFull or ClientGone.
func (r *Room) NoAnswer(fault string) {
	if r == nil {
		return
	}
	c, ok := r.answers[fault]
	if !ok {
		c = r.answers[other]
	}
	c.Inc()
}

// Backend sets whether people inside are sent to an address, and whether connections to it are used again. Addresses
// that are not in the configuration are left out.
func (r *Room) Backend(address string, up, reused bool) {
	if r == nil {
		return
	}
	if b, ok := r.backends[address]; ok {
		b.up.Set(flag(up))
		b.reused.Set(flag(reused))
	}
}

// StoreUp sets whether the store answered.
func (r *Room) StoreUp(up bool) {
	if r != nil {
		r.storeUp.Set(flag(up))
	}
}

// Frame keeps the frame for the next scrape. The caller does not change it afterwards. A frame is an answer of the
// store.
func (r *Room) Frame(f *queue.Snapshot) {
	if r != nil {
		r.frame.Store(f)
		r.storeUp.Set(1)
	}
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
