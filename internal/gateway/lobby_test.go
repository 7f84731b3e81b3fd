package gateway_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

func TestTheLobbySaysHowManyCameAndWhenItStarts(t *testing.T) {
	s := newFixture(t, slow)
	b := s.early(true)
	s.pass(0)
	page := b.load("GET", "/").body
	for _, want := range []string{`">about 1 hour</span>`, `It starts <time datetime="2027-01-15T09:01:00Z">at 9:01</time>.`, `<dd id="came">3 people</dd>`, `id="number-fact" hidden`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	if n := s.stored(); n.Waiting != 0 {
		t.Errorf("%d places are in the line", n.Waiting)
	}
}

// Without script a page of the lobby asks at the start as pages with script do, also that of somebody who has just come. The line is held
// for the spread of two seconds alone, and a place that has not asked by then is passed over.
func TestAPageWithoutScriptAsksWhenTheLobbyEnds(t *testing.T) {
	for _, draw := range []bool{false, true} {
		for left := time.Second; left < 25*time.Second; left += 2900 * time.Millisecond {
			s := newFixture(t, slow)
			s.morning(draw)
			s.pass(time.Hour + time.Minute - left)
			m := refreshIn.FindStringSubmatch(s.browser().load("GET", "/", from(9)...).body)
			if m == nil {
				t.Fatal("the page does not load again")
			}
			seed := time.Duration(0)
			if draw {
				seed = 14 * time.Second // by drand
			}
			after, err := strconv.Atoi(m[1])
			if got := time.Duration(after) * time.Second; err != nil || got > left+seed+2*time.Second {
				t.Errorf("%v before the start, drawn %v: it loads again after %v", left, draw, got)
			}
		}
	}
}

var refreshIn = regexp.MustCompile(`http-equiv="refresh" content="(\d+);`)

// A ticket of the lobby is worth a place that no store knows: it may not live on where it could have been used meanwhile.
func TestATicketInTheLobbyIsRenewedOnlyWhileTheLobbyIsKnownToBeOpen(t *testing.T) {
	renewed := func(b *browser) bool {
		before := b.cookie("einlass-termine")
		b.poll("room=termine&shown=")
		return b.cookie("einlass-termine") != before
	}
	late := func(t *testing.T, draw bool) (*fixture, *browser) {
		s := newFixture(t, slow)
		s.morning(draw)
		s.pass(time.Minute)
		s.browser().load("GET", "/", from(1)...)
		b := s.browser()
		b.load("GET", "/", from(2)...)
		return s, b
	}
	t.Run("open", func(t *testing.T) {
		if _, b := late(t, false); !renewed(b) || renewed(b) {
			t.Error("not confirmed once")
		}
	})
	t.Run("the store is away", func(t *testing.T) {
		s, b := late(t, false)
		s.loseStore()
		if renewed(b) {
			t.Error("renewed on a guess")
		}
	})
	t.Run("the seed is awaited", func(t *testing.T) {
		s, b := late(t, true)
		s.update(func(d *queue.Document) { d.Plan[2].At = s.now.Load() })
		s.pass(time.Second)
		if got := b.poll("room=termine&shown="); !strings.Contains(got, `"state":"drawing"`) {
			t.Fatal(got)
		}
		s.pass(6 * time.Minute)
		if got := b.poll("room=termine&shown="); !strings.Contains(got, `"state":"drawing"`) {
			t.Errorf("a ticket from shortly before the start is worth nothing when the seed comes late: %s", got)
		}
	})
}

// Between the draw and the first call pages show the number that was drawn, and go in in that order.
func TestTheDrawnGoInInTheOrderOfTheirNumbers(t *testing.T) {
	s := newFixture(t, slow)
	s.morning(true)
	s.pass(time.Minute)
	all := make([]*browser, 6)
	for i := range all {
		all[i] = s.browser()
		all[i].load("GET", "/", from(i)...)
		all[i].poll("room=termine&shown=")
	}
	s.pass(time.Hour)
	s.reveal()
	drawn := map[string]bool{}
	for _, b := range all {
		got := b.poll("room=termine&shown=")
		number, _, _ := strings.Cut(strings.TrimPrefix(got, `{"state":"waiting","number":`), ",")
		drawn[number] = true
		if !strings.Contains(got, `"ahead":`+string(number[0]-1)+",") {
			t.Errorf("number %s: %s", number, got)
		}
	}
	if len(drawn) != len(all) || !drawn["1"] || !drawn["6"] {
		t.Errorf("drawn %v", drawn)
	}
	var order []string // those who are called at once in the order of their numbers
	in := map[*browser]bool{}
	for range 60 {
		s.pass(time.Second)
		before := len(order)
		for _, b := range all {
			got := b.poll("room=termine&shown=")
			if in[b] || !strings.Contains(got, `"state":"called"`) {
				continue
			}
			if b.load("GET", "/").StatusCode == 303 {
				in[b] = true
				_, number, _ := strings.Cut(got, `"number":`)
				order = append(order, number[:1])
			}
		}
		slices.Sort(order[before:])
	}
	if strings.Join(order, "") != "123456" {
		t.Errorf("in by %v", order)
	}
}
