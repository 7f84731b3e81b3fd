package queue_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestAfterALongOutageTheLineGoesOnInItsOrder(t *testing.T) {
	for _, away := range []time.Duration{time.Second, 10 * time.Minute} {
		e := newEngine(t, queue.RoomConfig{
			Gateway: "a", Document: runs(60, 1),
		})
		b, r := e.beside("b", queue.FailHold), rand.New(rand.NewPCG(7, 8))
		both := []*queue.Room{e.room, b}
		waiting := arriveAt(t, 60, both...)
		step := func(d time.Duration) {
			for range d / (250 * time.Millisecond) {
				e.pass(250 * time.Millisecond)
				b.Flush(t.Context())
				b.Tick(t.Context())
			}
		}
		step(time.Second)
		// Everybody keeps polling, each 20 s, while the store is away.
		asks := func(tick int) (now []queue.Place) {
			for i, p := range waiting {
				if i*7%20 == tick%20 {
					now = append(now, p)
				}
			}
			return now
		}
		e.store.gone = true
		for tick := range int(away / time.Second) {
			visit(t, r, asks(tick), both...)
			step(time.Second)
		}
		e.store.gone = false
		var entered []queue.Place
		soon := map[queue.Place]bool{}
		for tick := 0; tick < 40; tick++ {
			step(time.Second)
			due := asks(tick)
			for _, p := range waiting { // who has learnt that it is soon asks each second
				if soon[p] && !slices.Contains(due, p) {
					due = append(due, p)
				}
			}
			for _, p := range due {
				soon[p] = p.Order <= e.room.View().Snapshot.Heads[0]
			}
			in := visit(t, r, due, both...)
			entered, waiting = append(entered, in...), without(waiting, in)
		}
		if len(entered) < 5 {
			t.Errorf("after %v: %d got in within 40 s", away, len(entered))
		}
		if f := e.room.View().Snapshot; f.HeadNumbers[0] > uint64(f.Called) {
			t.Errorf("after %v without the store: %d called, and the head at %d, of people who never stopped asking",
				away, f.Called, f.HeadNumbers[0])
		}
	}
}
