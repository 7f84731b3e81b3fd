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
	// Late had a pass that had run out a moment ago, a form, or one of a stay that the site finished a moment ago, a fetch; it
	// was sent to the backend.
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
	// Behind came to the lobby of a draw from a network that has all its lots, and joins after the start.
	Behind
	// Moved took a place over from another browser by a link.
	Moved
	// Desk is a place that staff took for somebody without a browser.
	Desk
	visits
)

var visitNames = [visits]string{
	"arrival", "straight", "poll", "page", "claim", "forward", "unguarded", "late", "refused", "limited", "left", "failed", "shared", "busy", "behind", "moved", "desk",
}

// Code is what became of a code, or an invitation, at the door.
type Code uint8

const (
	// CodeOK brought its visitor a number.
	CodeOK Code = iota
	// CodeTypo cannot be one, CodeWrong is none of the room's.
	CodeTypo
	CodeWrong
	// CodeEarly, CodeExpired and CodeRevoked do not count yet, or any more.
	CodeEarly
	CodeExpired
	CodeRevoked
	// CodeUsed was used by as many as may.
	CodeUsed
	// CodeGroup is of a group that does not come now.
	CodeGroup
	// CodeLimited was not read: too many wrong ones came.
	CodeLimited
	codes
)

var codeNames = [codes]string{"ok", "typo", "wrong", "early", "expired", "revoked", "used", "group", "limited"}

// Room counts for one room. A nil Room counts nothing.
type Room struct {
	visits                 [visits]prometheus.Counter
	codes                  [codes]prometheus.Counter
	storeUp, inFlightLimit prometheus.Gauge
	backends               atomic.Pointer[map[string]*backend] // immutable
	nowhere                *backend                            // of requests that were sent to no address
	snapshot               atomic.Pointer[queue.Snapshot]
	usage                  atomic.Pointer[queue.Usage]
}

// backend is one address.
type backend struct {
	up, reused prometheus.Gauge    // nil for nowhere
	took       prometheus.Observer // likewise
	answers    [outcomes]prometheus.Counter
}

// Outcome is what became of a request to a backend.
type Outcome uint8

const (
	_ Outcome = iota // the class of the answer's status, 1 to 5
	_
	_
	_
	_
	_
	// Unclassed is an answer with a status from 600 up.
	Unclassed
	// Down: no connection, or it broke before the answer.
	Down
	// Timeout: no answer in time.
	Timeout
	// Malformed: the answer was refused for what it looks like.
	Malformed
	// QueueFull: too many requests were under way.
	QueueFull
	// Stopped: the gateway was about to end.
	Stopped
	// ClientGone: the visitor left before the answer, or stopped sending a body.
	ClientGone
	// RequestRefused: the request, or its body, may not be forwarded.
	RequestRefused
	outcomes
)

var outcomeNames = [outcomes]string{
	"", "1xx", "2xx", "3xx", "4xx", "5xx", other, "down", "timeout", "malformed", "queue_full", "stopped", "client_gone", "request_refused",
}

// newBackend counts what can become of a request there: without an address there is no answer, and a request that finds the queue
// full was sent to no address.
func newBackend(answers *prometheus.CounterVec, room, address string, possible ...Outcome) *backend {
	b := new(backend)
	for _, o := range possible {
		b.answers[o] = answers.WithLabelValues(room, address, outcomeNames[o])
	}
	return b
}

// count leaves out what is not possible.
func (b *backend) count(o Outcome) {
	if o < outcomes && b.answers[o] != nil {
		b.answers[o].Inc()
	}
}

// backendBuckets reach from a static file to a report that takes a minute.
var backendBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}

// Visit counts a request. It costs one atomic addition.
func (r *Room) Visit(kind Visit) {
	if r != nil && kind < visits {
		r.visits[kind].Inc()
	}
}

// Code counts a code, or an invitation, that somebody pressed a button with.
func (r *Room) Code(result Code) {
	if r != nil && result < codes {
		r.codes[result].Inc()
	}
}

// Answer counts an answer of an address: its status, and the time until its head was there.
func (r *Room) Answer(address string, status int, took time.Duration) {
	if r == nil {
		return
	}
	b := r.of(address)
	b.count(classOf(status))
	if b.took != nil {
		b.took.Observe(took.Seconds())
	}
}

func classOf(status int) Outcome {
	if class := status / 100; class >= 1 && class <= 5 {
		return Outcome(class)
	}
	return Unclassed
}

// NoAnswer counts a request for which there was no answer of the backend. address is the one that was asked last.
func (r *Room) NoAnswer(address string, fault Outcome) {
	if r != nil {
		r.of(address).count(fault)
	}
}

func (r *Room) of(address string) *backend {
	if b, ok := (*r.backends.Load())[address]; ok {
		return b
	}
	return r.nowhere
}

// Backend sets whether an address works, and whether connections to it are used again. Addresses
// that are not in the configuration are left out.
func (r *Room) Backend(address string, up, reused bool) {
	if r == nil {
		return
	}
	if b, ok := (*r.backends.Load())[address]; ok {
		b.up.Set(flag(up))
		b.reused.Set(flag(reused))
	}
}

// InFlightLimit sets how many requests the backend may work on at once.
func (r *Room) InFlightLimit(n int) {
	if r != nil {
		r.inFlightLimit.Set(float64(n))
	}
}

// StoreUp sets whether the store answered.
func (r *Room) StoreUp(up bool) {
	if r != nil {
		r.storeUp.Set(flag(up))
	}
}

// Snapshot keeps a snapshot for the next scrape. The caller does not change it afterwards. A snapshot is an answer of the
// store.
func (r *Room) Snapshot(f *queue.Snapshot) {
	if r != nil {
		r.snapshot.Store(f)
		r.storeUp.Set(1)
	}
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
