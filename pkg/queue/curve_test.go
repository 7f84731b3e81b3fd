package queue

import "testing"

func TestACurveFromThePriorAlone(t *testing.T) {
	var c Curve
	for kind := CurveCall; kind < Curves; kind++ {
		p := c.Chances(kind, 600_000, 300_000)
		for j, v := range p {
			if v < 0 || v > 1000 || j > 0 && kind < CurveInside1 && v > p[j-1] {
				t.Errorf("curve %d bucket %d: %d", kind, j, v)
			}
		}
	}
	if p := c.Chances(CurveCall, 180_000, 0); p[0] < 900 || p[11] != 0 {
		t.Errorf("calls: %v", p)
	}
	if p := c.Chances(CurveFresh, 15_000, 0); p[0] < 750 || p[4] != 0 {
		t.Errorf("fresh stays: %v", p)
	}
}

func TestACurveExpectsPeopleUntilPageIsOver(t *testing.T) {
	var c Curve
	p := c.Chances(CurveInside1, 600_000, 300_000)
	if p[12] < 250 || p[13] != 0 {
		t.Errorf("a page of five minutes: %v", p)
	}
}

func TestACurveFollowsWhatItSees(t *testing.T) {
	var c Curve
	for range 100 {
		c.Came(3_000, 600_000)
	}
	c.Came(600_000, 600_000) // as old as the end
	c.Came(-1, 600_000)
	if c.Back != [CurveBuckets]int64{1: 100} {
		t.Errorf("back: %v", c.Back)
	}
	high := c.Chances(CurveInside1, 600_000, 600_000)
	c.Outlived(1, 1_000)
	if low := c.Chances(CurveInside1, 600_000, 600_000); low[0] >= high[0] {
		t.Errorf("chance %d after many outlived, %d before", low[0], high[0])
	}
	if n := c.Back[1] + c.Surv[1]; n >= curveFull {
		t.Errorf("%d observations in a bucket", n)
	}
}

func TestBuckets(t *testing.T) {
	for age, want := range map[int64]int{-5: 0, 0: 0, 1_999: 0, 2_000: 1, 599_999: 14, 600_000: 15, 1 << 50: 15} {
		if got := BucketOf(age); got != want {
			t.Errorf("age %d: bucket %d, want %d", age, got, want)
		}
	}
	if CurveEdge(15) != 600_000 {
		t.Error("the last bucket")
	}
}
