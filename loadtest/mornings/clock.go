package mornings

import (
	"time"

	"github.com/einlass/einlass/internal/demo"
)

// clock runs from a start at a multiple of real time. It is a demo.Clock. Safe for concurrent use.
type clock struct {
	start time.Time // what it shows at began
	began time.Time
	speed float64
}

// Now is the hour that is played.
func (c *clock) Now() time.Time {
	return c.start.Add(time.Duration(float64(time.Since(c.began)) * c.speed))
}

// AfterFunc calls f when so much played time has passed.
func (c *clock) AfterFunc(d time.Duration, f func()) demo.Timer {
	return time.AfterFunc(c.real(d), f)
}

// real is how long a span of played time takes.
func (c *clock) real(d time.Duration) time.Duration { return time.Duration(float64(d) / c.speed) }

// at is when an hour comes, after the beginning.
func (c *clock) at(hour time.Time) time.Duration { return c.real(hour.Sub(c.start)) }
