package draws_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/einlass/einlass/pkg/queue"
	"github.com/einlass/einlass/pkg/queue/draw"
	"github.com/einlass/einlass/pkg/token"
)

func TestDrandDecidesWithTheSecret(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.Drand, nil)
	w.until(30 * time.Second)
	if v := g.record(); v.Commitment == nil || v.Commitment.Beacon != draw.Drand || v.Freeze != nil {
		t.Fatalf("before the lobby: %+v", v)
	}
	w.until(2 * time.Minute)
	lobby := g.comeEarly(50)
	w.until(start + time.Second)
	v := g.record()
	if v.Freeze == nil || v.Freeze.N != 50 || v.Result != nil {
		t.Fatalf("after the start: %+v", v)
	}
	if begins := w.chain.Begins(v.Freeze.Round); begins <= w.now.Load() {
		t.Error("the numbers are published after the round has begun")
	}
	w.until(start + 13*time.Second)
	if g.drawn().Known {
		t.Error("the seed is in force before the pages ask")
	}
	w.until(start + 14*time.Second)
	v = g.record()
	if d := g.drawn(); !d.Known || v.Result == nil || v.Result.Beacon != draw.Drand || v.Result.Seed != draw.Value(d.Seed) {
		t.Fatalf("14 s after the start: %+v, %+v", d, v.Result)
	}
	p, err := draw.New(v.Result.Seed, v.Freeze.N)
	if err != nil {
		t.Fatal(err)
	}
	for i, ticket := range lobby {
		place, known := g.Place(ticket)
		if want, _ := p.Place(uint64(i)); !known || place.Order != g.drawn().Base+queue.Order(want) {
			t.Fatalf("number %d: %+v, by the record %d", ticket.Number, place, want)
		}
	}
}

func TestEachBeaconAndWhatStandsInForIt(t *testing.T) {
	for name, tt := range map[string]struct {
		rule     draw.Rule
		silent   bool
		line     string
		after    time.Duration // within which the seed is in force
		before   time.Duration // and not yet
		beacon   draw.Rule
		fallback draw.Fallback
	}{
		"drand":         {rule: draw.Drand, after: 14 * time.Second, before: 13 * time.Second, beacon: draw.Drand},
		"drand, silent": {rule: draw.Drand, silent: true, after: 44 * time.Second, before: 39 * time.Second, beacon: draw.None, fallback: draw.DrandSilent},
		"typed":         {rule: draw.ByHand, line: " 3 17 22 ", after: 90*time.Second + hold + time.Second, before: 90*time.Second + hold - time.Second, beacon: draw.ByHand},
		"nothing typed": {rule: draw.ByHand, after: 603 * time.Second, before: 599 * time.Second, beacon: draw.None, fallback: draw.NothingTyped},
		"none":          {rule: draw.None, after: time.Second, beacon: draw.None},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.silent = tt.silent
			g := w.gate("a", tt.rule, nil)
			w.until(2 * time.Minute)
			g.comeEarly(20)
			if tt.line != "" {
				w.until(start + 90*time.Second)
				if err := g.typesIn(tt.line); err != nil {
					t.Fatal(err)
				}
			}
			if tt.before > 0 {
				w.until(start + tt.before)
				if g.drawn().Known {
					t.Fatalf("the seed is in force %v after the start", tt.before)
				}
			}
			w.until(start + tt.after)
			if !g.drawn().Known {
				t.Fatalf("no seed %v after the start", tt.after)
			}
			v := g.record()
			if r := v.Result; r == nil || r.Beacon != tt.beacon || r.Fallback != tt.fallback || r.Seed == (draw.Value{}) {
				t.Errorf("%+v", v.Result)
			}
			if len(g.events) == 0 || g.events[len(g.events)-1].Kind != queue.EventDrawn {
				t.Errorf("events: %+v", g.events)
			}
			// Nothing is written any more.
			version := g.View().Snapshot.Document.Version
			w.until(start + tt.after + time.Minute)
			if now := g.View().Snapshot.Document.Version; now != version {
				t.Errorf("the document is written again and again: version %d, then %d", version, now)
			}
		})
	}
}

// The one that commits first decides for all.
func TestGatewaysOfDifferentRulesAgree(t *testing.T) {
	for _, first := range draw.Rules() {
		w := newWorld(t)
		a := w.gate("a", first, nil)
		w.until(time.Second)
		var others []*gate
		for _, rule := range draw.Rules() {
			others = append(others, w.gate("b-"+string(rule), rule, nil))
		}
		w.until(2 * time.Minute)
		a.comeEarly(20)
		if first == draw.ByHand {
			w.until(start + time.Second)
			if err := others[0].typesIn("1 2 3"); err != nil {
				t.Fatal(err)
			}
		}
		w.until(start + time.Minute)
		if r := a.record().Result; r == nil || r.Beacon != first || r.Fallback != "" {
			t.Errorf("%s: %+v", first, r)
		}
		for _, b := range others {
			if !bytes.Equal(a.draws.Of(opening), b.draws.Of(opening)) || !bytes.Equal(a.draws.All(), b.draws.All()) {
				t.Errorf("%s: gateways publish different records", first)
			}
		}
	}
}

// One gateway does not reach drand: what the other has noted decides for both.
func TestAGatewayThatIsCutOffFromDrandFollowsTheOthers(t *testing.T) {
	w := newWorld(t)
	a, b := w.gate("a", draw.Drand, nil), w.gate("b", draw.Drand, nil)
	b.deaf = true
	w.until(2 * time.Minute)
	a.comeEarly(20)
	w.until(start + 15*time.Second)
	if r := b.record().Result; r == nil || r.Beacon != draw.Drand || !bytes.Equal(a.draws.Of(opening), b.draws.Of(opening)) {
		t.Errorf("%+v", r)
	}
}

func TestTheSeedIsTheSameWhateverIsLost(t *testing.T) {
	lose := func(w *world, _ *gate) { w.store.lose(w.t) }
	for name, tt := range map[string]struct {
		at time.Duration
		do func(*world, *gate)
	}{
		"the store in the lobby":               {5 * time.Minute, lose},
		"the store between freeze and seed":    {start + 5*time.Second, lose},
		"the store after the seed":             {start + 20*time.Second, lose},
		"a gateway in the lobby":               {5 * time.Minute, func(w *world, a *gate) { w.dies(a) }},
		"a gateway between freeze and seed":    {start + 5*time.Second, func(w *world, a *gate) { w.dies(a) }},
		"both between freeze and seed":         {start + 5*time.Second, func(w *world, a *gate) { w.store.lose(w.t); w.dies(a) }},
		"all gateways between freeze and seed": {start + 5*time.Second, func(w *world, _ *gate) { w.gates = nil; w.gate("c", draw.None, nil) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a, b := w.gate("a", draw.Drand, nil), w.gate("b", draw.Drand, nil)
			w.until(2 * time.Minute)
			a.comeEarly(20)
			commit := *b.record().Commitment
			w.until(tt.at)
			tt.do(w, a)
			w.until(start + 2*time.Minute)
			last := w.gates[len(w.gates)-1]
			v := last.record()
			if v.Result == nil || v.Result.Beacon != draw.Drand || v.Commitment.Commit != commit.Commit || last.drawn().Seed != [32]byte(v.Result.Seed) {
				t.Fatalf("%+v", v)
			}
			segments := 1
			if tt.at < start && name == "the store in the lobby" {
				segments = 2
			}
			if len(v.Freeze.Segments) != segments {
				t.Errorf("segments: %+v", v.Freeze.Segments)
			}
		})
	}
}

// A gateway that has noted what drand said dies before it puts the seed in force.
func TestACrashBetweenNoteAndSeed(t *testing.T) {
	w := newWorld(t)
	a := w.gate("a", draw.Drand, nil)
	w.until(2 * time.Minute)
	a.comeEarly(20)
	w.until(start + 13250*time.Millisecond) // the round has begun
	if a.drawn().Known {
		t.Fatal("the seed is in force already")
	}
	w.silent = true
	w.dies(a)
	b := w.gate("b", draw.None, nil)
	w.until(start + 14*time.Second)
	if r := b.record().Result; r == nil || r.Beacon != draw.Drand {
		t.Errorf("%+v", r)
	}
}

func TestAKeyThatWasRotatedStillDecides(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.None, nil)
	w.until(2 * time.Minute)
	g.comeEarly(20)
	commit := g.record().Commitment.Commit
	ring, err := w.keys.Ring().Rotate(rand.Reader, token.Rotation{Now: time.UnixMilli(w.now.Load()), Overlap: 25 * time.Hour})
	if err != nil || w.keys.Replace(ring) != nil {
		t.Fatal(err)
	}
	w.until(start + time.Second)
	if v := g.record(); v.Result == nil || v.Result.Fallback != "" || v.Commitment.Commit != commit {
		t.Errorf("%+v", v.Result)
	}
}

// Without its key nobody has the secret: the draw fails, and another key says so.
func TestADrawWhoseKeyIsGoneFailsInWords(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.Drand, nil)
	w.until(2 * time.Minute)
	g.comeEarly(20)
	old := w.trusted()
	ring, err := token.NewKeyring(rand.Reader, time.UnixMilli(worldStart).Add(-time.Minute))
	if err != nil || w.keys.Replace(ring) != nil {
		t.Fatal(err)
	}
	w.until(start + 12*time.Minute + time.Second)
	if d := g.drawn(); !d.Known || d.Seed != [32]byte{} {
		t.Fatalf("%+v", d)
	}
	r, err := draw.ParseRecord(g.draws.Of(opening))
	if err != nil {
		t.Fatal(err)
	}
	v, err := draw.Verify(&r, append(old, w.trusted()...), nil)
	if err != nil || v.Result == nil || v.Result.Fallback != draw.NoSeed || v.Result.Algorithm != draw.Arrival || v.Result.Secret != nil {
		t.Errorf("%+v, %v", v.Result, err)
	}
	if g.logs.FilterMessageSnippet("not complete").Len() != 1 {
		t.Errorf("logged: %v", g.logs.All())
	}
}

func TestAKeyringWithoutAPairCommitsToNothing(t *testing.T) {
	w := newWorld(t)
	ring, err := token.LoadEnv("k1:bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0LCBzbyBrZWVwIGl0IQ")
	if err != nil || w.keys.Replace(ring) != nil {
		t.Fatal(err)
	}
	g := w.gate("a", draw.None, nil)
	w.until(2 * time.Minute)
	g.comeEarly(20)
	w.until(start + 12*time.Minute + time.Second)
	if d := g.drawn(); !d.Known || d.Seed != [32]byte{} || g.draws.All() != nil {
		t.Errorf("%+v, %s", d, g.draws.All())
	}
	if g.logs.FilterMessageSnippet("no Ed25519 key").Len() != 1 {
		t.Errorf("logged: %v", g.logs.All())
	}
}

// What was revealed by hand has no record: nothing can be proven.
func TestASeedFromElsewhereIsNotSigned(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.Drand, nil)
	w.until(2 * time.Minute)
	g.comeEarly(20)
	w.until(start + 5*time.Second)
	if _, err := g.Reveal(t.Context(), opening, [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	w.until(start + time.Minute)
	if v := g.record(); v.Freeze == nil || v.Result != nil {
		t.Errorf("%+v", v.Result)
	}
	if g.logs.FilterMessageSnippet("not complete").Len() != 1 {
		t.Errorf("logged: %v", g.logs.All())
	}
}

// A commitment is made once, and each statement is in the log.
func TestEachStatementIsLoggedOnce(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.None, nil)
	w.until(2 * time.Minute)
	g.comeEarly(3)
	w.until(start + 5*time.Minute)
	for _, what := range []string{"draw committed to", "lobby frozen for its draw", "result of a draw"} {
		if n := g.logs.FilterMessage(what).Len(); n != 1 {
			t.Errorf("%q is logged %d times", what, n)
		}
	}
}

// A gateway of a release that knows no notes about draws drops them when it writes the document: they come back, and say the same.
func TestNotesThatAnOlderGatewayDropsComeBack(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.ByHand, nil)
	drop := func() {
		t.Helper()
		if _, err := g.Update(t.Context(), func(d *queue.Document) error { d.SetDraws(""); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	w.until(2 * time.Minute)
	g.comeEarly(20)
	commit := g.record().Commitment.Commit
	drop()
	w.until(start + time.Second)
	drop()
	w.until(start + 3*time.Second)
	if err := g.typesIn("1 2 3"); err != nil {
		t.Fatal(err)
	}
	w.until(start + 10*time.Second + hold)
	if v := g.record(); v.Commitment.Commit != commit || v.Result == nil || v.Result.Line != "1 2 3" {
		t.Errorf("%+v", v)
	}
	if n := g.logs.FilterMessageSnippet("differs").Len(); n != 0 {
		t.Errorf("logged: %v", g.logs.All())
	}
}

// A plan may have more draws within the next hours than notes have room for: the next ones are committed to, and the document rests.
func TestTheNextOfManyDrawsAreCommittedTo(t *testing.T) {
	w := newWorld(t)
	g := w.gate("a", draw.None, nil)
	_, err := g.Update(t.Context(), func(d *queue.Document) error {
		d.Plan = nil
		for i := range 20 {
			at := worldStart + 60_000 + int64(19-i)*20*60_000
			name := fmt.Sprintf("%02d", 19-i)
			d.Plan = append(d.Plan, queue.Step{At: at, Opening: name, Rank: 1, Phase: queue.PhaseLobby},
				queue.Step{At: at + 60_000, Opening: name, Rank: 2, Phase: queue.PhaseOpen, Draw: true},
				queue.Step{At: at + 10*60_000, Opening: name, Rank: 3, Phase: queue.PhaseLine})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.until(2 * time.Second)
	for i := range 20 {
		if committed := g.draws.Of(fmt.Sprintf("%02d", i)) != nil; committed != (i < 8) {
			t.Errorf("draw %d: committed to: %v", i, committed)
		}
	}
	version := g.View().Snapshot.Document.Version
	w.until(30 * time.Second)
	if now := g.View().Snapshot.Document.Version; now != version {
		t.Errorf("the document is written again and again: version %d, then %d", version, now)
	}
	w.until(70 * time.Second)
	g.comeEarly(3)
	w.until(25 * time.Minute) // the first is over, the second is in its lobby or later
	if r, err := draw.ParseRecord(g.draws.Of("00")); err != nil || r.Result == nil {
		t.Errorf("the first has no result: %v", err)
	}
	if g.draws.Of("08") == nil || g.draws.Of("10") != nil {
		t.Error("the next are not committed to")
	}
}
