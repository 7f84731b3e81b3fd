package gateway_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// The time of the figures is that of the last answer of the store, however much later a page is loaded.
func TestStaleFiguresSayOfWhenTheyAreAndThatTimeStandsStill(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 1, Burst: 1})
	s.update(func(d *queue.Document) { d.SetSchedule(berlin) })
	s.pass(5 * time.Minute)
	s.browser().load("GET", "/", from(8)...) // goes in, and whoever comes then waits
	b := s.waiting(4)
	if page := b.load("GET", "/").body; !strings.Contains(page, `data-text="These figures are from {t}. We cannot get new ones at the moment. You keep your place." data-none="We cannot get new figures at the moment. These are the latest ones. You keep your place." hidden>`) {
		t.Fatalf("while the store answers:\n%s", page)
	}
	s.loseStore()
	of := strconv.FormatInt(s.lines[0].View().Snapshot.Now, 10)
	for range 3 {
		page, poll := b.load("GET", "/"), b.poll("room=termine&shown=")
		says(t, page, "waiting", "These figures are from 9:05. We cannot get new ones at the moment. You keep your place.")
		if !strings.Contains(page.body, ` data-of="`+of+`">`) || !strings.Contains(poll, `"stale":true,"of":`+of+`,`) {
			t.Errorf("for the script it is not %s:\n%s\n%s", of, poll, page.body)
		}
		s.pass(7 * time.Minute)
	}
	s.away.Store(false)
	s.pass(time.Second)
	if poll := b.poll("room=termine&shown="); strings.Contains(poll, `"of":`) || !strings.Contains(poll, `"stale":false`) {
		t.Errorf("the store is back, and the poll says %s", poll)
	}
}

// A room without a zone has no time of day without script, and one that has never heard its store no figures.
func TestStaleFiguresWithoutAZoneSayNoTime(t *testing.T) {
	s := newFixture(t, slow)
	b := s.waiting(2)
	s.loseStore()
	page := b.load("GET", "/")
	says(t, page, "waiting", "We cannot get new figures at the moment. These are the latest ones.")
	if !strings.Contains(page.body, ` data-of="`) {
		t.Error("the script cannot say it either")
	}
}
