// Package check holds the journals of gateways to the rules of the line and writes the report after an opening.
//
//	loadtest check journal/termine-*.jsonl
//
// It reads the files that gateways with journal.dir set have written for one room (pkg/queue/journal), merges them by
// the store's time, and says: whether any rule was broken (journal.Invariants), how many came, were called, went in and
// left, how long they waited, how the pace kept to what was set minute by minute, what the store lost and who changed
// the controls when. Every figure is counted from the events; none is estimated.
//
//	print.go    the report as Markdown
//	command.go  the command
//
// pkg/queue/journal/summary counts. It imports that and the journal only.
package check
