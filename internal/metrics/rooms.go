package metrics

import (
	"maps"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// RoomConfig is one room and the addresses behind it.
type RoomConfig struct {
	ID       string
	Backends []string
}

// rooms are the series of all rooms. They come with the first user of a room or an address and go with the last: while a
// room or its backend is replaced, the old one still counts.
type rooms struct {
	visits, codes, answers             *prometheus.CounterVec
	storeUp, up, reused, inFlightLimit *prometheus.GaugeVec
	answered                           *prometheus.HistogramVec

	mu   sync.Mutex
	open map[string]*openRoom
}

// openRoom is a room with its users.
type openRoom struct {
	room      *Room
	users     int
	addresses map[string]int // users of each
}

func (r *registrar) rooms() *rooms {
	all := &rooms{
		visits:        r.counters("visits_total", "Requests of visitors, by room and what became of them.", "room", "kind"),
		codes:         r.counters("door_codes_total", "Codes and invitations that came to the door, by room and what became of them.", "room", "result"),
		storeUp:       r.gauges("store_up", "Whether the store answered for this room the last time it was asked.", "room"),
		inFlightLimit: r.gauges("backend_in_flight_limit", "How many requests of this room the backend may work on at once: max_in_flight, or less while it is slow.", "room"),
		answers: r.counters("backend_requests_total",
			"Requests for a backend, by address and by class of status or fault. The address is empty if none was asked.", "room", "address", "outcome"),
		answered: r.histograms("backend_response_duration_seconds",
			"Time in which a backend answered, from the end of the request to the end of the answer's head.", backendBuckets, "room", "address"),
		up:     r.gauges("backend_up", "Whether an address of a backend works: it can be connected to, its health check passes, and less than half of its requests of the last minute failed.", "room", "address"),
		reused: r.gauges("backend_reused", "Whether connections to an address are used again. 0 since it sent more than it announced.", "room", "address"),
		open:   map[string]*openRoom{},
	}
	r.add(all)
	return all
}

// OpenRoom returns the counters of a room that is put into service, with series for these addresses. Users of one id share
// them. Each call wants one CloseRoom with the same RoomConfig.
func (m *Metrics) OpenRoom(cfg RoomConfig) *Room { return m.rooms.add(cfg) }

// CloseRoom ends one use of a room and of its addresses. The series that nobody uses any more disappear.
func (m *Metrics) CloseRoom(cfg RoomConfig) { m.rooms.remove(cfg) }

func (all *rooms) add(cfg RoomConfig) *Room {
	all.mu.Lock()
	defer all.mu.Unlock()
	o := all.open[cfg.ID]
	if o == nil {
		o = &openRoom{room: all.make(cfg.ID), addresses: map[string]int{}}
		all.open[cfg.ID] = o
	}
	o.users++
	known := maps.Clone(*o.room.backends.Load())
	for _, address := range cfg.Backends {
		if o.addresses[address]++; o.addresses[address] == 1 {
			known[address] = all.backend(cfg.ID, address)
		}
	}
	o.room.backends.Store(&known)
	return o.room
}

func (all *rooms) remove(cfg RoomConfig) {
	all.mu.Lock()
	defer all.mu.Unlock()
	o := all.open[cfg.ID]
	if o == nil {
		return
	}
	known := maps.Clone(*o.room.backends.Load())
	for _, address := range cfg.Backends {
		if o.addresses[address]--; o.addresses[address] == 0 {
			delete(o.addresses, address)
			delete(known, address)
			all.forget(prometheus.Labels{"room": cfg.ID, "address": address})
		}
	}
	o.room.backends.Store(&known)
	if o.users--; o.users > 0 {
		return
	}
	delete(all.open, cfg.ID)
	all.forget(prometheus.Labels{"room": cfg.ID})
}

// forget removes all series with these labels.
func (all *rooms) forget(labels prometheus.Labels) {
	all.answers.DeletePartialMatch(labels)
	all.up.DeletePartialMatch(labels)
	all.reused.DeletePartialMatch(labels)
	all.answered.DeletePartialMatch(labels)
	if _, one := labels["address"]; one {
		return
	}
	all.visits.DeletePartialMatch(labels)
	all.codes.DeletePartialMatch(labels)
	all.storeUp.DeletePartialMatch(labels)
	all.inFlightLimit.DeletePartialMatch(labels)
}

// make makes the counters of a room.
func (all *rooms) make(id string) *Room {
	room := &Room{
		storeUp: all.storeUp.WithLabelValues(id), inFlightLimit: all.inFlightLimit.WithLabelValues(id),
		nowhere: newBackend(all.answers, id, "", Down, QueueFull, Stopped, ClientGone, RequestRefused),
	}
	for result, name := range codeNames {
		room.codes[result] = all.codes.WithLabelValues(id, name)
	}
	room.backends.Store(&map[string]*backend{})
	for kind, name := range visitNames {
		room.visits[kind] = all.visits.WithLabelValues(id, name)
	}
	return room
}

func (all *rooms) backend(room, address string) *backend {
	b := newBackend(all.answers, room, address, 1, 2, 3, 4, 5, Unclassed, Down, Timeout, Malformed, Stopped, ClientGone, RequestRefused)
	b.took = all.answered.WithLabelValues(room, address)
	b.up, b.reused = all.up.WithLabelValues(room, address), all.reused.WithLabelValues(room, address)
	return b
}
