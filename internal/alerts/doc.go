// Package alerts says when somebody has to do something: in the process, for the dashboard, a webhook or mail; and as rules for Prometheus.
//
// A [Rule] has one condition in two forms: over the samples that this process keeps of its own metrics for some minutes, and as an
// expression of PromQL, of which [File] makes the file in configs/. A test holds the two against each other.
//
// A [Watch] looks at the metrics every ten seconds ([Interval]). Figures of a line are alike on all gateways that share it, so each of
// them that is set up to send does.
//
// cmd/gateway imports the package; of this module it imports internal/webhook. Safe for concurrent use.
package alerts
