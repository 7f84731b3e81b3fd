package admission

import "testing"

// A site may have become slow for another reason than our requests: what it asks itself does, for one. A low limit is no help then, and
// would refuse people what the site can do.
func TestALimitThatDoesNotHelpIsGivenUp(t *testing.T) {
	for _, times := range []float64{6, 100, 1000} {
		l := NewLimit(512)
		for range 2000 {
			l.Answered(Heard{1, 1}, l.Now())
		}
		low := 0
		for i := range 3000 {
			if l.Answered(Heard{times, 1}, l.Now()); i > 300 && l.Now() < 100 {
				low++
			}
		}
		if low > 0 {
			t.Errorf("%v times as long: below 100 for %d answers, %d at the end", times, low, l.Now())
		}
		// From there it falls again if more requests make it slower still.
		for range 100 {
			l.Answered(Heard{6 * times, 1}, l.Now())
		}
		if l.Now() > 10 {
			t.Errorf("%v times as long: %d after 100 answers that took six times that", times, l.Now())
		}
	}
}

// When the site is well again it is measured by what is usual, so that the next overload is seen as early as the first.
func TestTheGroundIsLeftWhenTheSiteIsWell(t *testing.T) {
	l := NewLimit(512)
	for range 2000 {
		l.Answered(Heard{1, 1}, l.Now())
	}
	for range 2000 {
		l.Answered(Heard{500, 1}, l.Now())
	}
	for range 100 {
		if l.Answered(Heard{1, 1}, l.Now()); l.Now() < 100 {
			t.Fatalf("%d while the site is well again", l.Now())
		}
	}
	for range 60 {
		l.Answered(Heard{6, 1}, l.Now())
	}
	if l.Now() > 10 {
		t.Errorf("%d after 60 answers that took six times as long", l.Now())
	}
}

// A site that is slow because of our requests gets no more than it bears, however long the rush is.
func TestALimitThatHelpsStays(t *testing.T) {
	l := NewLimit(512)
	for range 2000 {
		l.Answered(Heard{1, 1}, l.Now())
	}
	most := 0
	for i := range 50_000 {
		n := float64(l.Now())
		ratio := max(1, n*n/100) // it bears ten
		if l.Answered(Heard{ratio, 1}, l.Now()); i > 500 {
			most = max(most, l.Now())
		}
	}
	if most > 25 {
		t.Errorf("up to %d for a site that bears ten", most)
	}
}
