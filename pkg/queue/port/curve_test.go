package queue

import "testing"

func TestACurveFromThePriorAlone(t *testing.T) {
	var c Curve
	t.Log(c.Chances(CurveCall, 180_000, 0))
	t.Log(c.Chances(CurveFresh, 15_000, 0))
	t.Log(c.Chances(CurveInside1, 600_000, 600_000))
	for kind := CurveCall; kind < Curves; kind++ {
		p := c.Chances(kind, 600_000, 300_000)
		for j, v := range p {
			if v < 0 || v > 1000 {
				t.Errorf("curve %d bucket %d: %d", kind, j, v)
			}
		}
	}
}
