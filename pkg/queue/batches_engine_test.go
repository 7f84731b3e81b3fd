package queue_test

import (
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Letters are out: what says which of their codes count is never lost, whatever else writes the document or loses it.
func TestTheBatchesOfCodesStayInTheDocument(t *testing.T) {
	const batches = `[{"i":1,"k":"k1"}]`
	e := newEngine(t, queue.RoomConfig{Document: controls(queue.ModeRun, 60, "Guten Morgen"), ConfigHash: "a"})
	e.pass(time.Second)
	stays := func(after string) {
		t.Helper()
		if d := e.document(); d.Codes() != batches {
			t.Errorf("after %s they are %q", after, d.Codes())
		}
	}
	e.set(func(d *queue.Document) { d.SetCodes(batches) })
	stays("they were made")
	e.pass(time.Second)
	e.set(func(d *queue.Document) { d.SetMessage("Störung"); d.SetDraws(`[]`); d.SetDoor(queue.DoorClosed) })
	stays("operators' changes")
	e.started("b", "b", controls(queue.ModePause, 90, "Guten Tag"))
	stays("another configuration")
	e.pass(time.Second)
	e.store.lose(t)
	e.pass(5 * time.Second)
	stays("a loss of the store")
	e.set(func(d *queue.Document) { d.SetCodes("no JSON") })
	if d := e.document(); d.Codes() != "" || d.Message() == "" {
		t.Errorf("what is no JSON is %q, and the message %q", d.Codes(), d.Message())
	}
}
