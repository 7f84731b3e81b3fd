package summary

import (
	"slices"

	"github.com/einlass/einlass/pkg/queue/journal"
)

// Openings are the names of the openings that a journal tells of, in the order in which they were the room's.
func Openings(m *journal.Merged) (names []string) {
	for i := range m.Events {
		if r := m.Events[i].Record; r != nil && r.Name != "" && !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

// WindowOf is the part of a journal in which an opening was the room's: from its lobby until the next one's begins. false: the journal does
// not tell of it.
func WindowOf(m *journal.Merged, opening string) (w Window, ok bool) {
	for i := range m.Events {
		switch e := &m.Events[i]; {
		case e.Record == nil:
		case e.Record.Name == opening && !ok:
			w, ok = Window{From: e.At}, true
		case ok && e.Record.Name != opening && e.Record.Name != "":
			w.To = e.At - 1
			return w, true
		}
	}
	return w, ok
}
