// Package metrics holds the figures that the gateway exports to Prometheus.
//
// Everything is registered with a registry that the caller brings; there is no global state. Units are base
// units (seconds, bytes), counters end in _total. Label values come from closed sets only: the rooms and backend
// addresses of the configuration, and the verbs, outcomes, kinds and faults that are written down in the code. A
// name outside its set is counted as "other", and an address outside its set not at all or with requests that were sent
// to none, so that no request can make a new time series.
//
// Figures of the line (einlass_line_*, einlass_pace_*) come from the last snapshot of each room. Gateways that share a
// store report the same line: take the maximum over them, not the sum. All other figures are of one process.
//
// cmd/gateway and internal/gateway import the package; of this module it imports pkg/queue.
package metrics
