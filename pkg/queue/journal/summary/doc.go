// Package summary counts what journals tell of one room: how many came, were called, went in and left, how long they waited, how the pace kept
// to what was set minute by minute, what the store lost and who changed the controls when. It holds the journals to the rules of the line
// (journal.Invariants). Every figure is counted from the events; none is estimated.
//
//	report.go   the figures
//	pace.go     the same by the minute
//	opening.go  the part of the journals that is of one opening
//
// loadtest/check prints it, internal/report makes the report after an opening of it. It imports pkg/queue and its journal only.
package summary
