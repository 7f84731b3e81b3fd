package chaos

import (
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/visitor"
)

func TestWhoStillWaitsAlthoughSomebodyBehindWasLetInIsSeen(t *testing.T) {
	hour := time.Unix(1000, 0)
	one := func(number uint64, came, entered time.Time) *guest {
		return &guest{place: visitor.Token{Epoch: 7, Number: number}, came: came, entered: entered}
	}
	in, there := hour.Add(3*time.Second), hour.Add(-time.Second)
	line := []*guest{one(1, there, in), one(2, there, in), one(3, there, time.Time{}), one(4, in, time.Time{})}
	a := &act{name: "a", start: hour}
	if got, held := overtaken(a, line); len(got) > 0 || held != 3 {
		t.Errorf("in order: %d are held to it, %q", held, got)
	}
	line[3].came, line[3].entered = there, in
	if got, _ := overtaken(a, line); len(got) != 1 || !strings.Contains(got[0], "Number:3") {
		t.Errorf("number 3 was overtaken: %q", got)
	}
	a.deaf = true
	if got, held := overtaken(a, line); len(got) > 0 || held > 0 {
		t.Errorf("no gateway could tell the store of number 3: %q", got)
	}
}

// A place of which nothing was heard in time does not block the line.
func TestWhoDidNotAskInTimeIsNotHeldToTheOrderOfTheLine(t *testing.T) {
	hour := time.Unix(1000, 0)
	at := func(ms int) time.Time { return hour.Add(time.Duration(ms) * time.Millisecond) }
	const soon = int(prompt / time.Millisecond)
	for name, c := range map[string]struct {
		asks func(p *present)
		held bool
	}{
		"in time":                    {func(p *present) { p.asks(at(500)); p.answered(at(500 + soon)); p.asks(at(2950)) }, true},
		"not due yet":                {func(p *present) { p.asks(at(5000)) }, true},
		"late":                       {func(p *present) { p.asks(at(500)); p.answered(at(501 + soon)) }, false},
		"without an answer":          {func(p *present) { p.asks(at(500)); p.failed(at(501)) }, false},
		"an answer is still to come": {func(p *present) { p.asks(at(500)) }, false},
		"late in another lobby":      {func(p *present) { p.asks(at(-9000)); p.answered(at(-8000)) }, true},
		"late when all were in":      {func(p *present) { p.asks(at(3001)); p.failed(at(9000)) }, true},
	} {
		before := &guest{place: visitor.Token{Epoch: 7, Number: 1}, came: at(-1000)}
		c.asks(&before.present)
		behind := &guest{place: visitor.Token{Epoch: 7, Number: 2}, came: at(-900), entered: at(3000)}
		got, held := overtaken(&act{name: "a", start: hour}, []*guest{before, behind})
		if want := map[bool]int{true: 1}[c.held]; len(got) != want || held != 1+want {
			t.Errorf("%s: %d are held to it, %q", name, held, got)
		}
	}
}
