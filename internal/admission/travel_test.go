package admission

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var secret = Secret{1, 2, 3}

// visit lets so many answers of a path come that it is known well, four a second.
func (p *played) visit(path string, took time.Duration) { p.visits(500, path, took) }

func (p *played) visits(n int, path string, took time.Duration) {
	k := p.AskedFor("GET", []byte(path)).Kind(200)
	for range n {
		p.now = p.now.Add(250 * time.Millisecond)
		p.client++
		p.Note(Exchange{Kind: k, Method: "GET", Path: []byte(path), Client: p.client, Took: took, Worked: took}, p.now)
	}
}

func (p *played) usualOf(path string) time.Duration {
	return p.usually(p.AskedFor("GET", []byte(path)).Kind(200))
}

// A gateway that starts while the site is ill must not take that for usual.
func TestWhatIsUsualTravels(t *testing.T) {
	old := play()
	old.visit("/booking/7", 200*time.Millisecond)
	old.visit("/style.css", 5*time.Millisecond)
	text := old.Usuals(secret)

	told, before := play(), play()
	told.Learn(secret, text)
	before.visits(12, "/booking/12", 1600*time.Millisecond) // not known well
	before.Learn(secret, text)
	alone := play()
	for name, p := range map[string]*played{"before": told, "after": before, "never": alone} {
		p.visit("/booking/12", 1600*time.Millisecond)
		p.now = p.now.Add(10 * time.Second)
		tick := p.now.Unix() / 5
		for range 10 {
			p.client++
			p.Note(Exchange{
				Kind: p.AskedFor("GET", []byte("/booking/3")).Kind(200), Client: p.client,
				Took: 1600 * time.Millisecond, Worked: 1600 * time.Millisecond,
			}, p.now)
		}
		s := p.Sample(tick, 0)
		ratio, _ := s.MedianRatio()
		if ill := ratio > 6; ill != (name != "never") {
			t.Errorf("told %s: %.1f times what is usual, %v", name, ratio, p.usualOf("/booking/3"))
		}
	}
	if got := told.Usuals(secret); len(got) < len(text) {
		t.Errorf("of %q it says on %q", text, got)
	}
}

// Who can read the store must not find out which paths there are by trying; another installation knows nothing of it.
func TestWhatTravelsIsNamedByTheSecret(t *testing.T) {
	p := play()
	p.visit("/termin/mueller", 200*time.Millisecond)
	a, b := p.Usuals(secret), p.Usuals(Secret{9})
	if a == "" || a[:nameText] == b[:nameText] {
		t.Errorf("%q by one secret, %q by another", a, b)
	}
	other := play()
	other.Learn(Secret{9}, a)
	other.visit("/termin/mueller", 1600*time.Millisecond)
	if got := other.usualOf("/termin/mueller"); got < time.Second {
		t.Errorf("known by another secret: %v", got)
	}
	if again := play(); true {
		again.visit("/termin/mueller", 200*time.Millisecond)
		if got := again.Usuals(secret); got != a {
			t.Errorf("another process says %q, not %q", got, a)
		}
	}
}

// What is known well here stays, and so does what others know of kinds that nobody asks for here.
func TestWhatIsKnownHereStays(t *testing.T) {
	a, b := play(), play()
	a.visit("/x", 100*time.Millisecond)
	b.visit("/x", 700*time.Millisecond)
	b.visit("/y", 300*time.Millisecond)
	a.Learn(secret, b.Usuals(secret))
	a.want(t, a.AskedFor("GET", []byte("/x")).Kind(200), 100*time.Millisecond, 1.1)
	c := play()
	c.Learn(secret, a.Usuals(secret))
	c.visit("/y", 2*time.Second)
	c.want(t, c.AskedFor("GET", []byte("/y")).Kind(200), 300*time.Millisecond, 1.2)
}

func TestTheHeaviestKindsTravelWithinABound(t *testing.T) {
	p := play()
	names := "abcdefghijkl"
	for i := range 100 {
		p.visit(fmt.Sprintf("/%c/%c", names[i/10], names[i%10]), time.Duration(1+i)*time.Millisecond)
	}
	p.visit("/heavy", 3*time.Second)
	text := p.Usuals(secret)
	if n := len(strings.Fields(text)); n != maxUsuals || len(text) > maxUsualsText {
		t.Errorf("%d kinds in %d bytes", n, len(text))
	}
	heavy := p.kinds[p.AskedFor("GET", []byte("/heavy")).Kind(200)].pattern.name(&secret)
	if !strings.HasPrefix(text, string(heavy[:])) {
		t.Errorf("%q does not begin with the heaviest", text)
	}
	full := play()
	full.Learn(secret, strings.TrimSpace(strings.Repeat("abcdefgh1 ", 1)))
	for i := range maxUsuals {
		full.visit(fmt.Sprintf("/%c/%c", names[i/10], names[i%10]), time.Second)
	}
	if n := len(strings.Fields(full.Usuals(secret))); n != maxUsuals {
		t.Errorf("%d kinds with those that were told", n)
	}
}

func TestATextThatIsNoneSaysNothing(t *testing.T) {
	for _, text := range []string{
		"x", "abcdefgh", "abcdefgh-1", "abcdefgh0", "abcdefgh!", "abcdefgh1  abcdefgi1", "abcdefghzzzzzzzzzz", strings.Repeat("abcdefgh1 ", 200),
	} {
		if got := readUsuals(text); got != nil {
			t.Errorf("%.30q: %v", text, got)
		}
	}
	p := play()
	p.Learn(secret, "nonsense")
	if got := p.Usuals(secret); got != "" {
		t.Errorf("%q", got)
	}
	s := State{Pace: 700, Usuals: strings.Repeat("x", maxUsualsText+1)}
	if got := ReadState(s.Text()); got.Usuals != "" || got.Pace != 700 {
		t.Errorf("%+v", got)
	}
}

func FuzzReadUsuals(f *testing.F) {
	f.Add("abcdefgh1a abcdefgizz")
	f.Fuzz(func(t *testing.T, text string) {
		for n, took := range readUsuals(text) {
			if took <= 0 || took > mostUsual {
				t.Errorf("%s takes %v", n, took)
			}
		}
	})
}
