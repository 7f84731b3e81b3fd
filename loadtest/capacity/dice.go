package capacity

import (
	"math"
	"math/rand/v2"
)

// Dice draws. The zero value does not.
type Dice struct{ *rand.Rand }

// NewDice draws the same for the same seed.
func NewDice(seed uint64) Dice { return Dice{rand.New(rand.NewPCG(seed, 1))} }

// Between draws evenly, both ends included.
func (d Dice) Between(low, high int64) int64 { return low + d.Int64N(high-low+1) }

// About draws an exponentially distributed time.
func (d Dice) About(mean int64) int64 { return int64(d.ExpFloat64() * float64(mean)) }

// Weibull draws a time of that mean by a Weibull distribution. A shape below 1: the longer it has lasted, the longer it lasts.
func (d Dice) Weibull(mean int64, shape float64) int64 {
	scale := float64(mean) / math.Gamma(1+1/shape)
	return int64(scale * math.Pow(d.ExpFloat64(), 1/shape))
}

// Chance is true in so many of a hundred cases.
func (d Dice) Chance(percent int) bool { return d.IntN(100) < percent }
