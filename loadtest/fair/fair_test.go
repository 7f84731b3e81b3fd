package fair

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/admission"
	"github.com/einlass/einlass/internal/limit"
)

// 600 openings of the kind of those in docs/draw.md: what the words say must be what comes of it, on the safe side.
func TestTheWordsAboutAChanceHold(t *testing.T) {
	h := PlayMornings(600, rand.New(rand.NewPCG(7, 7)))
	share := func(w admission.Word) float64 {
		if h.Told[w] < 200 {
			t.Fatalf("only %d were told %q", h.Told[w], w)
		}
		return float64(h.Got[w]) / float64(h.Told[w])
	}
	brier, _ := h.Brier()
	t.Logf("Brier %.3f (yes or no %.3f), usually %.2f, most %.2f, some %.2f, little %.2f, changes %.1f (%.1f)", brier, h.Sure/float64(h.All()),
		share(admission.Usually), share(admission.Most), share(admission.Some), share(admission.Little),
		float64(h.Changes)/float64(h.Asked), float64(h.Plain)/float64(h.Asked))
	for _, tc := range []struct {
		word      admission.Word
		low, high float64
	}{{admission.Usually, 0.95, 1}, {admission.Most, 0.65, 0.95}, {admission.Some, 0.25, 0.60}, {admission.Little, 0, 0.12}} {
		if s := share(tc.word); s < tc.low || s > tc.high {
			t.Errorf("of those who were told %q %.0f %% got one, want %.0f to %.0f", tc.word, 100*s, 100*tc.low, 100*tc.high)
		}
	}
	if brier > 0.09 || brier > 0.9*h.Sure/float64(h.All()) {
		t.Errorf("Brier %.3f, of the law that says yes or no %.3f", brier, h.Sure/float64(h.All()))
	}
	if changes, plain := float64(h.Changes)/float64(h.Asked), float64(h.Plain)/float64(h.Asked); changes > 0.5*plain {
		t.Errorf("somebody who watches reads another word %.2f times, without edges that hold %.2f times", changes, plain)
	}
}

func TestAnAttackerHasTheLotsOfItsNetworks(t *testing.T) {
	for _, tc := range []struct {
		networks, want int
		six            bool
	}{{1, 100, false}, {10, 1000, false}, {1, 128, true}, {10, 1280, true}} {
		c := Crowd{People: 2000, Places: 100, Networks: tc.networks, Asks: 500, IPv6: tc.six, Lots: defaults}
		g, err := c.Play(20, rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		if g.Own != tc.want || g.Numbers != 2000+tc.want {
			t.Errorf("%+v: %d of %d numbers, want %d", tc, g.Own, g.Numbers, tc.want)
		}
		fair := 100 * float64(g.Own) / float64(g.Numbers)
		if g.Won < 0.7*fair || g.Won > 1.3*fair {
			t.Errorf("%+v: wins %.1f places, want about %.1f", tc, g.Won, fair)
		}
		c.Lots = limit.LotsOf{}
		if free, err := c.Play(1, rand.New(rand.NewPCG(1, 2))); err != nil || free.Own != 500*tc.networks {
			t.Errorf("%+v: without a bound %d numbers, %v", tc, free.Own, err)
		}
	}
}

func TestAPartOfACrowdedCarrierWaits(t *testing.T) {
	c := Carriers{People: 20_000, Mobile: 0.55, Addresses: 16, Lots: defaults}
	if beyond := c.Beyond(rand.New(rand.NewPCG(1, 2))); beyond < 0.25 || beyond > 0.36 {
		t.Errorf("%.2f of all are beyond their lots", beyond)
	}
	c.Addresses = 64
	if beyond := c.Beyond(rand.New(rand.NewPCG(1, 2))); beyond != 0 {
		t.Errorf("with four times the addresses %.2f", beyond)
	}
}

func TestTheCommandPrintsTheTablesOfTheDocument(t *testing.T) {
	var out strings.Builder
	cmd := Command()
	cmd.SetOut(&out)
	printCarriers(&out, rand.New(rand.NewPCG(1, 2)))
	printChance(&out, 20, rand.New(rand.NewPCG(1, 3)))
	for _, want := range []string{"| 16 |", "| usually |", "| little |", "Brier score"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
}
