package promises

import (
	"math"
	"time"

	"github.com/einlass/einlass/internal/web"
	"github.com/einlass/einlass/pkg/queue"
)

// Result is how the promises of one or more mornings were kept.
type Result struct {
	Name              string
	Kept, Early, Late int
	// Widths are high ÷ low of the ranges as computed, Saids as they are said.
	Widths, Saids []float64
	// Learned is what the next morning begins with, Published what the room says of itself.
	Learned   string
	Published queue.Promises
}

// All counts the promises.
func (r *Result) All() int { return r.Kept + r.Early + r.Late }

// Share is the part that was kept.
func (r *Result) Share() float64 { return float64(r.Kept) / float64(max(1, r.All())) }

// Add takes another morning.
func (r *Result) Add(o *Result) {
	r.Kept, r.Early, r.Late = r.Kept+o.Kept, r.Early+o.Early, r.Late+o.Late
	r.Widths, r.Saids = append(r.Widths, o.Widths...), append(r.Saids, o.Saids...)
	r.Learned, r.Published = o.Learned, o.Published
}

// score judges one promise, now that its place was called.
func (p *player) score(t *told) {
	waited := time.Duration(p.now-t.at) * time.Millisecond
	if max(waited, (t.low+t.high)/2) < p.m.Least {
		return
	}
	r := &p.result
	switch {
	case waited < t.low:
		r.Early++
	case waited > t.high:
		r.Late++
	default:
		r.Kept++
	}
	r.Widths = append(r.Widths, ratio(t.low, t.high))
	r.Saids = append(r.Saids, ratio(web.RoundRange(t.low, t.high)))
}

func ratio(low, high time.Duration) float64 {
	if low <= 0 {
		return math.Inf(1)
	}
	return float64(high) / float64(low)
}

// Median is the middle of figures that are in order; 0: there are none.
func Median(figures []float64) float64 {
	if len(figures) == 0 {
		return 0
	}
	return figures[len(figures)/2]
}
