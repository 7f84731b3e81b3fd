package promises

import (
	"slices"
	"testing"
)

// play plays mornings one after the other, each with what the one before has learned if carry says so.
func play(t *testing.T, mornings []Morning, carry bool) Result {
	t.Helper()
	var all Result
	for _, m := range mornings {
		learned := ""
		if carry {
			learned = all.Learned
		}
		r, err := Play(t.Context(), m, learned)
		if err != nil {
			t.Fatal(err)
		}
		all.Add(&r)
	}
	slices.Sort(all.Widths)
	slices.Sort(all.Saids)
	return all
}

func drawn(first uint64, n int) (mornings []Morning) {
	for seed := range uint64(n) {
		mornings = append(mornings, Draw(first+seed))
	}
	return mornings
}

func TestPromisesOfMorningsAreKept(t *testing.T) {
	t.Parallel()
	for name, carry := range carried {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := play(t, drawn(firstMorning, mornings), carry)
			t.Logf("%.1f %% of %d kept, high/low %.2f, as said %.2f; the rooms say %+v", 100*r.Share(), r.All(), Median(r.Widths), Median(r.Saids), r.Published)
			// Operators set the rate anew each half hour in most mornings, which nobody can foresee, so few of them say little:
			// docs/capacity.md has the many.
			if r.Share() < 0.85 || r.All() < 80*mornings {
				t.Errorf("%.1f %% of %d kept, want 85 %%", 100*r.Share(), r.All())
			}
			if w, s := Median(r.Widths), Median(r.Saids); w > 2.2 || s > 2.6 {
				t.Errorf("the median range is %.2f wide, and %.2f as it is said: want 2.2 and 2.6", w, s)
			}
		})
	}
}

// What a room says of itself is what its people have seen, and the same seed is the same morning.
func TestPublishedIsWhatPeopleSaw(t *testing.T) {
	t.Parallel()
	m := Draw(70_020)
	m.Least = 0
	r, again := play(t, []Morning{m}, false), play(t, []Morning{m}, false)
	p := r.Published
	said := float64(p.Kept) / float64(p.Kept+p.Early+p.Late)
	if said < r.Share()-0.1 || said > r.Share()+0.1 {
		t.Errorf("the room says that it kept %.2f, people saw %.2f", said, r.Share())
	}
	if r.Kept != again.Kept || r.All() != again.All() || r.Learned != again.Learned {
		t.Errorf("%d of %d, then %d of %d", r.Kept, r.All(), again.Kept, again.All())
	}
}

func TestPromisesOfCasesAreKept(t *testing.T) {
	t.Parallel()
	for i := range Cases(1) {
		var all []Morning
		for seed := range uint64(caseSeeds) {
			all = append(all, Cases(70_100 + seed)[i])
		}
		if played != nil && !slices.Contains(played, all[0].Name) {
			continue // make long-habits plays it
		}
		t.Run(all[0].Name, func(t *testing.T) {
			t.Parallel()
			r := play(t, all, false)
			want := 0.9
			if all[0].MaxInside > 0 {
				want = 0.85
			}
			t.Logf("%.1f %% of %d kept, high/low %.2f, as said %.2f", 100*r.Share(), r.All(), Median(r.Widths), Median(r.Saids))
			if r.Share() < want || r.All() == 0 {
				t.Errorf("%.1f %% of %d kept, want %.0f %%", 100*r.Share(), r.All(), 100*want)
			}
			if w, s := Median(r.Widths), Median(r.Saids); w > 2.0 || s > 2.5 {
				t.Errorf("the median range is %.2f wide, and %.2f as it is said: want 2.0 and 2.5", w, s)
			}
		})
	}
}
