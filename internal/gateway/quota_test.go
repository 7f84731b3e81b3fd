package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// market is a room with a quota before a site that books one slot with each form, and people who want one.
type market struct {
	*fixture
	t      *testing.T
	site   *formSite
	people []*browser
	in     map[*browser]bool // was let in, and has booked
}

func newMarket(t *testing.T, quota, standby int64, people int) *market {
	t.Helper()
	pace := queue.Pace{Rate: 6000, Burst: 100, MaxInside: 0}
	m := &market{newFixture(t, pace), t, &formSite{}, nil, map[*browser]bool{}}
	m.unlimited.Store(true)
	m.plan(queue.Step{Phase: queue.PhaseOpen, SetQuota: true, Quota: quota, Per: 1, Standby: standby})
	m.offering(t, pace, m.site, formRules(t))
	for range people {
		m.people = append(m.people, m.browser())
	}
	return m
}

// arrives lets somebody look at the site, and book if it is shown.
func (m *market) arrives(b *browser) {
	m.t.Helper()
	a := b.load("GET", "/")
	if a.StatusCode == 303 { // the turn has come
		a = b.load("GET", "/")
	}
	if a.body != "page" || m.in[b] {
		return
	}
	m.in[b] = true
	if a := b.send("/buchen", urlencoded, "name=Anna"); !strings.HasPrefix(a.Header.Get("Location"), "/danke") {
		m.t.Fatalf("let in, and the form is not taken: %d", a.StatusCode)
	}
}

// goOn lets everybody look again for some seconds.
func (m *market) goOn(seconds int) {
	m.t.Helper()
	for range seconds {
		m.pass(time.Second)
		for _, b := range m.people {
			m.arrives(b)
		}
	}
}

func TestWhoeverIsLetInFindsASlot(t *testing.T) {
	m := newMarket(t, 5, 3, 12)
	m.goOn(6)
	if n := m.site.booked.Load(); len(m.in) != 5 || n != 5 {
		t.Fatalf("%d let in, %d booked, of 5 slots", len(m.in), n)
	}
	m.wantBooked("by the store", 5)
	said := map[string]int{}
	for _, b := range m.people {
		if !m.in[b] {
			said[b.load("GET", "/").Header.Get("Einlass-State")]++
		}
	}
	if said["soldout"] == 0 || said["standby"] == 0 {
		t.Errorf("the others are told %v", said)
	}
	// Two slots are given back: two of those who stand by get them, and nobody more.
	for b := range m.in {
		b.send("/storno?nr=1", urlencoded, "")
		b.send("/storno?nr=2", urlencoded, "")
		break
	}
	m.goOn(6)
	if n := m.site.booked.Load(); len(m.in) != 7 || n != 7 {
		t.Errorf("%d let in, %d booked; want two more", len(m.in), n)
	}
	m.wantBooked("slots handed on", 5)
}
