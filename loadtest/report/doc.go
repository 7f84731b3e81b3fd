// Package report shows what runs of scenarios ended with: a table for the terminal, Markdown for the documentation, and
// one HTML file with charts that needs nothing but a browser (no network, light and dark, phone and desktop).
//
// Every figure comes from the results it is given; the package measures nothing and knows no clock. The charts are drawn
// by uPlot, which is embedded with its licence (see uplot/).
//
// loadtest's sim, drive and mornings import it; it imports loadtest/scenarios.
package report

import "github.com/einlass/einlass/loadtest/scenarios"

// Morning is one scenario and the runs of it, usually one without and one with the gate.
type Morning struct {
	Scenario scenarios.Scenario
	Results  []scenarios.Result
}
