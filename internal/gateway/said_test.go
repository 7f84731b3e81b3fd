package gateway_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/pkg/queue"
)

// said is the mark of an own URL for what the page has said of the wait.
var said = regexp.MustCompile(`&said=\d+\.\d+\.\d+\.[a-z]+`)

var worseNote = regexp.MustCompile(`<p id="worse"[^>]*?( hidden)?>([^<]*)</p>`)

// worse is the sentence that it takes longer, as a page says it; empty: it does not.
func worse(t testing.TB, a answer) string {
	t.Helper()
	m := worseNote.FindStringSubmatch(a.body)
	if m == nil {
		t.Fatalf("no place for it: %d\n%s", a.StatusCode, a.body)
	}
	if (m[1] == "") != (m[2] != "") {
		t.Errorf("hidden %q with the text %q", m[1], m[2])
	}
	return m[2]
}

// patient is a line of people who poll, and somebody at its end whose browser runs no script.
type patient struct {
	*browser
	before []*browser
	page   answer
}

func (s *fixture) patient(path string) *patient {
	p := &patient{browser: s.browser(), before: make([]*browser, 30)}
	for i := range p.before {
		p.before[i] = s.browser()
		p.before[i].load("GET", path)
	}
	p.page = p.load("GET", path)
	return p
}

// again lets time go by and the page load itself, and answers what it says of the wait that takes longer.
func (p *patient) again(d time.Duration) string {
	p.s.t.Helper()
	for step := min(time.Minute, d/2); d > 0; d -= step {
		p.s.pass(min(d, step))
		for _, b := range p.before {
			b.poll("room=termine&shown=")
		}
	}
	p.page = p.load("GET", refreshOf(p.s.t, p.page))
	return worse(p.s.t, p.page)
}

// A browser without script reads that it takes longer, by the page that loads itself, as others hear it by their script: once the
// range gets worse, for five minutes, and not when the page is loaded for the first time.
func TestNewsThatGetsWorseIsSaidWithoutScript(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 12, Burst: 1})
	b := s.patient("/termine?said=31.1.0&ort=3")
	if first, second := worse(t, b.page), b.again(20*time.Second); first+second != "" {
		t.Fatalf("nothing has changed: %q, %q", first, second)
	}
	s.update(func(d *queue.Document) { d.Pace.Rate = 3 })
	got := b.again(20 * time.Second)
	if want := "It is taking longer than expected: now " + estimateOf(t, b.page) + "."; got != want {
		t.Fatalf("the page says %q, want %q", got, want)
	}
	if u := refreshOf(t, b.page); !strings.HasSuffix(u, "&to=/termine?said=31.1.0&ort=3") || len(u) > 130 {
		t.Errorf("the page loads %s", u)
	}
	if b.again(time.Minute) == "" {
		t.Error("after a minute it is not said any more")
	}
	if got := b.again(6 * time.Minute); got != "" {
		t.Errorf("after seven minutes: %q", got)
	}
	if shown := b.cookie("einlass-termine.shown"); len(shown) > len("31.30") {
		t.Errorf("the cookie has grown: %q", shown)
	}
}

// A pause is said as what it is, and what was promised before it is over.
func TestAfterAPauseNothingIsWorse(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 12, Burst: 1})
	b := s.patient("/")
	s.update(func(d *queue.Document) { d.Pace.Mode = queue.ModePause })
	for _, d := range []time.Duration{20 * time.Second, 20 * time.Minute} {
		if got := b.again(d); got != "" || !strings.Contains(refreshOf(t, b.page), "&said=31.0.0.paused&") {
			t.Errorf("in a pause: %q, and the page loads %s", got, refreshOf(t, b.page))
		}
	}
}

// A mark that would cost a part of the target is left out.
func TestALongTargetIsWorthMoreThanWhatWasSaid(t *testing.T) {
	s := newFixture(t, queue.Pace{Rate: 12, Burst: 1})
	to := "/termine?q=" + strings.Repeat("x", 8192-len("/.einlass/wait?room=termine&to=/termine?q=")-10)
	b := s.patient("/")
	u := refreshOf(t, b.load("GET", to))
	if !strings.HasSuffix(u, "&said=0&to="+to) {
		t.Errorf("the page loads %d bytes: %.100s", len(u), u)
	}
}

// estimateOf is the expected wait that a page says.
func estimateOf(t testing.TB, a answer) string {
	t.Helper()
	m := regexp.MustCompile(`<span id="estimate">([^<]*)</span>`).FindStringSubmatch(a.body)
	if m == nil {
		t.Fatal("no expected wait")
	}
	return m[1]
}

func TestOnlyNewsIsWorse(t *testing.T) {
	const now = 1_800_000_000
	for name, tt := range map[string]struct {
		ends, told, high int64
		worse            bool
	}{
		"nothing was said":               {0, 0, 600, false},
		"as said":                        {now + 600, 0, 600, false},
		"a quarter more":                 {now + 600, 0, 750, true},
		"less than a quarter more":       {now + 600, 0, 749, false},
		"less than two minutes more":     {now + 60, 0, 179, false},
		"two minutes more":               {now + 60, 0, 180, true},
		"the time that was said is over": {now - 600, 0, 60, true},
		"told before, a little better":   {now + 600, now - 60, 500, true},
		"told before, a little worse":    {now + 600, now - 60, 640, true},
		"told before, much better":       {now + 600, now - 60, 400, false},
		"told long before":               {now + 600, now - 301, 600, false},
		"told in the future":             {now + 600, now + 1, 600, false},
	} {
		t.Run(name, func(t *testing.T) {
			ends, told, worse := gateway.SaidThen(tt.ends, tt.told, now, tt.high)
			if worse != tt.worse {
				t.Errorf("worse is %t", worse)
			}
			if told > now || told != 0 && told < now-300 || (told != 0) != worse || ends < now {
				t.Errorf("then %d is said, told %d", ends-now, told-now)
			}
		})
	}
}

// Whatever comes as what was said, it is read within bounds, and what is written is read again.
func FuzzSaid(f *testing.F) {
	for _, q := range []string{
		"room=a&said=7.1800000600.0&to=/", "said=7.1800000600.1800000000", "said=7.-1.0", "said=7.1.1.1", "said=7..", "said=8.1.1",
		"room=a&to=/?said=7.1.1", "said=18446744073709551616.1.1", "said=7.1099511627776.1", "said=" + strings.Repeat("7", 90), "said=7.%31.0",
	} {
		f.Add(q, uint64(7), int64(600))
	}
	f.Fuzz(func(t *testing.T, query string, number uint64, high int64) {
		const now = 1_800_000_000
		high = min(max(high, 1), 40_000_000)
		ends, told := gateway.ParseSaid(query, number)
		if ends < 0 || told < 0 || ends >= 1<<40 || told >= 1<<40 {
			t.Fatalf("%d, %d", ends, told)
		}
		nextEnds, nextTold, worse := gateway.SaidThen(ends, told, now, high)
		if worse && ends == 0 {
			t.Error("nothing was said, and it is worse")
		}
		mark := gateway.SaidMark(nextEnds, nextTold, number)
		if len(mark) > 65 || url.PathEscape(strings.TrimPrefix(mark, "&said=")) != strings.TrimPrefix(mark, "&said=") {
			t.Fatalf("the mark is %q", mark)
		}
		if number == 0 || mark == "" {
			return
		}
		readEnds, readTold := gateway.ParseSaid("room=a"+mark+"&to=/?said="+strconv.FormatUint(number, 10)+".1.1", number)
		if readEnds != nextEnds || readTold != nextTold {
			t.Errorf("%d, %d is read as %d, %d", nextEnds, nextTold, readEnds, readTold)
		}
	})
}
