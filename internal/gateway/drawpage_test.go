package gateway_test

import (
	"crypto/ed25519"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/gateway"
	"github.com/einlass/einlass/pkg/queue/draw"
)

// proof is the record of the draw "morgen", as far as it is published.
type proof struct {
	mu     sync.Mutex
	record draw.Record
	text   []byte
	// undrawn are the openings of which nothing was drawn.
	undrawn []string
}

func (p *proof) All() []byte { return p.Of("morgen") }

func (p *proof) Of(opening string) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if opening != "morgen" {
		return nil
	}
	return p.text
}

func (p *proof) Undrawn() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.undrawn
}

func (p *proof) publish(change func(*draw.Record)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.record)
	p.text = p.record.Encode()
}

var _ gateway.Draws = (*proof)(nil)

type drawSigner struct{ ed25519.PrivateKey }

func (drawSigner) Kid() string                 { return "k" }
func (s drawSigner) Public() ed25519.PublicKey { return s.PrivateKey.Public().(ed25519.PublicKey) }
func (s drawSigner) Sign(text []byte) []byte   { return ed25519.Sign(s.PrivateKey, text) }

// drawScene is a room whose lobby is drawn, with three people in it.
type drawScene struct {
	*fixture
	proof  *proof
	by     drawSigner
	secret draw.Value
	all    []*browser
}

func newDrawScene(t *testing.T, rule draw.Rule) *drawScene {
	p := &proof{}
	s := &drawScene{fixture: &fixture{t: t, library: newLibrary(t), draws: p}, proof: p, secret: draw.Value{5}}
	newFixtureLike(s.fixture, slow)
	s.by = drawSigner{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	commitment := draw.Commitment{Room: "termine", Opening: "morgen", Beacon: rule, Commit: draw.Commit(s.secret)}
	p.publish(func(r *draw.Record) { r.SetCommitment(&commitment, s.by) })
	s.morning(true)
	s.pass(time.Minute)
	for i := range 3 {
		b := s.browser()
		b.load("GET", "/", from(i)...)
		b.poll("room=termine&shown=")
		s.all = append(s.all, b)
	}
	return s
}

// freeze lets the hour come.
func (s *drawScene) freeze() {
	s.pass(time.Hour)
	d := s.lines[0].View().Snapshot.Opening.Draws[0]
	f := draw.Freeze{
		Room: "termine", Opening: "morgen", Commit: draw.Commit(s.secret), Frozen: d.Frozen, N: d.N, Root: draw.NoRoll(),
		Segments: []draw.Segment{{Epoch: d.Segments[0].Epoch, First: d.Segments[0].First, Last: d.Segments[0].Last}},
		Epoch:    d.Segments[0].Epoch, First: d.Segments[0].First,
	}
	s.proof.publish(func(r *draw.Record) { r.SetFreeze(&f, s.by) })
}

// decide puts a result in force and publishes it.
func (s *drawScene) decide(r draw.Result) {
	s.t.Helper()
	r.Room, r.Opening, r.Secret = "termine", "morgen", &s.secret
	d := s.lines[0].View().Snapshot.Opening.Draws[0]
	if r.Algorithm == draw.SwapOrNot {
		r.Seed = draw.Seed(s.secret, d.Segments[0].Epoch, d.Segments[0].First, d.N, draw.NoRoll(), r.Value)
	}
	if _, err := s.lines[0].Reveal(s.t.Context(), "morgen", r.Seed); err != nil {
		s.t.Fatal(err)
	}
	s.pass(time.Second)
	s.proof.publish(func(rec *draw.Record) { rec.SetResult(r, s.by) })
}

func (s *drawScene) says(what, got string, want ...string) {
	s.t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			s.t.Errorf("%s: %q is not in\n%s", what, w, got)
		}
	}
}

var shownNumber = regexp.MustCompile(`"number":(\d+)`)

func TestThePageOfADrawFollowsTheDraw(t *testing.T) {
	s := newDrawScene(t, draw.ByHand)
	const link = "/.einlass/draw?room=termine&lang=en"
	for i, b := range s.all {
		page := b.load("GET", link)
		page.want(t, 200, "text/html")
		s.says("in the lobby", page.body, "The order is drawn by lot", fmt.Sprintf(`<dt>Your lot</dt><dd>%d</dd>`, i+1), draw.Commit(s.secret).String(),
			`data-record="/.einlass/draw.json?room=termine&amp;opening=morgen"`, `data-next="0"`)
		s.says("poll in the lobby", b.poll("room=termine&shown="), `"draw":"You can read here how the order is drawn."`)
	}
	s.freeze()
	s.says("frozen", s.all[0].load("GET", link).body, "The draw is under way", `<dt>Lots in all</dt><dd>3</dd>`, `data-next="20000"`,
		`content="20;url=/.einlass/draw?room=termine&amp;opening=morgen&amp;lang=en"`)
	s.decide(draw.Result{Beacon: draw.ByHand, Line: "3 1 6", Value: draw.Typed("3 1 6"), Algorithm: draw.SwapOrNot})
	places := map[string]bool{}
	for i, b := range s.all {
		poll := b.poll("room=termine&shown=")
		s.says("poll", poll, ` of 3. Your number was drawn by lot. You can check that."`)
		number := shownNumber.FindStringSubmatch(poll)[1]
		places[number] = true
		s.says("poll", poll, `"draw":"Your number is now `+number+" of 3. Your number was drawn")
		s.says("drawn", b.load("GET", link).body, "The order has been drawn", fmt.Sprintf(`<dt>Your lot</dt><dd>%d</dd>`, i+1),
			"<dt>Place drawn</dt><dd>"+number+"</dd>", "<dt>Your number</dt><dd>"+number+"</dd>", fmt.Sprintf(`data-number="%d" data-place="%s"`, i+1, number),
			draw.Typed("3 1 6").String(), "3 1 6")
		s.says("the waiting page", b.load("GET", "/.einlass/wait?room=termine&to=/").body, "Your number is now "+number+" of 3. Your number was drawn by lot.", `href="/.einlass/draw?room=termine&amp;lang=en"`)
	}
	if len(places) != 3 {
		t.Errorf("places %v", places)
	}
	late := s.browser()
	late.load("GET", "/", from(7)...)
	s.says("a latecomer", late.load("GET", link).body, "You have no lot in this draw", `<dt>Lots in all</dt><dd>3</dd>`, `data-place="0"`)
	if poll := late.poll("room=termine&shown="); strings.Contains(poll, `"draw"`) {
		t.Errorf("a latecomer is told of a draw: %s", poll)
	}
	s.says("German", s.all[0].load("GET", "/.einlass/draw?room=termine&lang=de").body, "Die Reihenfolge ist ausgelost")
}

// Whoever comes between the start and the seed has no lot, but a number, and is told the truth about both.
func TestALatecomerIsToldThatTheOrderIsBeingDrawn(t *testing.T) {
	s := newDrawScene(t, draw.ByHand)
	s.freeze()
	late := s.browser()
	for lang, want := range map[string]string{
		"en": "First it is the turn of everybody who has a lot. After them it is your turn. You keep your number.",
		"de": "Zuerst kommen alle an die Reihe, die ein Los haben. Danach kommen Sie. Sie behalten Ihre Nummer.",
	} {
		page := late.load("GET", "/?lang="+lang, append(from(7), "Accept-Language", lang)...)
		s.says("page", page.body, `data-state="late"`, want, `id="number-fact"><dt>`, `http-equiv="refresh"`)
		poll := late.poll("room=termine&lang=" + lang + "&shown=")
		s.says("poll", poll, `{"state":"late","number":4,"ahead":3,`, want, `"draw":"`)
	}
	s.says("who is in the draw", s.all[0].poll("room=termine&shown="), `{"state":"drawing","number":0,`)
	s.decide(draw.Result{Beacon: draw.ByHand, Line: "3 1 6", Value: draw.Typed("3 1 6"), Algorithm: draw.SwapOrNot})
	s.says("drawn", late.poll("room=termine&shown="), `{"state":"waiting","number":4,"ahead":3,`)
}

func TestWhoIsInsideFindsTheOwnLot(t *testing.T) {
	s := newDrawScene(t, draw.None)
	s.freeze()
	s.decide(draw.Result{Beacon: draw.None, Algorithm: draw.SwapOrNot})
	for range 60 {
		s.pass(time.Second)
		for i, b := range s.all {
			if !strings.Contains(b.poll("room=termine&shown="), `"state":"called"`) || b.load("GET", "/").StatusCode != 303 {
				continue
			}
			s.says("inside", b.load("GET", "/.einlass/draw?room=termine").body, fmt.Sprintf(`<dt>Your lot</dt><dd>%d</dd>`, i+1), "<dt>Place drawn</dt><dd>1</dd>",
				"There is no public random value in this draw.")
			return
		}
	}
	t.Error("nobody came inside")
}

func TestThePageOfADrawSaysWhatWentWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		result     draw.Result
		page, news string
	}{
		"nothing was typed": {
			draw.Result{Beacon: draw.None, Fallback: draw.NothingTyped, Algorithm: draw.SwapOrNot},
			"was not entered in time. The order was drawn by the sealed secret alone.", "The order was drawn by the sealed secret alone.",
		},
		"no seed": {
			draw.Result{Beacon: draw.None, Fallback: draw.NoSeed, Algorithm: draw.Arrival},
			"So the order of arrival counts.", "The draw has failed. Whoever was here earlier has their turn earlier.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newDrawScene(t, draw.ByHand)
			s.freeze()
			s.decide(tt.result)
			page := s.all[1].load("GET", "/.einlass/draw?room=termine").body
			s.says("page", page, tt.page, `<dt>Your lot</dt><dd>2</dd>`, "<dt>Your number</dt>")
			if failed := tt.result.Algorithm == draw.Arrival; strings.Contains(page, "<dt>Place drawn</dt>") == failed {
				t.Errorf("the draw has failed: %t, and the page says\n%s", failed, page)
			}
			s.says("poll", s.all[1].poll("room=termine&shown="), tt.news)
		})
	}
}

// Of a lobby of one nothing is drawn: the page of the draw stays, and says so, to the one as to those who come later.
func TestThePageOfADrawSaysThatThereWasNothingToDraw(t *testing.T) {
	p := &proof{}
	s := &drawScene{fixture: &fixture{t: t, library: newLibrary(t), draws: p}, proof: p, secret: draw.Value{5}}
	newFixtureLike(s.fixture, slow)
	s.by = drawSigner{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	commitment := draw.Commitment{Room: "termine", Opening: "morgen", Beacon: draw.ByHand, Commit: draw.Commit(s.secret)}
	p.publish(func(r *draw.Record) { r.SetCommitment(&commitment, s.by) })
	s.morning(true)
	s.pass(time.Minute)
	alone := s.browser()
	alone.load("GET", "/", from(1)...)
	alone.poll("room=termine&shown=")
	s.pass(time.Hour)
	p.publish(func(*draw.Record) { p.undrawn = []string{"morgen"} })
	late := s.browser()
	late.load("GET", "/", from(2)...)
	for _, b := range []*browser{alone, late} {
		for link, want := range map[string]string{
			"lang=en": "There was nothing to draw", "lang=de": "Es gab nichts auszulosen", "lang=en&opening=morgen": "So the order of arrival counts.",
		} {
			page := b.load("GET", "/.einlass/draw?room=termine&"+link)
			page.want(t, 200, "text/html")
			s.says(link, page.body, want, draw.Commit(s.secret).String(), `data-next="0"`)
			for _, not := range []string{`http-equiv="refresh"`, "no lot", "kein Los", `id="check"`, "sealed a secret"} {
				if strings.Contains(page.body, not) {
					t.Errorf("%s: the page says %q", link, not)
				}
			}
		}
	}
}

func TestThereIsNoPageWithoutADraw(t *testing.T) {
	s := newDrawScene(t, draw.None)
	for _, query := range []string{"room=termine&opening=gestern", "room=termine&opening=%zz"} {
		page := s.all[0].load("GET", "/.einlass/draw?"+query)
		page.want(t, 404, "text/html")
		if kind := s.kindOf(page); kind != "no-draw" {
			t.Errorf("%s: %q in the log", query, kind)
		}
	}
	named := s.browser().load("GET", "/.einlass/draw?room=termine&opening=morgen")
	named.want(t, 200, "text/html")
	if named.Header.Get("Set-Cookie") != "" || named.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("headers %v", named.Header)
	}
}
