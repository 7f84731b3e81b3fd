package memstore

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// offers is a document with so many slots.
func offers(quota int64) queue.Document {
	d := document(6000)
	d.Pace.Burst = 50
	d.Plan = []queue.Step{{At: 1, Opening: "day", Rank: 1, Phase: queue.PhaseOpen, SetQuota: true, Quota: quota, Per: 1, Reset: true}}
	return d
}

// A process is killed just after it has answered, each time again. Nothing else writes its files.
func TestASlotThatWasTakenIsKnownHoweverOftenProcessesDie(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "room")
	s := begun(t, path, c, offers(40))
	want := struct{ booked, live, admitted int64 }{}
	crash := func(what string) {
		t.Helper()
		path = kill(t, path)
		s = open(t, path, c)
		f := snapshot(t, s)
		if got := (struct{ booked, live, admitted int64 }{f.Opening.Booked, f.Live, f.Admitted}); got != want {
			t.Fatalf("%s: after the crash %+v, want %+v", what, got, want)
		}
		c.pass(30 * time.Second) // behind the hold
		advance(t, s)
	}
	report := func(o queue.Outcome) {
		t.Helper()
		_, err := s.Report(t.Context(), queue.Tally{}, []queue.Outcome{o})
		must(t, err)
	}
	for i := range 5 {
		for range 6 {
			c.pass(2 * time.Minute) // no stay of before is alive
			advance(t, s)
		}
		p := join(t, s, 2*i+1, 1)[0]
		want.live, want.admitted = 1, want.admitted+1
		crash("one goes straight in")

		claim(t, s, p)
		report(queue.Outcome{Kind: queue.Booked, Visitor: p.Visitor, Count: 1, Ref: queue.Code(p.Visitor)})
		want.booked++
		crash("it books")

		pause(t, s, true)
		waiting := join(t, s, 2*i+2, 1)
		keep(t, s, waiting...)
		pause(t, s, false)
		advance(t, s)
		if got := claim(t, s, waiting[0]); got.State != queue.StateInside {
			t.Fatalf("a call is claimed: %+v", got)
		}
		want.live, want.admitted = 2, want.admitted+1
		crash("one is called and claims")
	}
}

// pause stops the calls, or lets them go on.
func pause(t *testing.T, s *Store, yes bool) {
	t.Helper()
	d := snapshot(t, s).Document
	d.Pace.Mode = queue.ModeRun
	if yes {
		d.Pace.Mode = queue.ModePause
	}
	_, err := s.Settle(t.Context(), d)
	must(t, err)
}
