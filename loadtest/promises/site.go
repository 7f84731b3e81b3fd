package promises

import (
	"math"
	"math/rand/v2"

	"github.com/einlass/einlass/pkg/queue"
)

// site holds the pace back by a part that wanders around its mean: an Ornstein-Uhlenbeck process with a memory of ten minutes.
type site struct {
	random *rand.Rand
	mean   float64
	off    float64 // of the mean
}

// Sample implements queue.Health.
func (s *site) Sample(int64) string { return "" }

// Judge implements queue.Health.
func (s *site) Judge(queue.HealthInput) queue.HealthVerdict {
	keep := math.Exp(-queue.JudgeTick / 600_000.0)
	s.off = s.off*keep + s.mean/2*math.Sqrt(1-keep*keep)*s.random.NormFloat64()
	return queue.HealthVerdict{Factor: int64(1000 * min(1, max(0.02, 1-s.mean-s.off)))}
}
