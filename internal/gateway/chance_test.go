package gateway_test

import (
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/web"
)

// odds answers a word by what was said before, and remembers what it was asked.
type odds struct {
	before int64
	said   web.Chance
	word   web.Chance
}

func (o *odds) Word(before int64, said web.Chance) web.Chance {
	o.before, o.said = before, said
	return o.word
}

func lineWithOdds(t *testing.T, word web.Chance) (*fixture, *odds, *browser) {
	t.Helper()
	o := &odds{word: word}
	s := newFixtureLike(&fixture{t: t, library: newLibrary(t), chances: o}, trickle)
	return s, o, s.waiting(4)
}

func TestAPageSaysTheChanceInAWordAndBringsItAlong(t *testing.T) {
	_, o, b := lineWithOdds(t, web.Most)
	got := b.poll("room=termine&lang=en&shown=4.3&chance=4")
	if !strings.Contains(got, `"chance":3`) || !strings.Contains(got, `"chance":"At your place more than half still get something."`) {
		t.Error(got)
	}
	if o.said != web.Usually || o.before < 3 {
		t.Errorf("asked %+v", o)
	}
	for _, bad := range []string{"0", "5", "44", "x", ""} {
		if b.poll("room=termine&lang=en&shown=4.3&chance=" + bad); o.said != web.NoChance {
			t.Errorf("%q was taken for a word", bad)
		}
	}
	page := b.load("GET", "/?chance=2")
	if !strings.Contains(page.body, `<p id="chance" data-in="waiting front" data-said="3">At your place more than half still get something.</p>`) {
		t.Errorf("not on the page: %s", page.body)
	}
	if o.said != web.NoChance {
		t.Error("a parameter of the site's was taken for a word")
	}
	again := refreshOf(t, page)
	if !strings.Contains(again, "&chance=3&to=/?chance=2") {
		t.Fatalf("without script it loads %s", again)
	}
	if b.load("GET", again); o.said != web.Most {
		t.Errorf("the reload brings %v along", o.said)
	}
}

func TestWhereNothingIsKnownNothingIsSaidOfTheChance(t *testing.T) {
	s, o, b := lineWithOdds(t, web.NoChance)
	if got := b.poll("room=termine&lang=en&shown=4.3"); strings.Contains(got, "chance") {
		t.Error(got)
	}
	page := b.load("GET", "/")
	if !strings.Contains(page.body, `<p id="chance" data-in="waiting front" hidden></p>`) || strings.Contains(refreshOf(t, page), "chance") {
		t.Error(page.body)
	}
	// While the figures are old the chance is older still.
	o.word = web.Little
	s.loseStore()
	if got := b.poll("room=termine&lang=en&shown=4.3"); strings.Contains(got, "chance") {
		t.Error(got)
	}
}
