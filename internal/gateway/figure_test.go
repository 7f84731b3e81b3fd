package gateway_test

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Between the head's coming by and the store's word on this place nothing is claimed but that it is the turn.
func TestUntilTheStoreHasAnsweredItIsAMoment(t *testing.T) {
	s := newFixture(t, slow)
	b := s.browser()
	s.browser().load("GET", "/")
	b.load("GET", "/")
	for range 8 {
		s.pass(time.Second)
		// Asked too early to carry a heartbeat: what the store said last is that this place waits.
		if status := b.poll("room=termine&shown="); !strings.Contains(status, `"turn":false`) {
			if !strings.Contains(status, `{"state":"waiting","number":2,"ahead":-1,"exact":false,"low":0,"high":0,`) {
				t.Errorf("the status is %s", status)
			}
			s.pass(250 * time.Millisecond)
			if status := b.poll("room=termine&shown="); !strings.Contains(status, `{"state":"called",`) {
				t.Errorf("once the store has answered: %s", status)
			}
			return
		} else if !strings.Contains(status, `"state":"waiting"`) {
			t.Fatalf("before anything else it is a moment: %s", status)
		}
	}
	t.Error("never the turn")
}

// Places that came back count in a newcomer's figure. A visitor that was shown a smaller figure before reads them beside it,
// also where the figure was "nobody", and in the page itself.
func TestThoseWhoCameBackAreSaidBesideTheFigure(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 12, Burst: 1})
	gone := make([]*browser, 20)
	for i := range gone {
		gone[i] = s.browser()
		gone[i].load("GET", "/")
		gone[i].load("POST", "/.einlass/away?room=termine", "Sec-Fetch-Site", "same-origin")
	}
	s.browser().load("GET", "/") // called when the absent are passed over
	next, second := s.browser(), s.browser()
	next.load("GET", "/")
	second.load("GET", "/")
	for range 6 {
		s.pass(time.Second)
	}
	for b, want := range map[*browser]string{next: `"ahead":0,"exact":true,`, second: `"ahead":1,"exact":true,`} {
		b.load("GET", "/") // its cookie says what was shown
		if status := b.poll("room=termine&shown="); !strings.Contains(status, want) || !strings.Contains(status, `"more":0,`) {
			t.Fatalf("before: %s", status)
		}
	}
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause }) // or one of them is called, and counts no more
	for _, b := range gone {
		b.poll("room=termine&shown=")
	}
	s.pass(250 * time.Millisecond)
	s.pass(250 * time.Millisecond)
	for _, tt := range []struct {
		b           *browser
		shown, want string
	}{
		{next, "0", `"ahead":-1,"exact":false,`},
		{second, "1", `"ahead":1,"exact":false,`},
	} {
		if status := tt.b.poll("room=termine&shown=" + tt.shown); !strings.Contains(status, tt.want) || !strings.Contains(status, `"more":20,`) {
			t.Errorf("after %s was shown: %s", tt.shown, status)
		}
		if page := tt.b.load("GET", "/").body; !strings.Contains(page, ">20 people who have come back go before you.<") {
			t.Errorf("after %s was shown the page lacks the sentence", tt.shown)
		}
	}
	if status := second.poll("room=termine&shown=23."); !strings.Contains(status, `"ahead":21,"exact":true,`) || !strings.Contains(status, `"more":0,`) {
		t.Errorf("to whom nothing was shown: %s", status)
	}
}
